"""Text messages and calls through a provider on loopback, as the examples and files of our own describe it."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from notifications.channels.channel import SendFailed
from notifications.channels.provider.channel import Phone, calling, texting
from notifications.channels.provider.file import read
from notifications.message.bundle import Bundle, Part
from notifications.message.message import Composer
from notifications.posting.poster import Poster
from notifications.queue.pace import pace_of
from tests.support.clock import MovedClock
from tests.support.paging import OneAgreement, Story, a_delivery, page
from tests.support.receiver import HERE, answer
from tests.support.telephony import providing

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from notifications.channels.provider.service import Services
    from notifications.queue.delivery import Delivery
    from tests.support.telephony import Asked

ANN = "+4915112345678"
EXAMPLES = Path(__file__).parents[3] / "examples" / "providers"
SECRETS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "hush", "INFOBIP_AUTHORIZATION": "App hush", "KEY": "hush"}
PLAIN = 'sms: {url: "URL", fields: {to: "{to}", text: "{text}"}MORE}'
TAKEN = answer(200)


def services(text: str) -> Services:
    """Read a provider's file that has no mistake."""
    found, mistakes = read(text.encode(), SECRETS)
    assert found is not None, mistakes
    return found


def plain(url: str, more: str = "") -> Phone:
    """Give the channel of text messages of a file with little in it."""
    sms = services(PLAIN.replace("URL", f"{url}/sms").replace("MORE", more)).sms
    assert sms is not None
    return texting(sms, Poster(HERE), MovedClock())


def told() -> tuple[Delivery, Part]:
    """Give a page about an incident, and as a part of a bundle."""
    story = Story()
    story.fire(page())
    delivery = replace(a_delivery("page", story.incident, story.incident.version), channel="sms")
    message = Composer(OneAgreement(), "http://tocsin.example").compose(delivery, story.incident, story.clock.now())
    return delivery, Part(delivery, message)


def send(channel: Phone, address: str = ANN) -> None:
    """Send a page."""
    delivery, part = told()
    channel.send(part.message, delivery, address)


def failure(behave: Callable[[BaseHTTPRequestHandler], object], more: str = "") -> SendFailed:
    """Send to a provider that behaves so, and give how it failed."""
    with providing(behave) as provider, pytest.raises(SendFailed) as caught:
        send(plain(provider.url, more))
    return caught.value


def example(name: str, url: str) -> Services:
    """Read an example as it stands, with the provider's host in the place of the real one."""
    text = (EXAMPLES / f"{name}.yaml").read_text()
    for host in ("https://api.twilio.com", "https://example.api.infobip.com"):
        text = text.replace(host, url)
    return services(text)


def asked_by(name: str) -> list[Asked]:
    """Send a page by text message and call, as an example says."""
    with providing(answer(201, b'{"sid": "SM1", "messages": [{"messageId": "d1"}]}')) as provider:
        found = example(name, provider.url)
        assert found.sms is not None
        assert found.voice is not None
        for channel in (
            texting(found.sms, Poster(HERE), MovedClock()),
            calling(found.voice, Poster(HERE), MovedClock()),
        ):
            send(channel)
    return provider.asked


def test_twilios_shape() -> None:
    """A form with basic authorization; a call brings its instructions with it, as XML."""
    sms, call = asked_by("twilio")
    assert (sms.method, sms.path.rsplit("/", 1)[1], call.path.rsplit("/", 1)[1]) == (
        "POST",
        "Messages.json",
        "Calls.json",
    )
    for asked in (sms, call):
        assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"AC1:hush").decode()
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(sms.body.decode()) == {
        "To": [ANN],
        "From": ["+15005550006"],
        "Body": ["INC-1042 S1 page: Payments fail. It was reported (rung 1 of ladder S1)"],
    }
    [twiml] = parse_qs(call.body.decode())["Twiml"]
    assert twiml.startswith('<Response><Say language="en-GB">This is Tocsin. Please answer incident I N C, 1 0 4 2.')
    assert twiml.endswith("</Say></Response>")


def test_infobips_shape() -> None:
    """Nested JSON, the number without its plus, a header of its own kind; the delivery's id is that of the message."""
    sms, call = asked_by("infobip")
    assert [asked.path for asked in (sms, call)] == ["/sms/2/text/advanced", "/tts/3/advanced"]
    for asked in (sms, call):
        assert (asked.headers["authorization"], asked.headers["content-type"]) == ("App hush", "application/json")
    [message] = json.loads(sms.body)["messages"]
    assert message["destinations"] == [{"to": ANN.removeprefix("+"), "messageId": "d1"}]
    assert message["text"].startswith("INC-1042 S1 page: Payments fail.")
    assert json.loads(call.body)["messages"][0]["language"] == "en"


def test_a_gateway_that_takes_everything_in_its_address() -> None:
    """By GET, with a secret in a header; what stands in the address already stays."""
    text = (
        'sms: {url: "URL/send?account=7", method: GET, auth: {bearer: {env: KEY}},'
        ' fields: {to: "{to}", text: "{text}", unicode: true}}'
    )
    with providing(TAKEN) as provider:
        sms = services(text.replace("URL", provider.url)).sms
        assert sms is not None
        send(texting(sms, Poster(HERE), MovedClock()))
    [asked] = provider.asked
    assert (asked.method, asked.headers["authorization"], asked.body) == ("GET", "Bearer hush", b"")
    query = parse_qs(urlsplit(asked.path).query)
    assert (query["account"], query["to"], query["unicode"]) == (["7"], [ANN], ["true"])


