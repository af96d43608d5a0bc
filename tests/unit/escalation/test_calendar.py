from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.calendars.calendar import Calendar, CalendarError, CalendarRules, Window
from escalation.calendars.zones import UnknownZoneError, names, zone

HOUR = 3600
DAY = 24 * HOUR
OFFICE: tuple[Window, ...] = ((9 * HOUR, 12 * HOUR + 1800), (13 * HOUR, 17 * HOUR + 1800))
ALL_DAY: tuple[Window, ...] = ((0, DAY),)
NEVER: tuple[tuple[Window, ...], ...] = ((),) * 7
ALWAYS = (ALL_DAY,) * 7
BERLIN = CalendarRules(
    tz="Europe/Berlin",
    weekly=(OFFICE,) * 5 + ((), ()),
    holidays=frozenset({date(2026, 1, 1), date(2026, 4, 3)}),
    exceptions={date(2026, 12, 24): ((9 * HOUR, 12 * HOUR),), date(2026, 1, 1): ALL_DAY, date(2026, 1, 10): ALL_DAY},
)


def at(iso: str) -> int:
    """Epoch seconds of an instant."""
    return int(datetime.fromisoformat(iso).timestamp())


def open_hours(rules: CalendarRules, day: str) -> float:
    """Hours that the calendar counts from noon UTC of the day before to noon UTC of the day after."""
    noon = at(f"{day}T12:00+00:00")
    return Calendar(rules).counted(noon - DAY, noon + DAY) / HOUR


def test_counts_only_open_time() -> None:
    """A working day with a lunch break counts eight hours, whatever surrounds it."""
    assert open_hours(BERLIN, "2026-01-14") == 8 * 2
    assert Calendar(BERLIN).counted(at("2026-01-14T12:00+01:00"), at("2026-01-14T13:30+01:00")) == HOUR


def test_counts_nothing_backwards() -> None:
    """An end before the start counts nothing, rather than a negative time."""
    assert Calendar(BERLIN).counted(at("2026-01-15T12:00+01:00"), at("2026-01-14T12:00+01:00")) == 0


def test_holiday_wins_over_exception_and_exception_over_weekly_hours() -> None:
    """New Year stays closed though an exception opens it; a Saturday opens and Christmas Eve shortens by exception."""
    calendar = Calendar(BERLIN)
    assert not calendar.is_open(at("2026-01-01T10:00+01:00"))
    assert calendar.is_open(at("2026-01-10T03:00+01:00"))
    assert calendar.counted(at("2026-12-24T00:00+01:00"), at("2026-12-25T00:00+01:00")) == 3 * HOUR


def test_breaks_are_cut_out_of_weekly_and_exceptional_hours() -> None:
    """A break may shorten a window, split it, swallow it or lie outside all of them."""
    breaks = {
        date(2026, 1, 14): ((8 * HOUR, 9 * HOUR + 1800), (10 * HOUR, 11 * HOUR), (12 * HOUR, 18 * HOUR)),
        date(2026, 12, 24): ((10 * HOUR, 11 * HOUR),),
    }
    calendar = Calendar(replace(BERLIN, breaks=breaks))
    day = at("2026-01-14T00:00+01:00")
    assert calendar.openings(day, day + DAY) == [
        (day + 9 * HOUR + 1800, day + 10 * HOUR),
        (day + 11 * HOUR, day + 12 * HOUR),
    ]
    assert calendar.counted(at("2026-12-24T00:00+01:00"), at("2026-12-25T00:00+01:00")) == 2 * HOUR


def test_add_stops_at_the_close_when_the_time_is_used_up_there() -> None:
    """The earliest instant is the close; one second more is one second after the next opening."""
    calendar = Calendar(BERLIN)
    friday = at("2026-01-16T16:30+01:00")
    assert calendar.add(friday, HOUR) == at("2026-01-16T17:30+01:00")
    assert calendar.add(friday, HOUR + 1) == at("2026-01-19T09:00:01+01:00")


def test_add_of_nothing_is_the_start_even_when_closed() -> None:
    """Zero seconds are reached at once."""
    sunday = at("2026-01-18T11:00+01:00")
    assert Calendar(BERLIN).add(sunday, 0) == sunday


def test_next_open() -> None:
    """An open instant is its own answer; the close itself is closed already."""
    calendar = Calendar(BERLIN)
    assert calendar.next_open(at("2026-01-16T09:00+01:00")) == at("2026-01-16T09:00+01:00")
    assert calendar.next_open(at("2026-01-16T17:30+01:00")) == at("2026-01-19T09:00+01:00")


def test_openings_are_cut_to_the_question_and_merged() -> None:
    """Windows that touch or overlap, within a day or over midnight and New Year, are one opening."""
    weekly = (((0, 5 * HOUR), (4 * HOUR, 12 * HOUR), (12 * HOUR, DAY)),) * 7
    calendar = Calendar(CalendarRules("UTC", weekly))
    start, end = at("2025-12-30T07:00+00:00"), at("2026-01-02T09:00+00:00")
    assert calendar.openings(start, end) == [(start, end)]
    assert calendar.openings(end, start) == []


