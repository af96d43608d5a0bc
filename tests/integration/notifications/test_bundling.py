from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from incidents.happenings import PageSent
from incidents.incidents import Asked
from notifications.channels.channel import SendFailed
from notifications.channels.terminal import Terminal
from notifications.queue.queue import LEASE
from tests.support.letters import attempts_of
from tests.support.paging import House, page
from tests.support.sending import BundlingChannel, FakeChannel, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ROOM = "https://room.example"
WINDOW = 120


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


def _notice(recipient: str = "globex-ops") -> dict[str, Any]:
    return page(recipient, destination=ROOM, urgency=1)


def test_the_first_notice_leaves_at_once_and_what_follows_within_two_minutes_leaves_together(house: House) -> None:
    """Meanwhile it says that it waits to be bundled; each keeps its own id, attempt and outcome."""
    stream, channel = house.declare(), BundlingChannel()
    told = [_notice() for _ in range(4)]
    house.fire(stream, told[0])
    sender, began = house.sender(channel), house.clock.now()
    work(sender)
    assert channel.recipients() == ["globex-ops"]
    for each in told[1:]:
        house.clock.move(seconds=10)
        house.fire(stream, each)
        work(sender)
    held = {(row.due_at, row.waits_for, row.tries) for row in house.rows("notice") if row.status == "waiting"}
    assert held == {(began + timedelta(seconds=WINDOW), "bundled", 0)}
    house.clock.move(seconds=WINDOW - 30)
    work(sender)
    assert channel.together == [3]
    assert [delivery.id for delivery, _ in channel.sent] == [each["delivery"] for each in told]
    facts = [fact for fact in house.incidents.get(stream).history if isinstance(fact, PageSent)]
    assert sorted(fact.delivery for fact in facts) == sorted(each["delivery"] for each in told)
    assert [(each.nth, each.outcome) for each in attempts_of(house.engine, stream)] == [(1, "sent")] * 4


def test_after_two_quiet_minutes_the_next_leaves_at_once_again(house: House) -> None:
    """There is nothing to spare anybody."""
    stream, channel = house.declare(), BundlingChannel()
    sender = house.sender(channel)
    for _ in range(2):
        house.fire(stream, _notice())
        assert work(sender) == 1
        house.clock.move(seconds=WINDOW)
    assert channel.together == []
    assert len(channel.sent) == 2


def test_pages_and_news_of_takers_are_neither_held_back_nor_bundled(house: House) -> None:
    """Whoever must answer, or need not any more, hears of it now and by itself."""
    stream, channel = house.declare(), BundlingChannel()
    house.fire(stream, _notice("acme-duty"), page(destination=ROOM))
    sender = house.sender(channel)
    work(sender)
    house.fire(stream, page(destination=ROOM), page(destination=ROOM))
    work(sender)
    house.incidents.acknowledge(stream, Asked(by="key:2"))
    work(sender)
    assert [message.kind for _, message in channel.sent] == ["page", "notice", "page", "page", "taken"]
    assert channel.together == []


def test_recipients_do_not_share_bundles(house: House) -> None:
    """Two who are told at one address are two, and the second's first notice leaves at once."""
    stream, channel = house.declare(), BundlingChannel()
    house.fire(stream, _notice("globex-ops"), _notice("acme-ops"))
    work(house.sender(channel))
    assert sorted(channel.recipients()) == ["acme-ops", "globex-ops"]
    assert channel.together == []


def test_what_is_not_needed_any_more_is_left_out_of_a_bundle(house: House) -> None:
    """Each is looked at again right before the send."""
    over, stream, channel = house.declare(), house.declare(), BundlingChannel()
    house.fire(over, _notice())
    house.fire(stream, _notice(), _notice())
    house.incidents.resolve(over, None, Asked(by="key:2"))
    work(house.sender(channel))
    assert {delivery.stream for delivery, _ in channel.sent} == {stream}
    assert channel.together == [2]


def test_a_bundle_that_failed_is_tried_again_one_by_one(house: House) -> None:
    """A repeated id must bring what it brought before, or those who drop repeated ids would drop news."""
    stream, channel = house.declare(), BundlingChannel(failures=[SendFailed("HTTP 503")])
    told = [_notice() for _ in range(2)]
    house.fire(stream, *told)
    sender = house.sender(channel)
    work(sender)
    assert channel.together == [2]
    house.clock.move(seconds=5)
    work(sender)
    assert channel.together == [2]
    assert sorted(delivery.id for delivery, _ in channel.sent) == sorted(each["delivery"] for each in told)
    assert [(each.nth, each.outcome) for each in attempts_of(house.engine, stream)] == [
        (1, "retry"),
        (1, "retry"),
        (2, "sent"),
        (2, "sent"),
    ]


def test_a_bundle_in_the_hand_of_a_sender_that_died_is_sent_again_under_the_same_ids(house: House) -> None:
    """Its claims end together, and each of its deliveries comes by itself."""

    class Dying(BundlingChannel):
        def send_bundle(self, *_: object) -> None:
            raise SystemExit

    stream, channel = house.declare(), BundlingChannel()
    told = [_notice() for _ in range(2)]
    house.fire(stream, *told)
    first = house.sender(Dying())
    assert first.run_once() == 2
    first.close()
    house.clock.move(seconds=LEASE.total_seconds())
    work(house.sender(channel))
    assert sorted((delivery.id, delivery.tries) for delivery, _ in channel.sent) == sorted(
        (each["delivery"], 2) for each in told
    )


def test_a_channel_that_takes_no_bundles_gets_each_message_at_once(house: House) -> None:
    """A program on the other side has no interruptions to be spared."""
    stream, channel = house.declare(), FakeChannel()
    house.fire(stream, _notice(), _notice())
    work(house.sender(channel))
    assert len(channel.sent) == 2


@pytest.mark.parametrize("coloured", [True, False])
def test_the_terminal_shows_all_of_a_bundle(house: House, coloured: bool) -> None:  # noqa: FBT001 - a parameter
    """In one frame, or line by line for a log."""
    stream, output = house.declare(), io.StringIO()
    house.fire(stream, *(page("globex-ops", channel="terminal", urgency=1) for _ in range(2)))
    work(house.sender(Terminal(output, coloured=coloured)))
    shown = output.getvalue()
    assert shown.count("Payments fail") == 2
    assert shown.count("NOTICE INC-") == 2
    assert ("2 MESSAGES for globex-ops" in shown) is coloured
    assert (shown.count("╭") == 1) is coloured
