from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from incidents.happenings import PageFailed
from incidents.incidents import Asked
from notifications.channels.channel import SendFailed
from notifications.queue.claiming import WINDOW, Ask
from notifications.queue.pace import Pace
from notifications.queue.queue import Queue
from notifications.queue.tables import delivery_attempts, delivery_lanes
from tests.support.letters import attempts_of
from tests.support.paging import House, page
from tests.support.sending import FakeChannel, claim, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

BUSY = "https://hooks.acme.example/T0/secret?token=secret"
SLOW = "https://slow.example"
ANSWERING = Asked(by="key:2")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


def _waiting(house: House, kind: str = "page") -> dict[str, tuple[datetime, str | None]]:
    """Give until when each that waits does, and what for."""
    return {row.recipient: (row.due_at, row.waits_for) for row in house.rows(kind) if row.status == "waiting"}


def _lane(house: House, destination: str) -> Any:  # noqa: ANN401 - a row
    with house.engine.connect() as connection:
        query = select(delivery_lanes).where(delivery_lanes.c.destination == destination)
        return connection.execute(query).one_or_none()


def _slow(house: House, *destinations: str) -> None:
    """Let lanes have been slow the last time."""
    with house.engine.begin() as connection:
        values = [{"channel": "webhook", "destination": each, "slow": True} for each in destinations]
        connection.execute(delivery_lanes.insert(), values)


def test_a_rest_holds_for_what_comes_later_too_and_says_what_it_waits_for(house: House) -> None:
    """The host is named, and nothing else of a URL that may hold a secret."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 429", retry_after=60)])
    house.fire(stream, page("first", destination=BUSY))
    sender, until = house.sender(channel), house.clock.now() + timedelta(seconds=60)
    work(sender)
    house.clock.move(seconds=10)
    house.fire(stream, page("later", destination=BUSY))
    assert work(sender) == 0
    why = "HTTP 429 from hooks.acme.example"
    assert _waiting(house) == {"first": (until, why), "later": (until, why)}
    house.clock.move(seconds=50)
    work(sender)
    assert sorted(channel.recipients()) == ["first", "later"]


def test_a_rest_that_is_asked_of_a_channel_holds_for_all_of_it_and_for_no_other(house: House) -> None:
    """A provider that has had enough of us means every number."""
    failure = SendFailed("HTTP 429", retry_after=60, whole_channel=True)
    stream, channel, other = house.declare(), FakeChannel(failures=[failure]), FakeChannel("terminal")
    house.fire(stream, page("first"))
    sender = house.sender(channel, other)
    work(sender)
    house.fire(stream, page("second"), page("third", channel="terminal"))
    work(sender)
    assert (channel.recipients(), other.recipients()) == ([], ["third"])
    assert _waiting(house)["second"][0] == house.clock.now() + timedelta(seconds=60)
    house.clock.move(seconds=60)
    work(sender)
    assert sorted(channel.recipients()) == ["first", "second"]


def test_what_failed_without_a_word_keeps_nobody_else_on_its_lane_waiting(house: House) -> None:
    """A new page's first try is made at once; only what failed waits for its next."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 503")])
    house.fire(stream, page("first", destination=BUSY))
    sender = house.sender(channel)
    work(sender)
    assert _waiting(house)["first"][1] == "HTTP 503 from hooks.acme.example"
    house.fire(stream, page("fresh", destination=BUSY))
    assert work(sender) == 1
    assert channel.recipients() == ["fresh"]


def test_a_lane_that_fails_says_since_when_until_something_gets_through(house: House) -> None:
    """Only the first failure in a row counts."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 503"), SendFailed("HTTP 503")])
    house.fire(stream, page(destination=BUSY))
    sender, began = house.sender(channel), house.clock.now()
    work(sender)
    house.clock.move(seconds=5)
    work(sender)
    assert _lane(house, BUSY).failing_since == began
    house.clock.move(seconds=60)
    work(sender)
    assert _lane(house, BUSY).failing_since is None


def test_attempts_say_how_long_the_channel_took(house: House) -> None:
    """It is measured around the channel alone; what never got there has no time."""
    stream = house.declare()
    house.fire(stream, page())
    work(house.sender(FakeChannel()))
    assert [attempt.outcome for attempt in attempts_of(house.engine, stream)] == ["sent"]
    with house.engine.connect() as connection:
        [took_ms] = connection.execute(select(delivery_attempts.c.took_ms)).scalars()
    assert 0 <= took_ms < 1000


def test_healthy_lanes_go_before_slow_ones_which_get_no_more_places_than_they_may(house: House) -> None:
    """Even those that have waited for less long; and a slow lane's notice never goes before a healthy one's page."""
    stream = house.declare()
    slow = [f"https://slow-{n}.example" for n in range(4)]
    _slow(house, *slow)
    house.fire(stream, *(page(f"slow-{n}", destination=each) for n, each in enumerate(slow)))
    house.clock.move(seconds=1)
    house.fire(stream, page("healthy", urgency=1))
    found = Queue(house.engine).claim([Ask("webhook", 4, 2)], house.clock.now())
    assert [parcel.slow for parcel in found] == [False, True, True]
    assert found[0].deliveries[0].recipient == "healthy"


def test_a_slow_channel_leaves_others_their_places(house: House) -> None:
    """Each channel has a pool of its own."""
    stream, stuck, other = house.declare(), FakeChannel(slow=SLOW), FakeChannel("terminal")
    house.fire(stream, page("stuck", destination=SLOW))
    sender = house.sender(stuck, other, at_once=1)
    assert sender.run_once() == 1
    assert stuck.begun.wait(10)
    house.fire(stream, page("free", channel="terminal"), page("behind"))
    assert sender.run_once() == 1
    assert not sender.drain(0.2)
    assert other.recipients() == ["free"]
    stuck.until.set()
    assert sender.drain(10)


def test_lanes_with_long_backlogs_hide_no_other(house: House) -> None:
    """Hundreds of older pages for one destination, and for one that is slow, keep nobody else's page waiting."""
    stream = house.declare()
    _slow(house, SLOW)
    older = [page(f"{n}", destination=lane) for lane in (BUSY, SLOW) for n in range(WINDOW)]
    house.fire(stream, *older)
    house.clock.move(seconds=1)
    house.fire(stream, page("other"), page("informed", urgency=1))
    found = claim(house.engine, house.clock.now(), most=5)
    assert {each.destination for each in found} == {
        BUSY,
        SLOW,
        "https://other.example/pages",
        "https://informed.example/pages",
    }
    assert claim(house.engine, house.clock.now(), most=5) == []


