"""Buckets in PostgreSQL: exact to the token, whatever several processes do at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.limits import TOKEN, Limit, Limits
from api.bootstrap import build
from incidents.ledger.reach import RUNTIME
from tests.support.clock import NOON, MovedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.access.limits import Standing

ME, YOU = "key:00000000000000aa", "key:00000000000000bb"
THREADS = 8


@contextmanager
def processes(url: str, clock: MovedClock, limit: Limit, number: int = 2) -> Iterator[list[Limits]]:
    """Give what several web processes have, each with connections of its own."""
    built = [build(url, role=RUNTIME, clock=clock, committed=lambda: None, limit=limit) for _ in range(number)]
    try:
        yield [tocsin.limits for tocsin in built]
    finally:
        for tocsin in built:
            tocsin.close()


def sent(limits: list[Limits], requests: int, principal: str = ME) -> list[Standing]:
    """Send requests through all processes at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda nth: limits[nth % len(limits)].take(principal), range(requests)))


@pytest.mark.parametrize(("limit", "seconds"), [(Limit(50, 40), 0.5), (Limit(3, 7), 1.7), (Limit(7, 20), 0.999999)])
def test_two_processes_take_exactly_what_there_is(database_url: str, limit: Limit, seconds: float) -> None:
    """With the clock standing: the burst. After so many seconds: the whole tokens gained, and no more."""
    clock = MovedClock()
    with processes(database_url, clock, limit) as limits:
        first = sent(limits, limit.burst + 40)
        clock.move(seconds=seconds)
        second = sent(limits, limit.burst + 40)
    assert sum(each.taken for each in first) == limit.burst
    assert sum(each.taken for each in second) == int(limit.per_second * seconds)


def test_what_is_left_is_told_to_each_as_it_was(database_url: str) -> None:
    """Each count from the burst down to none is told once: no two requests hear of the same token."""
    with processes(database_url, MovedClock(), Limit(1, 30)) as limits:
        told = sent(limits, 40)
    assert Counter(each.left for each in told if each.taken) == Counter(range(30))
    assert all(each.left == 0 for each in told if not each.taken)


def test_a_refused_request_is_taken_after_the_seconds_told(database_url: str) -> None:
    """And not a second before; being refused costs nothing."""
    clock = MovedClock()
    limit = Limit(per_second=1, burst=2)
    with processes(database_url, clock, limit, 1) as [limits]:
        limits.take(ME)
        clock.move(seconds=0.4)
        limits.take(ME)
        limits.take(ME)
        refused = [limits.take(ME) for _ in range(3)]
        assert [each.taken for each in refused] == [False] * 3
        clock.move(seconds=refused[-1].next_in - 0.5)
        early = limits.take(ME)
        clock.move(seconds=early.next_in)
        assert (early.taken, limits.take(ME).taken) == (False, True)


def test_principals_do_not_share(database_url: str) -> None:
    """Somebody who has used up theirs takes nothing from anybody else."""
    with processes(database_url, MovedClock(), Limit(1, 5)) as limits:
        mine, yours = sent(limits, 10, ME), sent(limits, 10, YOU)
    assert [sum(each.taken for each in told) for told in (mine, yours)] == [5, 5]


def test_a_clock_that_lags_takes_nothing_back_and_gives_nothing_twice(database_url: str) -> None:
    """Clocks of processes differ a little: time that has been paid for is not paid again."""
    ahead, behind = MovedClock(), MovedClock(NOON - timedelta(seconds=10))
    with (
        processes(database_url, ahead, Limit(1, 3), 1) as [one],
        processes(database_url, behind, Limit(1, 3), 1) as [other],
    ):
        taken = [limits.take(ME).taken for limits in (one, other, one, other, one)]
        behind.move(seconds=10)
        assert taken == [True, True, True, False, False]
        assert [limits.take(ME).taken for limits in (other, one)] == [False, False]


def test_the_statement_does_what_the_rule_says(database_url: str) -> None:
    """Refill by the time gone by, up to the burst; take a whole token if there is one: in exact arithmetic."""
    clock = MovedClock()
    steps = st.lists(st.integers(0, 3_000_000), max_size=30)
    with processes(database_url, clock, Limit(), 1) as [limits]:
        names = iter(range(10_000))

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(st.integers(1, 9), st.integers(1, 9), steps)
        def follows(per_second: int, burst: int, microseconds: list[int]) -> None:
            limits.limit = Limit(per_second, burst)
            principal, held = f"key:{next(names)}", burst * TOKEN
            for step in microseconds:
                clock.move(microseconds=step)
                held = min(burst * TOKEN, held + step * per_second)
                found = limits.take(principal)
                assert found.taken == (held >= TOKEN)
                held -= TOKEN if found.taken else 0
                assert found.millionths == held

        follows()