def test_each_try_has_the_same_id() -> None:
    """In the header that the provider knows repeated requests by."""
    with providing(TAKEN) as provider:
        for _ in range(2):
            send(plain(provider.url, ", idempotency_header: Idempotency-Key"))
    assert [asked.headers["idempotency-key"] for asked in provider.asked] == ["d1", "d1"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass_is_worth_another_try(status: int) -> None:
    """The detail names the status and nothing of the answer, which the record could not forget."""
    failed = failure(answer(status, ANN.encode()))
    assert (failed.detail, failed.permanent) == (f"HTTP {status} from the provider", False)


@pytest.mark.parametrize("status", [301, 400, 401, 404, 422])
def test_what_would_be_answered_the_same_again_is_the_end(status: int) -> None:
    """Then the ladder moves on at once. A redirect is not followed."""
    failed = failure(answer(status, b"", Location="http://127.0.0.1:9/", Retry_After="5"))
    assert (failed.permanent, failed.retry_after) == (True, None)


def test_the_file_says_which_statuses_are_which() -> None:
    """Taken, worth another try, or the end."""
    more = ", taken: [201, 200-200], again: 403"
    with providing(answer(201)) as provider:
        send(plain(provider.url, more))
    assert not failure(answer(403), more).permanent
    assert failure(answer(500), more).permanent
    assert failure(answer(204), more).permanent


def test_a_rest_is_asked_of_the_whole_channel() -> None:
    """The provider says it to us, whoever it is that we call."""
    failed = failure(answer(429, Retry_After="7"))
    assert (failed.retry_after, failed.whole_channel) == (7.0, True)


def test_a_provider_that_hangs_is_given_up_in_time() -> None:
    """Another try may do better; so may one where nobody listens."""
    with providing(lambda _: provider.until.wait(5)) as provider:
        sms = services(PLAIN.replace("URL", provider.url).replace("MORE", "")).sms
        assert sms is not None
        channel = texting(sms, Poster(HERE), MovedClock())
        channel._longest_send = 0.2  # noqa: SLF001 - what nobody sets but a test in a hurry
        with pytest.raises(SendFailed) as caught:
            send(channel)
    assert (caught.value.detail, caught.value.permanent) == ("timed out", False)
    with pytest.raises(SendFailed) as refused:
        send(plain(provider.url))
    assert (refused.value.detail, refused.value.permanent) == ("could not connect", False)


@pytest.mark.parametrize("address", ["acme-duty", "ann@acme.example", "+49", "+4915112345678&to=+1"])
def test_what_is_no_number_is_never_sent(address: str) -> None:
    """For good: a version of an agreement may say `sms` of a contact without a number no more."""
    with providing(TAKEN) as provider, pytest.raises(SendFailed) as caught:
        send(plain(provider.url), address)
    assert (caught.value.permanent, provider.asked) == (True, [])


def test_several_messages_go_out_as_one() -> None:
    """Under the id of the first of them."""
    _, part = told()
    other = Part(replace(part.delivery, id="d2"), part.message)
    with providing(TAKEN) as provider:
        plain(provider.url, ", idempotency_header: X-Id").send_bundle(Bundle((part, other)), ANN)
    [asked] = provider.asked
    assert asked.headers["x-id"] == "d1"
    assert json.loads(asked.body)["text"].startswith("2 messages: INC-1042 S1 page: Payments fail.")


def test_the_log_has_the_providers_id_and_nobodys_number() -> None:
    """So that its support can be asked about a message; what is no id is not repeated."""
    told_of = {
        b'{"data": [{"id": "SM-1"}]}': "SM-1",
        b'{"data": [{"id": 7}]}': "7",
        b'{"data": [{"id": "a b"}]}': None,
        b'{"data": []}': None,
        b"[[[": None,
    }
    for body, its_id in told_of.items():
        with providing(answer(200, body)) as provider, structlog.testing.capture_logs() as logged:
            send(plain(provider.url, ", id: data.0.id"))
        assert [entry["its_id"] for entry in logged] == [its_id]
        assert "15112345678" not in str(logged)


def test_the_pace_is_the_files_or_the_usual_one() -> None:
    """Over all of the provider, and to one number."""
    own = pace_of(plain("http://127.0.0.1:9", ", per_second: 0.5, seconds_per_number: 20"))
    assert (own.per_second, own.per_lane_seconds) == (0.5, 20)
    usual = pace_of(plain("http://127.0.0.1:9"))
    assert (usual.per_second, usual.per_lane_seconds) == (None, 1.0)


def test_nothing_shows_a_secret_or_a_number(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a description of the channel, nor what is logged of a request."""
    caplog.set_level(logging.DEBUG)
    with providing(TAKEN) as provider:
        channel = plain(provider.url, ", auth: {bearer: {env: KEY}}")
        send(channel)
    assert provider.asked[0].headers["authorization"] == "Bearer hush"
    for shown in (repr(channel), repr(channel._service), caplog.text):  # noqa: SLF001 - what a log may show
        assert "hush" not in shown
        assert ANN not in shown
