from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from escalation.crew.own import OwnStaff
from escalation.crew.staff import NOBODY
from incidents.happenings import PageWithdrawn
from incidents.incident.visibility import VisibilityChange
from incidents.incidents import Asked, Incidents
from notifications.channels.channel import SendFailed
from notifications.queue.queue import LEASE
from tests.support.letters import attempts_of
from tests.support.paging import House, page
from tests.support.sending import FakeChannel, claim, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.incident import Incident
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


def _facts(house: House, stream: str) -> list[str]:
    """Give the names of an incident's facts."""
    return [type(fact).__name__ for fact in house.incidents.get(stream).history]


def test_a_page_is_sent_once_and_its_outcome_is_a_fact(house: House) -> None:
    """The row, the record and the attempts agree, and nothing is left to do."""
    stream, told, channel = house.declare(), page(), FakeChannel()
    house.fire(stream, told)
    sender = house.sender(channel)
    assert work(sender) == 1
    assert channel.recipients() == ["acme-duty"]
    assert [(row.id, row.status, row.tries) for row in house.rows()] == [(told["delivery"], "sent", 1)]
    assert _facts(house, stream)[-1] == "PageSent"
    assert [(each.nth, each.outcome) for each in attempts_of(house.engine, stream)] == [(1, "sent")]
    sender.close()


def test_what_is_urgent_goes_first_within_a_lane(house: House) -> None:
    """A page overtakes the notices that wait for the same destination."""
    stream, channel = house.declare(), FakeChannel()
    same = "https://shared.example"
    house.fire(stream, page("globex-ops", destination=same, urgency=1))
    house.clock.move(seconds=1)
    house.fire(stream, page("acme-ops", destination=same))
    work(house.sender(channel))
    assert channel.recipients() == ["acme-ops", "globex-ops"]


def test_two_senders_never_send_to_one_destination_at_once_nor_anything_twice(house: House) -> None:
    """Whoever claims first has the lane; the other takes other lanes or waits."""
    stream, channel = house.declare(), FakeChannel()
    pages = [page(f"person-{n}", destination=f"https://lane-{n % 3}.example") for n in range(12)]
    house.fire(stream, *pages)
    assert work(house.sender(channel), house.sender(channel)) == 12
    assert sorted(delivery.id for delivery, _ in channel.sent) == sorted(told["delivery"] for told in pages)
    assert channel.most_at_once == 1


def test_a_slow_destination_delays_nobody_else(house: House) -> None:
    """While one webhook hangs, later pages to others leave, and those to itself wait for it."""
    stream, channel = house.declare(), FakeChannel(slow="https://slow.example")
    sender = house.sender(channel)
    house.fire(stream, page("slow", destination="https://slow.example"))
    assert sender.run_once() == 1
    house.fire(stream, page("behind", destination="https://slow.example"), page("free"))
    assert sender.run_once() == 1
    assert not sender.drain(0.3)
    assert channel.recipients() == ["free"]
    assert house.sender(channel).run_once() == 0, "another sender leaves a busy lane alone"
    channel.until.set()
    assert sender.drain(10)
    assert work(sender) == 1
    assert channel.recipients() == ["free", "slow", "behind"]


def test_what_a_crashed_sender_had_in_hand_is_sent_again_under_the_same_id(house: House) -> None:
    """A claim outlives its sender by the lease at most; then the page leaves, late rather than never."""
    stream, told, channel = house.declare(), page(), FakeChannel()
    house.fire(stream, told)
    assert claim(house.engine, house.clock.now()), "claimed, and then it dies"
    sender = house.sender(channel)
    assert work(sender) == 0
    house.clock.move(seconds=LEASE.total_seconds())
    assert work(sender) == 1
    [(delivery, message)] = channel.sent
    assert (delivery.id, delivery.tries) == (told["delivery"], 2)
    assert message.late_by == LEASE.total_seconds()


def test_nobody_is_paged_for_an_incident_that_is_none_of_theirs(house: House) -> None:
    """It is internal to the provider: the provider's contact is paged, and the page for the client's is withdrawn."""
    stream, channel = house.declare(visible_to=("acme",)), FakeChannel()
    house.fire(stream, page("acme-duty"), page("globex-ops"))
    assert work(house.sender(channel)) == 2
    assert [delivery.recipient for delivery, _ in channel.sent] == ["acme-duty"]
    [withdrawn] = [fact for fact in house.incidents.get(stream).history if isinstance(fact, PageWithdrawn)]
    assert (withdrawn.recipient, withdrawn.why) == ("globex-ops", "not_theirs")


