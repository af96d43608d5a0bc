from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.channel import SendFailed
from notifications.queue.retry import MAX_TRIES, GiveUp, Rest, TryAgain, after_failure, asked_rest, wait
from tests.support.clock import NOON


def test_the_tries_span_about_an_hour_and_begin_soon() -> None:
    """An urgent page is tried again within seconds, and not given up before most outages are over."""
    waits = [wait(nth, 0.5) for nth in range(1, MAX_TRIES)]
    assert waits[0] == 5
    assert 50 * 60 < sum(waits) < 70 * 60


@given(tries=st.integers(1, MAX_TRIES - 1), chance=st.floats(0, 1))
def test_chance_moves_a_wait_by_a_quarter_at_most(tries: int, chance: float) -> None:
    """What failed together does not return together, and is not put off by much either."""
    assert wait(tries, 0.5) * 0.75 <= wait(tries, chance) <= wait(tries, 0.5) * 1.25


def test_the_last_try_and_a_permanent_failure_are_the_end() -> None:
    """What cannot succeed is said at once, and what did not is said in the end."""
    assert after_failure(SendFailed("HTTP 503"), MAX_TRIES, NOON, 0.5) == GiveUp()
    assert after_failure(SendFailed("HTTP 410", permanent=True), 1, NOON, 0.5) == GiveUp()


def test_a_rest_that_was_asked_for_is_given_to_the_whole_lane() -> None:
    """Too many requests is said of a destination, not of one message."""
    again = after_failure(SendFailed("HTTP 429", retry_after=60), 1, NOON, 0.5)
    assert again == TryAgain(NOON + timedelta(seconds=60), Rest(NOON + timedelta(seconds=60)))


def test_a_rest_can_be_asked_for_all_of_a_channel() -> None:
    """A provider that has had enough of us means every number that it would reach."""
    again = after_failure(SendFailed("HTTP 429", retry_after=60, whole_channel=True), 1, NOON, 0.5)
    assert again == TryAgain(NOON + timedelta(seconds=60), Rest(NOON + timedelta(seconds=60), whole_channel=True))


def test_others_do_not_wait_for_what_failed_without_a_word() -> None:
    """Only its own next try is put off."""
    assert after_failure(SendFailed("HTTP 503"), 1, NOON, 0.5) == TryAgain(NOON + timedelta(seconds=5))


def test_a_rest_shorter_than_our_own_wait_is_for_others_and_one_too_long_is_cut() -> None:
    """The other side can ask for more patience, up to a quarter of an hour."""
    short = after_failure(SendFailed("HTTP 503", retry_after=1), 3, NOON, 0.5)
    assert short == TryAgain(NOON + timedelta(seconds=wait(3, 0.5)), Rest(NOON + timedelta(seconds=1)))
    endless = after_failure(SendFailed("HTTP 503", retry_after=1e9), 1, NOON, 0.5)
    assert endless == TryAgain(NOON + timedelta(minutes=15), Rest(NOON + timedelta(minutes=15)))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("Mon, 02 Mar 2026 12:00:00 +99999999999999", None),
        ("Mon, 02 Mar 99999999999 12:00:00 GMT", None),
        ("\u0661\u0662", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Seconds or an HTTP date; what is neither asks for nothing."""
    assert asked_rest(header, NOON) == seconds


@given(st.text())
def test_no_retry_after_header_can_break_the_sender(header: str) -> None:
    """Somebody else's header is data, whatever it holds."""
    rest = asked_rest(header, NOON)
    assert rest is None or rest >= 0
