from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from incidents.ledger.rebuild import check
from notifications.channels.channel import SendFailed
from notifications.channels.terminal import Terminal
from notifications.channels.webhook import Webhook
from notifications.posting.poster import Poster
from notifications.queue.queue import LEASE
from tests.support.letters import attempts_of
from tests.support.permits import END, WARNED, Office, Permit
from tests.support.receiver import HERE, receiving
from tests.support.sending import FakeChannel, claim, work

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = "https://two.example/"


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Yield permits on a database of their own."""
    made = Office(database_url)
    yield made
    made.close()


def test_a_reminder_reaches_its_receiver_and_its_outcome_is_a_fact(database_url: str) -> None:
    """The webhook gets what is coming and when; the row, the record and the attempts agree."""
    with receiving() as receiver:
        office = Office(database_url, f"{receiver.url}/pager")
        permit, poster = office.grant(), Poster(HERE)
        office.turn(WARNED)
        office.clock.move(seconds=2)
        assert work(office.sender(Webhook(office.clock, poster))) == 1
        poster.close()
    [(path, delivery, body)] = receiver.received
    assert (path, delivery) == ("/pager", office.rows()["acme-ops"].id)
    assert body == {
        "delivery": delivery,
        "recipient": "acme-ops",
        "kind": "reminder",
        "reminder": "permit_ends",
        "about": "road works",
        "partnership": "acme-globex",
        "record": permit,
        "title": "The permit for road works ends",
        "why": "Permit ends of road works, due 2026-04-01 12:00 UTC, in 7 days",
        "due_at": "2026-04-01T12:00:00.000000Z",
        "at": "2026-03-25T12:00:00.000000Z",
        "sent_at": "2026-03-25T12:00:02.000000Z",
        "link": f"http://tocsin.example/v1/permits/{permit.rsplit('/', 1)[1]}",
        "tz": "UTC",
        "to": "acme-ops",
    }
    assert office.names(permit) == ["Granted", "Reminded", "ReminderSent"]
    assert (office.rows()["acme-ops"].status, office.rows()["globex-ops"].status) == ("sent", "waiting")
    assert [(each.nth, each.outcome) for each in attempts_of(office.database, permit)] == [(1, "sent")]
    assert check(office.ledger).differences == ()
    office.close()


def test_both_parties_are_reminded_and_the_terminal_shows_it(office: Office) -> None:
    """It concerns both: nobody's reminder is withdrawn for what they may not see."""
    permit, output = office.grant(), io.StringIO()
    office.turn(WARNED)
    channel = FakeChannel()
    assert work(office.sender(channel, Terminal(output))) == 2
    assert channel.recipients() == ["acme-ops"]
    assert output.getvalue() == (
        "REMINDER acme-globex for globex-ops: The permit for road works ends"
        " | Permit ends of road works, due 2026-04-01 12:00 UTC, in 7 days"
        f" | http://tocsin.example/v1/permits/{permit.rsplit('/', 1)[1]}\n"
    )


def test_what_a_crashed_sender_had_in_hand_is_sent_again_under_the_same_id(office: Office) -> None:
    """Late rather than never; and the record says once that it was sent."""
    permit, channel = office.grant(), FakeChannel()
    office.turn(WARNED)
    [claimed] = claim(office.database, office.clock.now())
    sender = office.sender(channel)
    assert work(sender) == 0, "claimed by whoever died"
    office.clock.move(seconds=LEASE.total_seconds())
    assert work(sender) == 1
    [(delivery, message)] = channel.sent
    assert (delivery.id, delivery.tries, message.late_by) == (claimed.id, 2, LEASE.total_seconds())
    assert office.names(permit).count("ReminderSent") == 1


def test_an_outcome_is_recorded_once_even_when_it_was_sent_twice(office: Office) -> None:
    """A sender that stood still past its lease finds that another one has sent, and adds nothing."""
    permit, channel = office.grant(), FakeChannel(slow="https://one.example/")
    office.turn(WARNED)
    first, second = office.sender(channel), office.sender(channel)
    first.run_once()
    assert channel.begun.wait(10)
    office.clock.move(seconds=LEASE.total_seconds())
    second.run_once()
    channel.until.set()
    assert first.drain(10)
    assert second.drain(10)
    assert len(channel.sent) == 2
    assert office.names(permit).count("ReminderSent") == 1


def test_a_reminder_that_is_no_longer_wanted_is_withdrawn(office: Office) -> None:
    """The permit was renewed before the reminder left: nobody hears of an end that is none."""
    permit, channel = office.grant(), FakeChannel()
    office.turn(WARNED)
    office.renew(permit, END + timedelta(days=365))
    work(office.sender(channel))
    assert channel.sent == []
    withdrawn = office.get(permit).history[-1]
    assert isinstance(withdrawn, Permit.ReminderWithdrawn)
    assert (withdrawn.recipient, withdrawn.tries, withdrawn.why) == ("acme-ops", 0, "no_longer_wanted")
    assert (office.rows()["acme-ops"].status, office.rows()["acme-ops"].detail) == ("withdrawn", "no_longer_wanted")


def test_a_reminder_that_cannot_be_delivered_is_a_fact_in_the_end(office: Office) -> None:
    """A try that failed is made again; one that failed for good is not."""
    permit = office.grant()
    office.turn(WARNED)
    channel = FakeChannel(failures=[SendFailed("HTTP 503"), SendFailed("HTTP 410", permanent=True)])
    sender = office.sender(channel)
    assert work(sender) == 1
    assert office.names(permit) == ["Granted", "Reminded"]
    office.clock.move(seconds=5)
    assert work(sender) == 1
    failed = office.get(permit).history[-1]
    assert isinstance(failed, Permit.ReminderFailed)
    assert (failed.tries, failed.detail) == (2, "HTTP 410")
    assert office.rows()["acme-ops"].status == "failed"


def test_the_address_is_that_of_the_version_that_was_in_force(office: Office) -> None:
    """What a later version changes acts on later reminders, and the rows are still what the facts say."""
    before, after = office.grant(), office.grant(until=END + timedelta(days=1))
    office.turn(WARNED)
    for permit in (before, after):
        office.ledger.witness(Permit, permit, lambda it, at: it.move(2, at))
    channel = FakeChannel()
    work(office.sender(channel))
    office.turn(WARNED + timedelta(days=1))
    work(office.sender(channel))
    assert [(delivery.stream, delivery.destination) for delivery, _ in channel.sent] == [
        (before, "https://one.example/"),
        (after, ELSEWHERE),
    ]
    assert check(office.ledger).differences == ()