def test_our_own_pace_keeps_sends_to_one_destination_apart_over_all_senders(house: House) -> None:
    """Each that waits gets a time of its own, one after the other, and says that it waits for the rate."""
    stream, queue, now = house.declare(), Queue(house.engine), house.clock.now()
    house.fire(stream, *(page(f"person-{n}", destination=BUSY) for n in range(4)))
    asks = [Ask("webhook", 4, 4, Pace(per_lane_seconds=10))]
    assert len(queue.claim(asks, now)) == 1
    assert queue.claim(asks, now + timedelta(seconds=1)) == []
    later = [due for due, why in _waiting(house).values() if why == "rate"]
    assert sorted(later) == [now + timedelta(seconds=10 * n) for n in (1, 2, 3)]


def test_our_own_pace_bounds_a_whole_channel(house: House) -> None:
    """A second's worth may start at once, over all lanes; the next second brings the next."""
    stream, queue, now = house.declare(), Queue(house.engine), house.clock.now()
    house.fire(stream, *(page(f"person-{n}") for n in range(9)))
    pace = Pace(per_second=4)
    asks = [Ask("webhook", pace.burst, pace.burst, pace)]
    assert len(queue.claim(asks, now)) == 4
    assert queue.claim(asks, now + timedelta(seconds=0.9)) == []
    assert len(queue.claim(asks, now + timedelta(seconds=2))) == 4


def test_once_it_is_taken_what_waits_is_withdrawn_at_once_whatever_its_lane_does(house: House) -> None:
    """A person's later way, and a page whose lane rests, are not sent and do not wait for their time either."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 429", retry_after=600)])
    house.fire(stream, page("resting", destination=BUSY))
    sender = house.sender(channel)
    work(sender)
    house.fire(stream, page("later") | {"after": 900})
    house.incidents.acknowledge(stream, ANSWERING)
    work(sender)
    assert [(row.status, row.detail) for row in house.rows()] == [("withdrawn", "acknowledged")] * 2
    assert channel.sent == []


def test_what_is_needed_still_waits_as_it_did(house: House) -> None:
    """A page for a clock that runs on is looked at when the incident is taken, and keeps its time and its reason."""
    stream, channel = house.declare(), FakeChannel(failures=[SendFailed("HTTP 429", retry_after=600)])
    house.fire(stream, page("resting", destination=BUSY), number=2, clock="resolve")
    sender = house.sender(channel)
    work(sender)
    before = _waiting(house)
    house.incidents.acknowledge(stream, ANSWERING)
    work(sender)
    assert _waiting(house) == before
    assert [row.overtaken for row in house.rows()] == [False]


def test_a_page_that_is_too_old_is_not_sent_and_the_record_says_so(house: House) -> None:
    """After an hour there are others; it has failed, as one that nobody took."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page("acme-duty"), page("globex-ops", urgency=1))
    house.clock.move(seconds=3600)
    work(house.sender(channel))
    assert channel.recipients() == ["globex-ops"]
    assert [(row.status, row.detail) for row in house.rows()] == [("failed", "expired")]
    facts = house.incidents.get(stream).history
    assert [fact.detail for fact in facts if isinstance(fact, PageFailed)] == ["expired"]


def test_a_page_expires_on_a_lane_that_rests_and_on_a_channel_that_nobody_has(house: House) -> None:
    """The ladder need not wait for a lane to open before it hears that the page is not coming."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, page("resting", destination=BUSY), page("elsewhere", channel="voice"))
    with house.engine.begin() as connection:
        opens_at = house.clock.now() + timedelta(hours=2)
        values = {"channel": "webhook", "destination": BUSY, "opens_at": opens_at, "why": "HTTP 429"}
        connection.execute(delivery_lanes.insert(), values)
    house.clock.move(seconds=3600)
    work(house.sender(channel))
    assert [(row.status, row.detail) for row in house.rows()] == [("failed", "expired")] * 2
