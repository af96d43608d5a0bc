"""Dead letters that are sent again: the same row, the same id, tries that go on counting, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.changes import Sender
from incidents.incidents import Asked
from incidents.ledger.rebuild import check
from incidents.requeuing_refusals import NoLongerNeeded, NotFailed
from notifications.channels.channel import SendFailed
from notifications.letters.book import Letters
from notifications.letters.requeuing import Requeuing
from notifications.message.message import Composer
from notifications.queue.queue import Queue
from notifications.queue.retry import MAX_TRIES
from notifications.queue.sending import Sending
from tests.support.paging import House, page
from tests.support.permits import END, WARNED, Office
from tests.support.sending import FakeChannel, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.letters.letter import Letter

ACME = Asked("key:1", party="acme")
HOURS = 3600


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Yield permits on a database of their own."""
    made = Office(database_url)
    yield made
    made.close()


def the_letter(house: House, stream: str) -> Letter:
    """Read the one letter of an incident."""
    [letter] = Letters(house.engine).of(stream)
    return letter


def requeue(house: House, stream: str) -> None:
    """Have it sent again, for acme."""
    composer = Composer(house.agreements, "http://tocsin.example")
    Requeuing(house.incidents, composer).page(the_letter(house, stream), ACME)


def work_until_settled(house: House, stream: str, channel: FakeChannel) -> Letter:
    """Let a sender try until it gives up, or it is sent."""
    sender = house.sender(channel)
    while (letter := the_letter(house, stream)).status == "waiting":
        house.clock.move(seconds=max(0.0, (letter.due_at - house.clock.now()).total_seconds()))
        assert work(sender) == 1
    sender.close()
    return letter


def test_a_dead_letter_has_as_many_tries_again_and_keeps_its_id(house: House) -> None:
    """Hours after it expired; each try is on record under a number of its own."""
    stream, told = house.declare(), page()
    channel = FakeChannel(failures=[SendFailed("HTTP 503") for _ in range(2 * MAX_TRIES - 1)])
    house.fire(stream, told)
    dead = work_until_settled(house, stream, channel)
    assert (dead.status, dead.tries) == ("failed", MAX_TRIES)
    house.clock.move(seconds=5 * HOURS)
    requeue(house, stream)
    waits = the_letter(house, stream)
    assert (waits.status, waits.owed_at, waits.due_at, waits.detail) == (
        "waiting",
        house.clock.now(),
        house.clock.now(),
        None,
    )
    sent = work_until_settled(house, stream, channel)
    assert (sent.id, sent.status, sent.tries) == (told["delivery"], "sent", 2 * MAX_TRIES)
    assert [each.nth for each in sent.attempts] == list(range(1, 2 * MAX_TRIES + 1))
    assert [each.outcome for each in sent.attempts if each.outcome != "retry"] == ["failed", "sent"]
    facts = [type(fact).__name__ for fact in house.incidents.get(stream).history]
    assert facts[-3:] == ["PageFailed", "PageRequeued", "PageSent"]
    assert check(house.ledger).differences == ()


def test_who_still_has_it_in_hand_from_before_cannot_end_it(house: House) -> None:
    """A worker that stood still finds it too old, or fails; but it was to be sent again meanwhile."""
    stream = house.declare()
    house.fire(stream, page())
    before = the_letter(house, stream).claimed(house.clock.now())
    work_until_settled(house, stream, FakeChannel(failures=[SendFailed("HTTP 410", permanent=True)]))
    house.clock.move(seconds=5 * HOURS)
    requeue(house, stream)
    composer = Composer(house.agreements, "http://tocsin.example")
    Sending(house.incidents, composer, Queue(house.engine), lambda: 0.5).review(before)
    assert the_letter(house, stream).status == "waiting"
    assert work_until_settled(house, stream, FakeChannel()).status == "sent"


def test_a_dead_letter_that_fails_again_is_dead_again(house: House) -> None:
    """And may be sent again once more."""
    stream = house.declare()
    gone = [SendFailed("HTTP 410", permanent=True) for _ in range(2)]
    channel = FakeChannel(failures=gone)
    house.fire(stream, page())
    for tries in (1, 2):
        dead = work_until_settled(house, stream, channel)
        assert (dead.status, dead.tries, dead.detail) == ("failed", tries, "HTTP 410")
        requeue(house, stream)
    assert work_until_settled(house, stream, channel).status == "sent"


def test_whoever_acknowledges_after_it_left_is_announced(house: House) -> None:
    """It reached them like any other page."""
    stream = house.declare()
    channel = FakeChannel(failures=[SendFailed("HTTP 410", permanent=True)])
    house.fire(stream, page())
    work_until_settled(house, stream, channel)
    requeue(house, stream)
    work_until_settled(house, stream, channel)
    house.incidents.acknowledge(stream, Asked("key:2", party="acme"))
    work(house.sender(channel))
    assert [message.kind for _, message in channel.sent] == ["page", "taken"]


def test_nothing_is_sent_again_that_nobody_needs(house: House) -> None:
    """Neither what was answered, nor what has not failed; and the record says nothing of the wish."""
    stream = house.declare()
    channel = FakeChannel(failures=[SendFailed("HTTP 410", permanent=True)])
    house.fire(stream, page())
    with pytest.raises(NotFailed):
        requeue(house, stream)
    work_until_settled(house, stream, channel)
    house.incidents.acknowledge(stream, ACME)
    before = house.incidents.get(stream).version
    with pytest.raises(NoLongerNeeded) as refusal:
        requeue(house, stream)
    assert refusal.value.details == {"why": "acknowledged"}
    assert (house.incidents.get(stream).version, the_letter(house, stream).status) == (before, "failed")


def test_a_reminder_is_sent_again_as_long_as_it_is_wanted(office: Office) -> None:
    """Then it has as many tries again; once the permit is renewed, nobody needs it."""
    permit = office.grant()
    office.turn(WARNED)
    again = Requeuing(office.incidents, Composer(office.book, "http://tocsin.example/"))
    [letter] = [each for each in Letters(office.database).of(permit) if each.recipient == "acme-ops"]
    with pytest.raises(NotFailed):
        again.reminder(letter, Sender("key:1", "acme"))
    channel = FakeChannel(failures=[SendFailed("HTTP 410", permanent=True) for _ in range(2)])
    sender = office.sender(channel)
    assert work(sender) == 1
    again.reminder(letter, Sender("key:1", "acme"))
    assert work(sender) == 1
    assert [each.nth for each in Letters(office.database).one(letter.id).attempts] == [1, 2]
    assert office.names(permit)[-3:] == ["ReminderFailed", "ReminderRequeued", "ReminderFailed"]
    assert check(office.ledger).differences == ()
    office.renew(permit, END + timedelta(days=365))
    with pytest.raises(NoLongerNeeded):
        again.reminder(letter, Sender("key:1", "acme"))
