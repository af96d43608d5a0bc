"""Pages in planned maintenance: until when they wait (agreement: exclusions; clock rule 14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.agreement.model import Agreement, Exclusion, Window
from escalation.agreement.spans import Dates
from escalation.clocks.maintenance import maintenances
from escalation.engine.maintenance import LONGEST, deferred_until
from tests.support.clocked import agreed

HOUR, DAY = 3600, 86_400
NIGHTS = Window("FREQ=DAILY", 22 * HOUR, 4 * HOUR, "Europe/Berlin")
EARLY = Window("FREQ=DAILY", 2 * HOUR, HOUR, "Europe/Berlin")
PLANNED = Exclusion("planned", excuses=False, targets=("resolve",), windows=(NIGHTS,))
SERVICE = "shop"


def maintained_in(*exclusions: Exclusion) -> Agreement:
    """Make an agreement with these exclusions, in force for long."""
    return agreed(exclusions={each.id: each for each in exclusions})


def at(when: str) -> int:
    """Give an instant (UTC) in epoch seconds."""
    return int(datetime.fromisoformat(f"{when}+00:00").timestamp())


def waits(agreement: Agreement, when: str, service: str = SERVICE) -> str | None:
    """Say until when (UTC) a page waits that is due at an instant."""
    until = deferred_until(agreement, service, at(when))
    return None if until is None else f"{datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("2026-06-01T19:59:59", None),
        ("2026-06-01T20:00:00", "2026-06-02T00:00:00"),
        ("2026-06-01T23:59:59", "2026-06-02T00:00:00"),
        ("2026-06-02T00:00:00", None),
    ],
)
def test_a_page_within_a_window_waits_for_its_end(when: str, until: str | None) -> None:
    """22 to 2 o'clock in Berlin; the window's first second is within it, its last is not."""
    assert waits(maintained_in(PLANNED), when) == until


def test_windows_that_follow_one_another_are_one() -> None:
    """Another exclusion's window begins where this one ends: nobody is woken in between."""
    other = replace(PLANNED, id="other", windows=(EARLY,))
    assert waits(maintained_in(PLANNED, other), "2026-06-01T21:00:00") == "2026-06-02T01:00:00"


@pytest.mark.parametrize(
    "exclusion",
    [
        replace(PLANNED, services=("reporting",)),
        replace(PLANNED, excuses=True),
        replace(PLANNED, windows=()),
        replace(PLANNED, announced=Dates(months=6)),
        replace(PLANNED, max_per_month=4 * HOUR),
    ],
)
def test_a_window_that_stops_no_clock_by_itself_defers_no_page(exclusion: Exclusion) -> None:
    """Of another service, only an excuse, without windows, not announced for so long, or beyond the month's limit."""
    assert waits(maintained_in(exclusion), "2026-06-03T21:00:00") is None


def test_maintenance_without_an_end_silences_nobody_for_ever() -> None:
    """All day long, every day: the page goes out a week later."""
    always = replace(PLANNED, windows=(Window("FREQ=DAILY", 0, DAY, "UTC"),))
    assert waits(maintained_in(always), "2026-06-01T12:00:00") == "2026-06-08T12:00:00"


@given(st.integers(at("2026-04-01T00:00:00"), at("2027-04-01T00:00:00")))
def test_it_is_the_end_of_the_window_that_the_clocks_stand_still_in(when: int) -> None:
    """Wherever the stretches are cut that are worked out at once, over changes of the clocks too."""
    agreement = maintained_in(replace(PLANNED, max_per_month=50 * HOUR))
    (planned,) = maintenances(agreement, SERVICE)
    around = [window for window in planned.between(when - DAY, when + DAY) if window[0] <= when < window[1]]
    until = deferred_until(agreement, SERVICE, when)
    assert until == (around[0][1] if around else None)
    assert until is None or when < until <= when + LONGEST
