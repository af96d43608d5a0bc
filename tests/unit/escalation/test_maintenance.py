"""Planned maintenance: windows that stop clocks by themselves (agreement: exclusions; clock rules 9 and 14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from escalation.agreement.model import Exclusion, Window
from escalation.agreement.spans import Dates
from escalation.clocks.maintenance import Maintenance, maintained
from tests.support.clocked import ALWAYS, Clocked, agreed, moment, target

HOUR, DAY = 3600, 86_400
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
SUNDAYS = Window("FREQ=MONTHLY;BYDAY=1SU", 2 * HOUR, 4 * HOUR, "Europe/Berlin")
NIGHTS = Window("FREQ=DAILY", 23 * HOUR, 2 * HOUR, "Europe/Berlin")


def planned(*windows: Window, announced: Dates | None = None, most: int | None = None) -> Exclusion:
    """Plan maintenance of the resolve clock."""
    return Exclusion(
        "planned", excuses=False, targets=("resolve",), windows=windows, announced=announced, max_per_month=most
    )


def found(exclusion: Exclusion, start: str, end: str) -> list[str]:
    """Give what counts between two instants (UTC), each as `01T01:00/01T05:00`."""
    first, last = (int(datetime.fromisoformat(f"{each}+00:00").timestamp()) for each in (start, end))
    times = Maintenance(exclusion, SINCE, "Europe/Berlin").between(first, last)
    return ["/".join(f"{datetime.fromtimestamp(at, UTC):%dT%H:%M}" for at in each) for each in times]


def test_a_rule_names_its_days_in_its_own_zone() -> None:
    """The first Sunday of a month, from 2 to 6 o'clock in Berlin: winter and summer."""
    assert found(planned(SUNDAYS), "2026-03-01", "2026-04-30") == ["01T01:00/01T05:00", "05T00:00/05T04:00"]


def test_a_start_that_the_clocks_leave_out_keeps_the_old_offset() -> None:
    """Rule 9: 2 o'clock on 29 March is 1 o'clock UTC; the window has its whole length."""
    window = replace(SUNDAYS, rrule="FREQ=MONTHLY;BYDAY=5SU")
    assert found(planned(window), "2026-03-29", "2026-03-30") == ["29T01:00/29T05:00"]


def test_a_window_counts_only_once_it_was_announced() -> None:
    """Seven local dates after the agreement came into force; that of 4 January came too soon."""
    exclusion = planned(SUNDAYS, announced=Dates(days=7))
    assert found(exclusion, "2026-01-01", "2026-02-28") == ["01T01:00/01T05:00"]
    assert len(found(planned(SUNDAYS), "2026-01-01", "2026-02-28")) == 2


def test_no_window_counts_before_the_agreement_is_in_force() -> None:
    """The rule itself has no beginning."""
    assert found(planned(SUNDAYS), "2025-10-01", "2025-12-31") == []


def test_weeks_are_counted_from_when_the_agreement_came_into_force() -> None:
    """Every third Thursday from 1 January 2026 on, in any year that is asked for."""
    window = replace(SUNDAYS, rrule="FREQ=WEEKLY;INTERVAL=3;BYDAY=TH")
    assert found(planned(window), "2026-01-01", "2026-02-01") == ["01T01:00/01T05:00", "22T01:00/22T05:00"]
    assert found(planned(window), "2029-01-01", "2029-02-10") == ["18T01:00/18T05:00", "08T01:00/08T05:00"]


def test_a_month_holds_no_more_than_was_agreed() -> None:
    """Of two hours a night, five hours a month: the third is cut short; the next month begins anew."""
    exclusion = planned(NIGHTS, most=5 * HOUR)
    first = ["31T22:00/01T00:00", "01T22:00/02T00:00", "02T22:00/02T23:00"]
    assert found(exclusion, "2026-02-01", "2026-02-28") == [
        "01T22:00/02T00:00",
        "02T22:00/03T00:00",
        "03T22:00/03T23:00",
    ]
    assert found(exclusion, "2026-02-03", "2026-02-28") == ["03T22:00/03T23:00"]
    assert len(first) == len(found(exclusion, "2026-03-01", "2026-03-31"))