def test_openings_that_only_touch_the_question_are_left_out() -> None:
    """From a close to the next opening there is nothing."""
    calendar = Calendar(BERLIN)
    assert calendar.openings(at("2026-01-14T17:30+01:00"), at("2026-01-15T09:00+01:00")) == []


@pytest.mark.parametrize(
    ("tz", "day", "window", "opens", "closes"),
    [
        ("America/Los_Angeles", "2014-03-09", (2.5, 5), "2014-03-09T03:30-07:00", "2014-03-09T05:00-07:00"),
        ("America/Los_Angeles", "2014-11-02", (1.5, 5), "2014-11-02T01:30-07:00", "2014-11-02T05:00-08:00"),
        ("America/Los_Angeles", "2014-11-02", (0, 1.5), "2014-11-02T00:00-07:00", "2014-11-02T01:30-07:00"),
        ("America/Sao_Paulo", "2015-10-18", (0, 6), "2015-10-18T01:00-02:00", "2015-10-18T06:00-02:00"),
        ("America/Sao_Paulo", "2015-02-21", (23, 24), "2015-02-21T23:00-02:00", "2015-02-22T00:00-03:00"),
        ("America/Nuuk", "2024-03-30", (22, 24), "2024-03-30T22:00-02:00", "2024-03-31T00:00-01:00"),
        ("Australia/Lord_Howe", "2026-10-04", (2.25, 3), "2026-10-04T02:45+11:00", "2026-10-04T03:00+11:00"),
        ("Pacific/Apia", "2011-12-29", (18, 24), "2011-12-29T18:00-10:00", "2011-12-31T00:00+14:00"),
    ],
)
def test_edges_in_a_gap_or_an_overlap(tz: str, day: str, window: tuple[float, float], opens: str, closes: str) -> None:
    """In a gap an edge keeps the old offset, in an overlap it is the first of the two (RFC 5545)."""
    hours = ((int(window[0] * HOUR), int(window[1] * HOUR)),)
    calendar = Calendar(CalendarRules(tz, NEVER, exceptions={date.fromisoformat(day): hours}))
    noon = at(f"{day}T12:00+00:00")
    assert calendar.openings(noon - 2 * DAY, noon + 2 * DAY) == [(at(opens), at(closes))]


def test_window_that_a_gap_turns_around_is_empty() -> None:
    """02:30 to 03:15 does not exist where 02:30 becomes 03:30."""
    rules = CalendarRules("America/Los_Angeles", ((),) * 6 + (((9000, 11700),),))
    assert open_hours(rules, "2014-03-09") == 0
    assert open_hours(rules, "2014-03-16") == 0.75


def test_windows_that_a_gap_pushes_over_each_other_count_once() -> None:
    """02:45-02:50 becomes 03:45-03:50 and falls into 03:10-04:00."""
    rules = CalendarRules("America/Los_Angeles", ((((2 * 60 + 45) * 60, (2 * 60 + 50) * 60), (11400, 14400)),) * 7)
    start = at("2014-03-09T00:00-08:00")
    assert Calendar(rules).openings(start, start + 12 * HOUR) == [
        (at("2014-03-09T03:10-07:00"), at("2014-03-09T04:00-07:00"))
    ]


def test_date_that_was_left_out_has_no_open_time() -> None:
    """Samoa went from 29 to 31 December 2011: hours on the 30th never came, the 31st has its own."""
    hours = {date(2011, 12, 30): OFFICE, date(2011, 12, 31): OFFICE}
    calendar = Calendar(CalendarRules("Pacific/Apia", NEVER, exceptions=hours))
    start = at("2011-12-28T00:00+00:00")
    assert calendar.next_open(start) == at("2011-12-31T09:00+14:00")
    assert calendar.counted(start, start + 7 * DAY) == 8 * HOUR


@pytest.mark.parametrize("tz", ["America/St_Johns", "Antarctica/Casey", "Pacific/Apia", "Africa/Casablanca", "UTC"])
def test_round_the_clock_has_no_hole(tz: str) -> None:
    """00:00 to 24:00 on every day is one opening, also where wall clocks passed a midnight twice."""
    start, end = at("2004-01-01T00:00+00:00"), at("2014-01-01T00:00+00:00")
    assert Calendar(CalendarRules(tz, ALWAYS)).openings(start, end) == [(start, end)]


def test_new_year_that_came_twice() -> None:
    """Phoenix went back over midnight at 00:01 on 1 January 1944: the second 31 December counts like the first."""
    calendar = Calendar(CalendarRules("America/Phoenix", ALWAYS))
    assert calendar.is_open(at("1943-12-31T23:30-07:00"))


