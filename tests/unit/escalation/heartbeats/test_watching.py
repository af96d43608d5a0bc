"""When a heartbeat's silence is told, and when it is over: compared with somebody who counts seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.heartbeats.watching import Back, Missing, State, expected_at, silent_at, state, verdict
from tests.support.clock import NOON


@dataclass
class Known:
    """A heartbeat of 10 s with a grace of 5 s, made at noon."""

    counts_from: datetime = NOON
    heard_at: datetime | None = None
    interval_seconds: int = 10
    grace_seconds: int = 5
    silent_since: datetime | None = None
    incident: str | None = None
    paused_at: datetime | None = None
    removed_at: datetime | None = None


def at(second: float) -> datetime:
    """Give a second after noon."""
    return NOON + timedelta(seconds=second)


@pytest.mark.parametrize(
    ("known", "second", "said"),
    [
        (Known(), 9, State.NEVER_HEARD),
        (Known(), 10, State.LATE),
        (Known(), 14.9, State.LATE),
        (Known(), 15, State.SILENT),
        (Known(heard_at=at(3)), 12, State.ALIVE),
        (Known(heard_at=at(3)), 13, State.LATE),
        (Known(heard_at=at(3)), 18, State.SILENT),
        (Known(heard_at=at(3), silent_since=at(3), incident="i"), 18, State.SILENT),
        (Known(heard_at=at(20), silent_since=at(3), incident="i"), 21, State.ALIVE),
        (Known(heard_at=at(3), interval_seconds=100, silent_since=at(3), incident="i"), 20, State.SILENT),
        (Known(paused_at=at(1)), 99, State.PAUSED),
        (Known(paused_at=at(1), removed_at=at(2)), 99, State.REMOVED),
        (Known(heard_at=at(3), counts_from=at(50)), 55, State.ALIVE),
    ],
)
def test_states(known: Known, second: float, said: State) -> None:
    """Alive up to its interval, late up to its grace, silent from then on; whatever was told, a call ends it."""
    assert state(known, at(second)) == said


def test_times_count_from_whatever_is_later() -> None:
    """The last call, or the beginning: a call from before a pause counts for nothing after it."""
    resumed = Known(heard_at=at(3), counts_from=at(50))
    assert (expected_at(resumed), silent_at(resumed)) == (at(60), at(65))
    assert verdict(resumed, at(64.9)) is None
    assert verdict(resumed, at(65)) == Missing(at(50))


@pytest.mark.parametrize("aside", [Known(paused_at=NOON), Known(removed_at=NOON)])
def test_what_is_put_aside_is_never_told(aside: Known) -> None:
    """Neither a silence, nor the end of one."""
    assert verdict(aside, at(1000)) is None
    assert verdict(replace(aside, heard_at=at(9), silent_since=at(0), incident="i"), at(1000)) is None


def test_a_silence_without_an_incident_is_told_again() -> None:
    """The agreement did not take it, and may do so later."""
    refused = Known(silent_since=NOON)
    assert verdict(refused, at(15)) == Missing(NOON)
    assert verdict(Known(silent_since=NOON, incident="i"), at(15)) is None


@given(calls=st.sets(st.integers(0, 120)), interval=st.integers(1, 30), grace=st.integers(0, 20))
def test_every_silence_is_told_once_at_its_second(calls: set[int], interval: int, grace: int) -> None:
    """Somebody who counts seconds since the last call tells the same silences and ends, at the same seconds."""
    known = Known(interval_seconds=interval, grace_seconds=grace)
    told: list[tuple[int, str]] = []
    counted: list[tuple[int, str]] = []
    quiet, silent = 0, False
    for second in range(121):
        if second in calls:
            known.heard_at, quiet = at(second), 0
        if silent and quiet == 0 and second in calls:
            silent = False
            counted.append((second, "back"))
        if not silent and quiet >= interval + grace:
            silent = True
            counted.append((second, "missing"))
        match verdict(known, at(second)):
            case Missing(since):
                known.silent_since, known.incident = since, "i"
                told.append((second, "missing"))
            case Back():
                known.silent_since = known.incident = None
                told.append((second, "back"))
        quiet += 1
    assert told == counted