def test_a_window_that_runs_into_what_is_asked_is_found_whole() -> None:
    """Asked from midnight on, the night before is there."""
    assert found(planned(NIGHTS), "2026-02-01T23:30", "2026-02-02T01:00") == ["01T22:00/02T00:00"]


def test_the_calendar_without_it_is_the_same_wherever_it_is_cut() -> None:
    """A year compiled by itself, or with others, counts the same."""
    windows = (Maintenance(planned(NIGHTS, most=5 * HOUR), SINCE, "Europe/Berlin"),)
    whole = maintained(ALWAYS, windows)
    start, end = (int(datetime(year, 7, 1, tzinfo=UTC).timestamp()) for year in (2026, 2028))
    closed = sum(until - since for since, until in windows[0].between(start, end))
    assert whole.counted(start, end) == end - start - closed
    assert closed == 24 * 5 * HOUR


# --- on clocks; the incident is of noon on 2 March 2026 --------------------------------------------------------------

TODAY = Window("FREQ=DAILY", 13 * HOUR + 20, 30, "Europe/Berlin")
"""From second 20 to 50 of the incident."""
AGREEMENT = agreed(exclusions={"planned": planned(TODAY)}, ladders={})


def test_a_window_stops_the_clocks_that_it_names_and_is_shown_as_a_pause() -> None:
    """Rule 14: by itself, for nobody has to say anything."""
    case = Clocked(AGREEMENT)
    reading = case.reading("resolve", 60)
    assert (reading.counted, reading.due_at) == (30, moment(130))
    assert [(pause.start, pause.until, pause.reason) for pause in reading.pauses] == [
        (moment(20), moment(50), "planned")
    ]
    assert [case.state("resolve", at) for at in (19, 20, 49, 50)] == ["running", "paused", "paused", "running"]
    assert case.due("acknowledge", 5) == 10


def test_an_incident_that_begins_within_a_window_waits_for_its_end() -> None:
    """What holds at creation counts; the window is shown from the clock's own beginning."""
    reading = Clocked(AGREEMENT, at=30).reading("resolve", 60)
    assert (reading.counted, reading.pauses[0].start, reading.due_at) == (10, moment(30), moment(150))


def test_a_pause_over_a_window_takes_the_time_out_once() -> None:
    """Rules 5 and 14: a union, and a limit counts in the calendar as agreed."""
    case = Clocked(AGREEMENT)
    case.pause(10, "waiting")
    case.resume(40, "waiting")
    assert case.due("resolve", 60) == 140
    assert [pause.reason for pause in case.reading("resolve", 60).pauses] == ["waiting", "planned"]


@pytest.mark.parametrize(
    "exclusion",
    [
        replace(planned(TODAY), services=("reporting",)),
        replace(planned(TODAY), targets=("acknowledge",)),
        replace(planned(TODAY), announced=Dates(months=3)),
    ],
)
def test_a_window_of_others_stops_nothing(exclusion: Exclusion) -> None:
    """Of another service, of a clock that cannot be paused, or not announced for so long."""
    case = Clocked(agreed(exclusions={"planned": exclusion}))
    assert (case.due("resolve", 10), case.due("acknowledge", 5)) == (100, 10)


def test_maintenance_all_day_long_leaves_a_clock_without_a_due_instant() -> None:
    """Rule 11: the search is bounded, and the reading says that there is none."""
    always = Window("FREQ=DAILY", 0, DAY, "UTC")
    shop = agreed(exclusions={"planned": planned(always)}, targets={"resolve": target("resolve", {"S1": 100})})
    reading = Clocked(shop).reading("resolve", 60)
    assert (reading.state, reading.counted, reading.due_at) == ("paused", 0, None)