@pytest.mark.parametrize(
    "rules",
    [
        CalendarRules("UTC", NEVER),
        CalendarRules("UTC", NEVER, exceptions={date(2026, 1, 1): ()}),
        CalendarRules("UTC", NEVER, holidays=frozenset({date(2026, 1, 1)}), exceptions={date(2026, 1, 1): OFFICE}),
        CalendarRules("UTC", NEVER, exceptions={date(2026, 1, 1): OFFICE}, breaks={date(2026, 1, 1): ALL_DAY}),
        CalendarRules("Pacific/Apia", NEVER, exceptions={date(2011, 12, 30): OFFICE}),
        CalendarRules("UTC", NEVER, exceptions={date.max: OFFICE}),
    ],
)
def test_calendar_that_never_opens_is_refused(rules: CalendarRules) -> None:
    """No weekly hours, and none on any exceptional date that is left of them (clock rule 11)."""
    with pytest.raises(CalendarError, match="never open"):
        Calendar(rules)


@pytest.mark.parametrize("window", [(9 * HOUR, 9 * HOUR), (22 * HOUR, 6 * HOUR), (-1, HOUR), (0, DAY + 1)])
def test_window_outside_a_day_is_refused(window: Window) -> None:
    """The message names the day, and says what to do about a night shift."""
    with pytest.raises(CalendarError, match=r"Tuesday: .*past midnight as two"):
        Calendar(CalendarRules("UTC", ((), (window,), (), (), (), (), ())))
    with pytest.raises(CalendarError, match="2026-01-01"):
        Calendar(CalendarRules("UTC", ALWAYS, exceptions={date(2026, 1, 1): (window,)}))


def test_week_without_seven_days_is_refused() -> None:
    """A week that somebody cut short is no calendar."""
    with pytest.raises(CalendarError, match="seven"):
        Calendar(CalendarRules("UTC", ALWAYS[:5]))


def test_search_is_bounded_whatever_was_asked_before() -> None:
    """A calendar that opens once more in 60 years does not find it, also when that year has been compiled."""
    calendar = Calendar(CalendarRules("UTC", NEVER, exceptions={date(2086, 1, 1): ALL_DAY, date(2020, 1, 1): ALL_DAY}))
    start = at("2026-01-01T00:00+00:00")
    assert calendar.counted(start, start + 61 * 366 * DAY) == DAY
    with pytest.raises(CalendarError, match="Never reached"):
        calendar.add(start, 1)
    with pytest.raises(CalendarError, match="Never reached"):
        calendar.next_open(start)
    assert calendar.add(start + 20 * 366 * DAY, 1) == at("2086-01-01T00:00:01+00:00")


def test_search_ends_with_the_years_that_a_calendar_answers_for() -> None:
    """Near the end of 2199 the answer is "never", not an error about the year."""
    with pytest.raises(CalendarError, match="Never reached"):
        Calendar(BERLIN).add(at("2199-12-01T00:00+00:00"), DAY * 300)


@pytest.mark.parametrize("instant", [at("1899-12-31T00:00+00:00"), at("2200-01-02T00:00+00:00"), 10**18])
def test_instant_out_of_range_is_refused(instant: int) -> None:
    """A typing error in the year is named rather than compiled for minutes."""
    with pytest.raises(CalendarError, match="1900 to 2199"):
        Calendar(BERLIN).is_open(instant)


def test_answers_do_not_depend_on_the_order_of_questions() -> None:
    """Years compiled forwards, backwards or by the dozen add up to the same calendar."""
    years = [at(f"{year}-06-01T00:00+00:00") for year in (2026, 2019, 2033, 2020)]
    asked = Calendar(BERLIN)
    for year in years:
        assert asked.counted(year, year + 200 * DAY) == Calendar(BERLIN).counted(year, year + 200 * DAY)
    assert asked.openings(years[1], years[2]) == Calendar(BERLIN).openings(years[1], years[2])


def test_threads_share_a_calendar() -> None:
    """Many threads that make it compile different years at once all get the right answer."""
    calendar = Calendar(BERLIN)
    years = [at(f"{year}-02-01T00:00+00:00") for year in range(2020, 2030)]
    with ThreadPoolExecutor(len(years)) as threads:
        answers = list(threads.map(lambda year: calendar.add(year, 40 * HOUR), years))
    assert answers == [Calendar(BERLIN).add(year, 40 * HOUR) for year in years]


def test_calendar_does_not_follow_a_change_of_its_rules() -> None:
    """What was compiled and pinned stays as it was."""
    exceptions = {date(2026, 1, 10): ALL_DAY}
    calendar = Calendar(replace(BERLIN, exceptions=exceptions))
    exceptions.clear()
    assert calendar.is_open(at("2026-01-10T12:00+01:00"))


def test_unknown_zone_is_refused_with_a_proposal() -> None:
    """A misspelt name proposes the right one, and a path is no name."""
    with pytest.raises(UnknownZoneError, match="did you mean 'Europe/Berlin'"):
        Calendar(replace(BERLIN, tz="Europe/Belrin"))
    with pytest.raises(UnknownZoneError, match="IANA"):
        zone("../../../etc/passwd")


def test_zones_come_from_the_wheel() -> None:
    """Every name of the wheel loads, with rules that know a transition of 2026."""
    assert all(zone(name).key == name for name in names())
    summer = datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone("Europe/Berlin"))
    assert summer.utcoffset() == timedelta(hours=2)
