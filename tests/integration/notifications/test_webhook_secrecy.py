"""What a subscription's log and messages tell of what is not, or no longer, its party's to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.members import Grant
from incidents.incident.visibility import VisibilityChange
from incidents.ledger import erasure
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER
from notifications.posting.poster import Answer, Poster
from notifications.webhooks.body import Bodies
from notifications.webhooks.history import History, Wanted
from notifications.webhooks.log import WITHHELD_SINCE
from notifications.webhooks.queue import LEASE
from notifications.webhooks.sender import Ports, WebhookSender
from tests.support.desk import ME
from tests.support.receiver import answer, receiving
from tests.support.subscribed import OWNER, PUBLIC, Subscribed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from notifications.webhooks.queue import Claimed

WORDS = "The vault is open"


@pytest.fixture
def desk(database_url: str) -> Iterator[Subscribed]:
    """Yield partners who subscribe, on a database of their own."""
    made = Subscribed(database_url)
    yield made
    made.close()


class Meanwhile(Bodies):
    """Makes bodies, and lets something happen right after the first."""

    happens: Callable[[], object] | None = None

    def of(self, message: Claimed) -> bytes | None:
        """Give the body as it was before."""
        found, happens, self.happens = super().of(message), self.happens, None
        if happens is not None:
            happens()
        return found


def history(desk: Subscribed) -> History:
    """Give what reads logs."""
    return History(desk.tocsin.ledger.recorder.reading, Bodies(desk.tocsin.feed, PUBLIC))


def attempt_at(desk: Subscribed, subscription: str, message: str) -> Mapping[str, Any]:
    """Give what acme reads of the only attempt at a message."""
    _, [attempt] = history(desk).message(Wanted(subscription, "acme"), message)
    return attempt


def test_what_waits_does_not_show_what_is_for_nobody_of_a_party(desk: Subscribed) -> None:
    """Who became a member of the other party is a record of the partnership, and in nobody's feed but an auditor's."""
    told = desk.subscribe("https://hooks.acme.example/tocsin")
    desk.webhooks.pause(told, OWNER)
    ann = desk.tocsin.people.register("Ann", "ann@globex.example", by="test")
    desk.tocsin.members.grant(desk.agreement.partnership, Grant(ann, "globex", ["coordinator"]), by="test")
    desk.declare()
    desk.follow()
    assert len(desk.messages(told)) > 1
    assert [row.type for row in history(desk).page(Wanted(told, "acme"), None, 10).rows] == ["incident.declared.v1"]


def test_words_that_were_withheld_since_do_not_stand_in_the_log(desk: Subscribed) -> None:
    """Neither as they were sent nor as they were answered; what was not restricted is shown as it was."""
    with receiving(answer(200, b"I got: Payments fail", X_Got="Payments fail")) as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        stream, _ = desk.declare(), desk.declare()
        desk.work()
    first, second = (message.id for message in desk.messages(told))
    shown = attempt_at(desk, told, second)
    assert "Payments fail" in shown["request"]["body"]
    desk.incidents.change_visibility(stream, VisibilityChange(1, ("title",), ("globex",)), ME)
    struck = attempt_at(desk, told, first)
    assert "Payments fail" not in str(struck)
    assert (struck["request"]["body"], struck["response"]["body"]) == (WITHHELD_SINCE, WITHHELD_SINCE)
    assert attempt_at(desk, told, second) == shown


def test_words_that_are_erased_during_a_send_are_not_kept(desk: Subscribed) -> None:
    """The log of that attempt is written after the erasure, which found none to delete."""
    with receiving(answer(200, WORDS.encode())) as receiver:
        told = desk.subscribe(receiver, "incident.noted")
        stream = desk.declare()
        desk.note(stream, WORDS)
        desk.follow()
        eraser = connect(desk.url, ERASER, pool_size=1)
        bodies = Meanwhile(desk.tocsin.feed, PUBLIC)
        bodies.happens = lambda: erasure.erase(eraser, desk.tocsin.ledger, stream, by="key:1")
        desk.send_with(bodies)
        eraser.dispose()
    [message] = desk.messages(told)
    assert WORDS in receiver.requests[0][1].decode()
    [attempt] = desk.attempts(message.id)
    assert message.status == "delivered"
    assert WORDS not in f"{attempt.request} {attempt.response}"


def test_a_subscription_that_is_removed_during_a_send_is_sent_nothing(desk: Subscribed) -> None:
    """Its secrets are gone by then: the message would leave unsigned."""
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.follow()
        bodies = Meanwhile(desk.tocsin.feed, PUBLIC)
        bodies.happens = lambda: desk.webhooks.remove(told, OWNER)
        desk.send_with(bodies)
    assert receiver.requests == []
    assert [message.status for message in desk.messages(told)] == ["failed"]


@pytest.mark.parametrize("asked", ["Mon, 01 Jan 2024 00:00:00 +99999999999999", "Mon, 01 Jan 99999999999 00:00:00 GMT"])
def test_a_rest_that_no_clock_can_tell_is_a_failure_like_any_other(desk: Subscribed, asked: str) -> None:
    """It is counted, so that the message is given up some day, and not tried for ever with every lease."""
    with receiving(answer(503, Retry_After=asked)) as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.work()
        desk.work(seconds=LEASE.total_seconds() / 2)
    [message] = desk.messages(told)
    assert [attempt.status_code for attempt in desk.attempts(message.id)][:1] == [503]
    assert message.leased_until is None


def test_a_defect_of_ours_in_a_send_is_a_failure_like_any_other(desk: Subscribed) -> None:
    """It is counted and put off, where it would come again with every lease."""

    class Broken(Poster):
        def post(self, *_: object, **__: object) -> Answer:
            raise RuntimeError

    told = desk.subscribe("https://hooks.acme.example/tocsin", "incident.declared")
    desk.declare()
    desk.follow()
    ports = Ports(Broken(), Bodies(desk.tocsin.feed, PUBLIC), desk.webhooks.disable)
    sender = WebhookSender(desk.tocsin.database, desk.clock, ports)
    sender.run_once()
    sender.close()
    [message] = desk.messages(told)
    assert message.leased_until is None
    assert [attempt.error for attempt in desk.attempts(message.id)] == ["internal error: RuntimeError"]
