"""A ticket system is connected by webhook: what it is told, how it checks that, what happens while it fails."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from notifications.posting.poster import Poster
from notifications.webhooks.body import Bodies
from notifications.webhooks.sender import Ports, WebhookSender
from tests.support.http import OURS, PUBLIC_URL, problem_of
from tests.support.receiver import HERE, answer, receiving
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.receiver import Receiver
    from tests.support.rota import Rota

WEBHOOKS = f"/v1/partnerships/{OURS}/webhooks"
DECLARED, NOTED, ACKNOWLEDGED = (f"incident.{what}.v1" for what in ("declared", "noted", "acknowledged"))


class Connected:
    """Two parties, a person of each who connects systems, and what sends messages."""

    def __init__(self, rota: Rota) -> None:
        """Let the two in."""
        self.rota = rota
        rota.join("acme", "ann", roles=("coordinator",))
        rota.join("globex", "eve", roles=("coordinator",))
        self.ann, self.eve = rota.people["ann"], rota.people["eve"]
        tocsin = rota.site.tocsin
        self._poster = Poster(HERE)
        ports = Ports(self._poster, Bodies(tocsin.feed, PUBLIC_URL), tocsin.webhooks.disable)
        self._sender = WebhookSender(tocsin.database, tocsin.clock, ports, chance=lambda: 0.5)

    def close(self) -> None:
        """Let go of the sender."""
        self._sender.close()
        self._poster.close()

    def connect(self, receiver: Receiver, *types: str, who: str = "ann") -> dict[str, Any]:
        """Make a webhook; give it with its secret."""
        body = {"url": f"{receiver.url}/hook?key=k1", "name": "Tickets", "types": list(types)}
        return self.rota.must(self.rota.people[who].post(WEBHOOKS, body), 201)

    def ask(self, webhook: dict[str, Any], verb: str, **body: object) -> dict[str, Any]:
        """Let Ann do something with it."""
        return self.rota.must(self.ann.post(f"{webhook['links']['self']}/{verb}", body))

    def work(self, **later: float) -> None:
        """Move the clock; let everybody work until nothing is due."""
        self.rota.turn(**later)
        self.rota.site.sequence()
        for follower in self.rota.site.tocsin.followers():
            while follower.run_once():
                pass
        while self._sender.run_once():
            self._sender.drain()
        self.rota.turn()

    def messages(self, webhook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        """Read the delivery log."""
        found = self.rota.must(self.ann.get(webhook["links"]["messages"] + query))
        return list(found["items"])

    def message(self, webhook: dict[str, Any], message: str) -> dict[str, Any]:
        """Read a message with its attempts."""
        return self.rota.must(self.ann.get(f"{webhook['links']['messages']}/{message}"))


@pytest.fixture
def connected(database_url: str) -> Iterator[Connected]:
    """Yield them now: the library that checks signatures goes by the real time."""
    with rota_at(database_url, datetime.now(UTC)) as rota, _closing(Connected(rota)) as found:
        yield found


@contextmanager
def _closing(connected: Connected) -> Iterator[Connected]:
    try:
        yield connected
    finally:
        connected.close()


def types(receiver: Receiver) -> list[str]:
    """Give the types of what came in, in order."""
    return [json.loads(content)["type"].removeprefix("tocsin.") for _, content in receiver.requests]


def ids(receiver: Receiver) -> list[str]:
    """Give the ids of what came in, in order."""
    return [headers["webhook-id"] for headers, _ in receiver.requests]


def is_signed(secret: str, request: tuple[dict[str, str], bytes]) -> bool:
    """Say whether a request carries the signature of a secret, whatever the time."""
    headers, content = request
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(headers["webhook-id"], at, content.decode())
    return expected in headers["webhook-signature"].split()


def test_a_party_is_told_what_it_sees_and_can_check_it(connected: Connected) -> None:
    """Each event once, in order, verified by the library; what the other party keeps to itself never arrives."""
    with receiving() as receiver:
        webhook = connected.connect(receiver, DECLARED, NOTED)
        incident = connected.rota.declare()
        connected.rota.do("eve", incident, "note", text="Our own doing", visibility="internal")
        connected.rota.do("ann", incident, "note", text="Looking into it")
        connected.work()
    assert types(receiver) == [DECLARED, NOTED]
    for headers, content in receiver.requests:
        body = Webhook(webhook["secret"]).verify(content, headers)
        assert body["subject"] == incident
    assert "Our own doing" not in str(receiver.requests)
    listed = connected.messages(webhook)
    delivered = [(DECLARED, "delivered"), (NOTED, "delivered")]
    assert sorted((each["type"], each["status"]) for each in listed) == delivered
    assert sorted(each["message"] for each in listed) == sorted(ids(receiver))


def test_the_log_shows_what_was_sent_without_secrets(connected: Connected) -> None:
    """Headers and bodies of both sides; signatures, cookies and the query of the address are struck out."""
    with receiving(answer(200, b"thanks", Set_Cookie="session=s3")) as receiver:
        webhook = connected.connect(receiver, NOTED)
        incident = connected.rota.declare()
        connected.rota.do("ann", incident, "note", text="Looking into it")
        connected.work()
    [message] = connected.messages(webhook)
    [attempt] = connected.message(webhook, message["message"])["attempts"]
    assert (attempt["nth"], attempt["outcome"], attempt["status_code"]) == (1, "delivered", 200)
    assert attempt["request"]["url"] == f"{receiver.url}/hook?[struck out]"
    assert attempt["response"]["body"] == "thanks"
    sent, got = (
        {each["name"].lower(): each["value"] for each in attempt[side]["headers"]} for side in ("request", "response")
    )
    assert (sent["webhook-id"], sent["webhook-signature"]) == (message["message"], "[struck out]")
    assert got["set-cookie"] == "[struck out]"
    assert "Looking into it" in attempt["request"]["body"]
    assert not {"k1", "s3", webhook["secret"]} & set(str(attempt).split("'"))


def test_what_is_hidden_later_is_gone_from_the_log(connected: Connected) -> None:
    """A restriction acts on the past too."""
    with receiving() as receiver:
        webhook = connected.connect(receiver, NOTED)
        incident = connected.rota.declare()
        connected.rota.do("eve", incident, "note", text="Told by mistake", visibility="shared")
        connected.work()
        [message] = connected.messages(webhook)
        entry = json.loads(receiver.requests[0][1])["data"]["version"]
        connected.rota.do("eve", incident, "visibility", entry=entry, to="internal")
    assert connected.messages(webhook) == []
    answered = connected.ann.get(f"{webhook['links']['messages']}/{message['message']}")
    assert answered.status == 404


def test_a_secret_is_rotated_without_a_gap(connected: Connected) -> None:
    """For a day both secrets verify; then the new one alone."""
    with receiving() as receiver:
        webhook = connected.connect(receiver, DECLARED)
        connected.work(minutes=1)
        new = connected.ask(webhook, "rotate-secret")["secret"]
        connected.rota.declare()
        connected.work()
        connected.rota.declare()
        connected.work(hours=24)
    first, second = receiver.requests
    assert [is_signed(secret, first) for secret in (webhook["secret"], new)] == [True, True]
    assert [is_signed(secret, second) for secret in (webhook["secret"], new)] == [False, True]


def test_a_receiver_that_fails_is_tried_again_and_the_order_of_an_incident_kept(connected: Connected) -> None:
    """The same id each time; what came later of that incident comes after it."""
    with receiving(answer(500), answer(500), answer(204)) as receiver:
        webhook = connected.connect(receiver, DECLARED, NOTED, ACKNOWLEDGED)
        incident = connected.rota.declare()
        connected.rota.do("ann", incident, "acknowledge")
        connected.rota.do("ann", incident, "note", text="On it")
        connected.work()
        waiting = connected.messages(webhook, "?status=waiting")
        [first] = [each for each in waiting if each["type"] == DECLARED]
        assert first["waits_for"] == "HTTP 500 from 127.0.0.1"
        connected.work(seconds=10)
        connected.work(minutes=10)
    assert types(receiver) == [DECLARED, DECLARED, DECLARED, ACKNOWLEDGED, NOTED]
    assert len(set(ids(receiver))) == 3
    detail = connected.message(webhook, ids(receiver)[0])
    assert [each["status_code"] for each in detail["attempts"]] == [500, 500, 204]


def test_a_receiver_that_is_gone_is_disabled_and_its_owner_hears_of_it(connected: Connected) -> None:
    """410: nothing more is sent, Ann is told; once she has enabled it, what waited arrives."""
    with receiving(answer(410), answer(204)) as receiver:
        webhook = connected.connect(receiver, DECLARED)
        connected.rota.declare()
        connected.work()
        assert connected.rota.must(connected.ann.get(webhook["links"]["self"]))["state"] == "disabled"
        [(delivery, message)] = [
            (each, told) for each, told in connected.rota.terminal.sent if each.stream.startswith("webhook/")
        ]
        assert connected.rota.name_of(delivery.recipient) == "ann"
        assert message.title.startswith("acme's webhook to 127.0.0.1 is disabled: its receiver answered 410 Gone.")
        connected.rota.declare()
        connected.work(minutes=1)
        assert len(receiver.requests) == 1
        assert connected.ask(webhook, "enable")["state"] == "active"
        connected.work()
    assert len(receiver.requests) == 2
    assert [each["status"] for each in connected.messages(webhook)] == ["delivered", "failed"]


def test_what_was_missed_is_sent_again_under_the_same_ids(connected: Connected) -> None:
    """One message, and then a whole span; of a span the failed ones alone unless all are asked for."""
    with receiving(answer(410), answer(204)) as receiver:
        webhook = connected.connect(receiver, DECLARED)
        begun = connected.rota.clock.now().isoformat()
        connected.rota.declare()
        connected.work()
        connected.ask(webhook, "enable")
        connected.rota.declare()
        connected.work(minutes=1)
        [failed] = connected.messages(webhook, "?status=failed")
        assert connected.ask(webhook, f"messages/{failed['message']}/redeliver") == {"messages": 1}
        connected.work(minutes=1)
        assert ids(receiver)[-1] == failed["message"]
        assert connected.ask(webhook, "redeliver", since=begun) == {"messages": 0}
        assert connected.ask(webhook, "redeliver", since=begun, only_failed=False) == {"messages": 2}
        connected.work(minutes=1)
    assert sorted(ids(receiver)[-2:]) == sorted(set(ids(receiver)))


def test_a_ping_shows_whether_it_works(connected: Connected) -> None:
    """It is signed like any other, tells of no event, and stands in the log; a paused webhook is not pinged."""
    with receiving() as receiver:
        webhook = connected.connect(receiver, DECLARED)
        pinged = connected.ask(webhook, "ping")
        connected.work()
    [(headers, content)] = receiver.requests
    assert Webhook(webhook["secret"]).verify(content, headers)["type"] == "tocsin.ping.v1"
    assert headers["webhook-id"] == pinged["message"]
    assert connected.rota.must(connected.ann.get(pinged["links"]["message"]))["status"] == "delivered"
    connected.ask(webhook, "pause")
    refused = connected.ann.post(f"{webhook['links']['self']}/ping")
    assert problem_of(refused)["details"] == {"state": "paused"}


def test_what_waits_while_paused_comes_when_resumed(connected: Connected) -> None:
    """Nothing is lost, nothing is sent meanwhile."""
    with receiving() as receiver:
        webhook = connected.connect(receiver, DECLARED)
        connected.ask(webhook, "pause")
        connected.rota.declare()
        connected.work()
        assert receiver.requests == []
        connected.ask(webhook, "resume")
        connected.work()
    assert types(receiver) == [DECLARED]
