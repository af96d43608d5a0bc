"""The file that describes a provider: each mistake by key and line, and no secret repeated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifications.channels.provider.file import KEYS, read
from notifications.channels.provider.filling import KNOWN
from notifications.channels.provider.service import AGAIN, SEGMENTS, TAKEN, Services

EXAMPLES = Path(__file__).parents[3] / "examples" / "providers"
ENVIRONMENT = {"KEY": "hush", "USER": "ann", "COLON": "a:b", "BROKEN": "hu\nsh", "EMPTY": ""}
GOOD = """
sms:
  url: https://sms.example/send
  fields: {to: "{to}", text: "{text}"}
"""


def wrong(text: str) -> list[str]:
    """Give the mistakes, each as people read it."""
    found, mistakes = read(text.encode(), ENVIRONMENT)
    assert found is None
    assert "hush" not in str(mistakes)
    return [str(mistake) for mistake in mistakes]


def test_little_needs_to_be_said() -> None:
    """By default it is a POST of JSON, 2xx is taken, and what is the provider's fault is tried again."""
    found, mistakes = read(GOOD.encode(), {})
    assert mistakes == []
    assert found is not None
    assert found.voice is None
    assert found.sms is not None
    sms = found.sms
    assert (sms.url, sms.get, sms.form, sms.headers) == ("https://sms.example/send", False, False, {})
    assert (sms.taken, sms.again, sms.segments, sms.id_path) == (TAKEN, AGAIN, SEGMENTS, ())


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_have_no_mistakes(example: Path) -> None:
    """And describe both, once their secrets are set; without them, each is named."""
    text = example.read_bytes()
    named = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"} if example.stem == "twilio" else {"INFOBIP_AUTHORIZATION"}
    found, mistakes = read(text, dict.fromkeys(named, "secret"))
    assert mistakes == []
    assert isinstance(found, Services)
    assert found.sms is not None
    assert found.voice is not None
    _, missing = read(text, {})
    assert {mistake.wrong.removesuffix(" is not set") for mistake in missing} == named


MISTAKES = [
    ("", "neither sms nor voice stands here"),
    ("sms: {}", "sms.url: missing; add `url`"),
    ("fax: {}", "fax: unknown key 'fax'"),
    (GOOD + "  metod: GET", "line 5: sms.metod: unknown key 'metod'; did you mean 'method'?"),
    (GOOD + "  url: https://other.example/", "line 5: sms.url: this key stands here twice"),
    (GOOD + "  7: x", "a key that is not text"),
    (GOOD + "  method: PUT", "sms.method: 'PUT' is not understood here"),
    (GOOD + "  method: GET\n  format: json", "sms.format: a GET has no body"),
    (GOOD + "  format: xml", "sms.format: 'xml' is not understood here"),
    (GOOD.replace("https://sms.example/send", "sms.example"), "sms.url: this is not an address to send to"),
    (GOOD.replace("https://", "https://ann:hush@"), "sms.url: this is not an address to send to"),
    (GOOD.replace("https://", "http://"), "sms.url: http carries secrets in clear"),
    (GOOD.replace("/send", "/{to}"), "sms.url: this is not an address to send to"),
    (GOOD.replace("{text}", "{txt}"), "sms.fields: no placeholder {txt} is known"),
    (GOOD.replace("{text}", "hello"), "sms.fields: no {text} stands in any of them"),
    (GOOD.replace("{to}", "+49301234567"), "sms.fields: no {to} stands in any of them"),
    (GOOD.replace('"{to}"', '["{to}"]') + "  format: form", "sms.fields.to: ['{to}'] stands here"),
    (GOOD + "  taken: yes", "sms.taken: 'yes' is no HTTP status"),
    (GOOD + "  taken: [200, 99]", "sms.taken.1: 99 is no HTTP status"),
    (GOOD + "  again: 503-500", "sms.again: '503-500' is no HTTP status"),
    (GOOD + "  again: 200-299", "sms.again: 200 stands under taken too"),
    (GOOD + "  per_second: 0", "sms.per_second: 0 stands here; write a number above 0, at most 1000"),
    (GOOD + "  seconds_per_number: true", "sms.seconds_per_number: true stands here"),
    (GOOD + "  segments: 7", "sms.segments:"),
    (GOOD.replace("sms:", "voice:") + "  segments: 1", "voice.segments: unknown key 'segments'"),
    (GOOD + "  id: messages[0]", "sms.id: 'messages[0]' is no path"),
    (GOOD + "  idempotency_header: Content-Type", "sms.idempotency_header: 'Content-Type' cannot be set"),
    (GOOD + '  idempotency_header: "X: y"', "sms.idempotency_header: 'X: y' cannot be set"),
    (GOOD + "  auth: {}", "sms.auth: 0 ways stand here; keep one of: basic, bearer, header"),
    (GOOD + "  auth: Bearer hush", "sms.auth: this is no mapping"),
    (GOOD + "  auth: {basic: ann:hush}", "sms.auth.basic: this is no mapping"),
    (GOOD + "  auth: {bearer: hush}", "sms.auth.bearer: a secret is written out; write {env: NAME}"),
    (GOOD + "  auth: {bearer: {env: hush-hush}}", "sms.auth.bearer.env: this is no name of a variable"),
    (GOOD + "  auth: {bearer: {env: NONE}}", "sms.auth.bearer.env: NONE is not set"),
    (GOOD + "  auth: {bearer: {env: EMPTY}}", "sms.auth.bearer.env: EMPTY is not set"),
    (GOOD + "  auth: {bearer: {env: BROKEN}}", "sms.auth.bearer.env: BROKEN holds what no header can"),
    (GOOD + "  auth: {bearer: {env: KEY}, header: {name: X, value: {env: KEY}}}", "sms.auth: 2 ways stand here"),
    (GOOD + "  auth: {basic: {user: {env: COLON}, password: {env: KEY}}}", "sms.auth.basic.user: a user's name with"),
    (GOOD + "  auth: {basic: {user: {env: USER}}}", "sms.auth.basic.password: missing"),
    (GOOD + "  auth: {header: {name: Host, value: {env: KEY}}}", "sms.auth.header.name: 'Host' cannot be set"),
    ("sms: *all", "alias *all"),
    ("[", "this is not YAML"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_a_mistake_is_told_by_its_key(text: str, told: str) -> None:
    """With what would be right."""
    assert any(told in each for each in wrong(text)), wrong(text)


def test_all_mistakes_are_told_at_once() -> None:
    """In the order of the file."""
    told = wrong("sms:\n  url: x\n  fields: 7\nvoice:\n  method: PUT\n")
    assert [each.partition(":")[0] for each in told] == sorted(each.partition(":")[0] for each in told)
    assert len(told) >= 4


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "10.1.2.3", "[fd00::1]"])
def test_a_gateway_of_ones_own_network_may_be_spoken_to_in_clear(host: str) -> None:
    """It may have no certificate."""
    found, mistakes = read(GOOD.replace("https://sms.example", f"http://{host}").encode(), {})
    assert (found is not None, mistakes) == (True, [])


def test_the_page_on_it_lists_every_key_and_placeholder() -> None:
    """And shows a file without mistakes."""
    page = (EXAMPLES.parents[1] / "docs" / "phone.md").read_text()
    assert set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)) == {*KEYS, "segments"}
    assert set(re.findall(r"^\| `\{([a-z_]+)\}` \|", page, re.MULTILINE)) == KNOWN
    [shown] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    found, mistakes = read(shown.encode(), {"SMS_TOKEN": "hush"})
    assert (found is not None, mistakes) == (True, [])