def test_a_page_tells_each_party_what_it_may_see(house: House) -> None:
    """A title that was restricted after the rung fired is withheld from the client's contact."""
    stream, channel = house.declare(visible_to=None), FakeChannel()
    house.fire(stream, page("acme-duty"), page("globex-ops"))
    house.incidents.change_visibility(stream, VisibilityChange(1, ("title",), ("acme",)), Asked("key:1", party="acme"))
    work(house.sender(channel))
    titles = {delivery.recipient: message.title for delivery, message in channel.sent}
    assert titles == {"acme-duty": "Payments fail", "globex-ops": "(withheld)"}


def test_an_outcome_is_recorded_once_even_when_it_was_sent_twice(house: House) -> None:
    """A sender that stood still past its lease finds that another one has sent, and adds nothing."""
    stream, channel = house.declare(), FakeChannel(slow="https://slow.example")
    house.fire(stream, page(destination="https://slow.example"))
    first, second = house.sender(channel), house.sender(channel)
    first.run_once()
    assert channel.begun.wait(10)
    house.clock.move(seconds=LEASE.total_seconds())
    second.run_once()
    channel.until.set()
    assert first.drain(10)
    assert second.drain(10)
    assert [delivery.tries for delivery, _ in channel.sent] in ([1, 2], [2, 1])
    assert _facts(house, stream).count("PageSent") == 1
    assert sorted(each.nth for each in attempts_of(house.engine, stream)) == [1, 2]


def test_a_sender_that_stood_still_past_its_lease_leaves_the_delivery_to_others(house: House) -> None:
    """Its claim is worth nothing any more, so it does not even begin to send."""

    class StoodStill(Incidents):
        def get(self, stream: str, *, version: int | None = None) -> Incident:
            house.clock.move(seconds=LEASE.total_seconds())
            return super().get(stream, version=version)

    house.fire(house.declare(), page())
    house.incidents = StoodStill(house.ledger, house.agreements, OwnStaff(NOBODY))
    channel = FakeChannel()
    sender = house.sender(channel)
    assert sender.run_once() == 1
    assert sender.drain(10)
    assert channel.sent == []
    assert [row.status for row in house.rows()] == ["waiting"]


def test_a_failed_page_is_tried_again_later_and_given_up_in_the_end(house: House) -> None:
    """Eight tries, each further off than the one before, each on record; then the failure is a fact."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 503") for _ in range(8)])
    house.fire(stream, page())
    sender = house.sender(channel)
    waits = []
    while house.rows()[0].status == "waiting":
        assert work(sender) == 1
        waits.append((house.rows()[0].due_at - house.clock.now()).total_seconds())
        house.clock.move(seconds=max(waits[-1], 0))
    assert waits[:7] == sorted(waits[:7])
    assert waits[0] == 5
    assert [each.outcome for each in attempts_of(house.engine, stream)] == ["retry"] * 7 + ["failed"]
    [row] = house.rows()
    assert (row.status, row.tries, row.detail) == ("failed", 8, "HTTP 503")
    assert _facts(house, stream)[-1] == "PageFailed"


def test_a_lane_rests_when_its_other_side_asks_for_it(house: House) -> None:
    """After a 429 nothing else goes there before its time, and everything goes elsewhere."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 429", retry_after=60)])
    busy = "https://busy.example"
    house.fire(stream, page("first", destination=busy), page("second", destination=busy))
    sender = house.sender(channel)
    assert work(sender) == 1
    house.fire(stream, page("elsewhere"))
    assert work(sender) == 1
    assert channel.recipients() == ["elsewhere"]
    house.clock.move(seconds=60)
    assert work(sender) == 2
    assert sorted(channel.recipients()) == ["elsewhere", "first", "second"]


def test_a_channel_that_breaks_is_a_failure_like_any_other(house: House) -> None:
    """A defect in a channel is counted and tried again; it neither stops the sender nor hides."""

    class Broken:
        name = "webhook"

        def send(self, message: Message, delivery: Delivery, address: str) -> None:  # noqa: ARG002 - the port's
            raise ZeroDivisionError(message.title, delivery.id)

    stream = house.declare()
    house.fire(stream, page())
    assert work(house.sender(Broken())) == 1
    [attempt] = attempts_of(house.engine, stream)
    assert (attempt.outcome, attempt.detail) == ("retry", "internal error: ZeroDivisionError")


def test_deliveries_of_a_channel_that_is_not_here_are_left_to_others(house: House) -> None:
    """A worker without a terminal takes no page that is meant for one."""
    stream, here, there = house.declare(), FakeChannel(), FakeChannel("terminal")
    house.fire(stream, page(channel="terminal", destination="acme-duty"))
    assert work(house.sender(here)) == 0
    assert work(house.sender(there)) == 1
