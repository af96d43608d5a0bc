from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from escalation.crew.own import OwnStaff
from escalation.crew.staff import NOBODY
from incidents.incidents import Asked, Incidents
from notifications.channels.channel import SendFailed
from notifications.queue.queue import LEASE
from tests.support.paging import House, page
from tests.support.sending import FakeChannel, claim, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.ledger.pipeline import Write

ANSWERING = Asked(by="key:2")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


def test_a_page_is_withdrawn_when_somebody_acknowledged_before_it_left(house: House) -> None:
    """The incident is read again right before the send; nobody is woken for what is taken."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page())
    house.incidents.acknowledge(stream, ANSWERING)
    work(house.sender(channel))
    assert channel.sent == []
    assert [(row.status, row.detail) for row in house.rows()] == [("withdrawn", "acknowledged")]
    assert type(house.incidents.get(stream).history[-1]).__name__ == "PageWithdrawn"
    assert house.rows("taken") == [], "nobody was paged, so nobody needs to hear of it"


def test_whoever_was_paged_hears_who_has_taken_it(house: House) -> None:
    """The announcement goes the way of the page."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page(), page("acme-ops"))
    sender = house.sender(channel)
    work(sender)
    house.incidents.acknowledge(stream, ANSWERING)
    work(sender)
    taken = [(delivery.recipient, message.why) for delivery, message in channel.sent if message.kind == "taken"]
    assert sorted(taken) == [("acme-duty", "Taken by a program"), ("acme-ops", "Taken by a program")]


def test_whoever_was_being_paged_at_the_acknowledgement_hears_of_it_too(house: House) -> None:
    """The page was under way and cannot be taken back, so the announcement follows it."""
    stream, channel = house.declare(), FakeChannel(slow="https://slow.example")
    house.fire(stream, page(destination="https://slow.example"))
    sender = house.sender(channel)
    sender.run_once()
    assert channel.begun.wait(10)
    house.incidents.acknowledge(stream, ANSWERING)
    channel.until.set()
    assert sender.drain(10)
    work(sender)
    assert [message.kind for _, message in channel.sent] == ["page", "taken"]


def test_whoever_may_have_been_paged_by_a_sender_that_died_hears_of_it_too(house: House) -> None:
    """The page arrived, its sender died before it could say so, and then somebody acknowledged."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page())
    claim(house.engine, house.clock.now())
    house.incidents.acknowledge(stream, ANSWERING)
    house.clock.move(seconds=LEASE.total_seconds())
    sender = house.sender(channel)
    work(sender)
    work(sender)
    assert [row.status for row in house.rows()] == ["withdrawn"]
    assert [(delivery.recipient, message.kind) for delivery, message in channel.sent] == [("acme-duty", "taken")]


def test_everything_but_what_is_taken_is_withdrawn_once_it_is_over(house: House) -> None:
    """A resolved incident calls nobody, yet whoever was called hears that it is taken."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page())
    sender = house.sender(channel)
    work(sender)
    house.incidents.acknowledge(stream, ANSWERING)
    house.fire(stream, page("acme-ops"), page("globex-ops", urgency=1), number=2, clock="resolve")
    house.incidents.resolve(stream, None, ANSWERING)
    work(sender)
    assert [(delivery.recipient, message.kind) for delivery, message in channel.sent] == [
        ("acme-duty", "page"),
        ("acme-duty", "taken"),
    ]
    assert [row.detail for row in (*house.rows()[1:], *house.rows("notice"))] == ["over", "over"]


def test_a_page_that_came_to_be_needed_again_is_not_withdrawn(house: House) -> None:
    """Reopened between our look and our word: the page stays, and leaves."""

    class ReopenedJustThen(Incidents):
        def witness(
            self, stream: str, tell: Callable[[Incident, datetime], None], *, after: Sequence[Write] = ()
        ) -> Incident:
            if not self.get(stream).active:
                self.reopen(stream, "It is back", ANSWERING)
            return super().witness(stream, tell, after=after)

    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page(), clock="resolve")
    house.incidents.resolve(stream, None, ANSWERING)
    house.incidents = ReopenedJustThen(house.ledger, house.agreements, OwnStaff(NOBODY))
    sender = house.sender(channel)
    work(sender)
    house.clock.move(seconds=LEASE.total_seconds())
    work(sender)
    assert channel.recipients() == ["acme-duty"]
    assert [row.status for row in house.rows()] == ["sent"]


@pytest.mark.parametrize(("unclear", "told"), [(False, []), (True, ["acme-duty"])])
def test_whoever_was_surely_not_reached_is_not_told_either(house: House, *, unclear: bool, told: list[str]) -> None:
    """The one try was refused, so nobody is on the way; where no answer came, somebody may be."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 503", unclear=unclear)])
    house.fire(stream, page())
    sender = house.sender(channel)
    work(sender)
    house.incidents.acknowledge(stream, ANSWERING)
    work(sender)
    assert channel.recipients() == told
    assert [row.refused for row in house.rows() if row.kind == "page"] == [0 if unclear else 1]
