"""Pages of people: each by their own rules, looked up again when a page's turn comes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from escalation.crew.staff import Known
from incidents.incidents import Asked
from notifications.message.message import Composer
from notifications.queue.queue import LEASE
from notifications.queue.sender import Sender
from tests.support.paging import House, page
from tests.support.sending import FakeChannel, claim, work
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

ANN = "person:ann"
SECOND_STEP = 300


class Manned(House):
    """Incidents whose contacts are held by people."""

    def __init__(self, database_url: str) -> None:
        """Let Ann hold the duty."""
        super().__init__(database_url)
        self.staff = Staffed({"ann": Known("ann", "acme", "Ann")}, holders={"acme-duty": ANN})
        self.channel = FakeChannel()
        composer = Composer(self.agreements, "http://tocsin.example", self.staff)
        self.manned = Sender(self.incidents, composer, {"webhook": self.channel}, chance=lambda: 0.5)

    def call(self) -> str:
        """Declare an incident and page Ann, at once and by a second way five minutes later."""
        stream = self.declare()
        self.fire(stream, steps("first"), steps("second") | {"after": SECOND_STEP})
        return stream

    def outcomes(self) -> list[tuple[str, str | None]]:
        """Give what became of the pages, in the order in which they were due."""
        return [(row.status, row.detail) for row in self.rows()]


def steps(name: str) -> dict[str, Any]:
    """Give one of Ann's ways of being reached."""
    return page(ANN, destination=f"https://{name}.example") | {"party": "acme", "called": "acme-duty"}


@pytest.fixture
def house(database_url: str) -> Iterator[Manned]:
    """Yield incidents, people and deliveries on a database of their own."""
    made = Manned(database_url)
    yield made
    made.manned.close()
    made.engine.dispose()


def test_a_later_way_of_being_reached_is_claimed_in_its_time_with_the_persons_party(house: Manned) -> None:
    """The queue gives it out no second earlier, and says whose person it is for."""
    house.call()
    told_at = house.clock.now()
    [first] = claim(house.engine, told_at, most=5)
    assert (first.recipient, first.party, first.destination) == (ANN, "acme", "https://first.example")
    due = told_at + timedelta(seconds=SECOND_STEP)
    early = claim(house.engine, due - timedelta(seconds=1), most=5)
    assert [each.destination for each in early] == ["https://first.example"], "its lease has run out"
    later = claim(house.engine, due + LEASE, most=5)
    assert {each.destination for each in later} >= {"https://second.example"}


def test_a_contacts_delivery_has_no_party_of_its_own(house: Manned) -> None:
    """Of a contact the agreement knows whose it is."""
    house.fire(house.declare(), page())
    [claimed] = claim(house.engine, house.clock.now())
    assert claimed.party is None


def test_whoever_answers_the_first_way_is_not_reached_by_the_second(house: Manned) -> None:
    """The second step of her contact rules is withdrawn; the first, which got the page, hears that it is taken."""
    stream = house.call()
    work(house.manned)
    house.incidents.acknowledge(stream, Asked(by=ANN, party="acme"))
    house.clock.move(seconds=SECOND_STEP)
    work(house.manned)
    assert [message.kind for _, message in house.channel.sent] == ["page", "taken"]
    assert house.outcomes() == [("sent", None), ("withdrawn", "acknowledged")]


def test_whoever_answers_nothing_is_reached_by_every_way(house: Manned) -> None:
    """Each in its time, and each names her."""
    house.call()
    work(house.manned)
    assert house.outcomes() == [("sent", None), ("waiting", None)]
    house.clock.move(seconds=SECOND_STEP)
    work(house.manned)
    assert house.outcomes() == [("sent", None), ("sent", None)]
    assert [message.to for _, message in house.channel.sent] == ["Ann", "Ann"]


def test_whoever_is_removed_while_being_paged_gets_nothing_more(house: Manned) -> None:
    """She was let in when the rung was told, and is no more when the second page's turn comes."""
    stream = house.call()
    work(house.manned)
    del house.staff.people["ann"]
    house.clock.move(seconds=SECOND_STEP)
    work(house.manned)
    assert len(house.channel.sent) == 1
    assert house.outcomes() == [("sent", None), ("withdrawn", "left")]
    house.incidents.acknowledge(stream, Asked(by="key:2", party="acme"))
    work(house.manned)
    assert [(row.status, row.detail) for row in house.rows("taken")] == [("withdrawn", "left")]


def test_whoever_handed_over_before_the_page_left_is_not_paged(house: Manned) -> None:
    """The duty is Bob's by the time that the page's turn comes."""
    house.call()
    house.staff.add("bob")
    house.staff.holders["acme-duty"] = "person:bob"
    work(house.manned)
    assert house.channel.sent == []
    assert house.outcomes()[0] == ("withdrawn", "handed_over")
