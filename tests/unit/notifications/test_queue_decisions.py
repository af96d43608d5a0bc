from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.queue.bundling import TOGETHER, held_until, may_be_bundled
from notifications.queue.expiry import expired, expires_at
from notifications.queue.pace import Pace, pace_of
from notifications.queue.retry import MAX_TRIES, wait
from notifications.queue.waiting import BUNDLED, host_of, waits_for
from tests.support.clock import NOON
from tests.support.paging import Story, page
from tests.support.sending import FakeChannel

STORY = Story()
STORY.fire(page())
SECRET = "hunter2"  # noqa: S105 - made up, to be looked for


@pytest.mark.parametrize(("kind", "hours"), [("page", 1), ("notice", 24), ("taken", 24), ("reminder", 24)])
def test_a_page_lasts_an_hour_and_everything_else_a_day(kind: str, hours: int) -> None:
    """Counted from when it was owed; at that very instant it is too old."""
    delivery = STORY.delivery(kind)
    end = delivery.owed_at + timedelta(hours=hours)
    assert expires_at(delivery) == end
    assert not expired(delivery, end - timedelta(microseconds=1))
    assert expired(delivery, end)


def test_all_tries_of_a_page_are_made_before_it_expires() -> None:
    """Whatever chance adds, short of the very worst each time."""
    assert sum(wait(nth, 0.5) for nth in range(1, MAX_TRIES)) < 3600


@given(
    user=st.sampled_from(["", f"ann:{SECRET}@", f"{SECRET}@"]),
    path=st.sampled_from(["", f"/{SECRET}", f"/a?token={SECRET}", f"?{SECRET}", f"#{SECRET}", f";{SECRET}"]),
    port=st.sampled_from(["", ":8443"]),
    detail=st.sampled_from(["HTTP 429", "HTTP 503", "timed out"]),
)
def test_of_an_address_only_the_host_is_told(user: str, path: str, port: str, detail: str) -> None:
    """A path, a query or who signs in may be a secret."""
    delivery = replace(STORY.delivery("page"), destination=f"https://{user}hooks.acme.example{port}{path}")
    told = waits_for(detail, delivery)
    assert SECRET not in told
    broken = path.startswith(";") and not port  # then it is part of what stands where the host should
    assert told == (detail if detail == "timed out" or broken else f"{detail} from hooks.acme.example")


@given(destination=st.text(), detail=st.text(max_size=300))
def test_whatever_stands_in_a_row_comes_out_as_one_line_of_a_sentence(destination: str, detail: str) -> None:
    """No address can break it, and nothing steers what shows it."""
    told = waits_for(detail, replace(STORY.delivery("page"), destination=destination))
    assert len(told) <= 200
    assert all(character.isprintable() or character in "\u200c\u200d" for character in told)


@pytest.mark.parametrize(
    "destination", ["ann@acme.example", "+4930123456", "acme-duty", "http://[broken", "person:1/sms:a"]
)
def test_an_address_that_is_no_url_has_no_host(destination: str) -> None:
    """Mailboxes and numbers are somebody's own, and are not told."""
    assert host_of(destination) is None


@pytest.mark.parametrize(
    ("kind", "tries", "bundled"),
    [
        ("notice", 1, True),
        ("reminder", 1, True),
        ("notice", 2, False),
        ("page", 1, False),
        ("taken", 1, False),
    ],
)
def test_what_informs_and_was_never_tried_may_be_bundled(kind: str, tries: int, bundled: bool) -> None:  # noqa: FBT001 - a parameter
    """Nothing that calls somebody, or calls them off."""
    assert may_be_bundled(replace(STORY.delivery(kind), urgency=1, tries=tries)) is bundled


def test_what_no_incident_pages_for_is_not_held_back_either() -> None:
    """A test page and a formal warning are reminders of their records, and page as any page does."""
    assert not may_be_bundled(replace(STORY.delivery("reminder"), urgency=0))


@given(ago=st.integers(0, 600), waited_for=st.sampled_from([None, "rate", "HTTP 429", BUNDLED]))
def test_nothing_is_held_back_for_longer_than_two_minutes_or_twice(ago: int, waited_for: str | None) -> None:
    """It may go once its recipient has heard nothing for that long, or when it was held back before."""
    until = held_until(NOON - timedelta(seconds=ago), waited_for, NOON)
    if waited_for == BUNDLED or ago >= TOGETHER.total_seconds():
        assert until is None
    else:
        assert until == NOON + TOGETHER - timedelta(seconds=ago)
    assert held_until(None, waited_for, NOON) is None


def test_a_channel_that_knows_better_declares_its_own_pace() -> None:
    """What it leaves out is the usual of its name."""

    class Careful(FakeChannel):
        per_second = 0.5

    assert pace_of(Careful("sms")) == Pace(at_once=8, per_second=0.5, per_lane_seconds=1.0)
    assert pace_of(FakeChannel("unheard-of")) == Pace()


@given(per_second=st.floats(0.01, 1000))
def test_the_pace_of_a_channel_lets_a_second_of_sends_start_at_once_and_no_more(per_second: float) -> None:
    """Then it waits for as long as they should have taken."""
    pace = Pace(per_second=per_second)
    assert pace.burst == max(1, int(per_second))
    assert pace.between * pace.burst <= max(timedelta(seconds=1.001), pace.between)
