"""What the calendars of the worked example count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.agreement import check_document
from escalation.agreement.reading import parse
from tests.support.example_agreement import example_agreement, worded
from tests.support.example_incident import HOUR, Exemplary

BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86_400


def opened(calendar: str, day: date) -> list[tuple[str, str]]:
    """Give the hours of a local date in Berlin, each from and to by the clock on the wall, minute by minute."""
    found = example_agreement().calendars[calendar]
    start = int(datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp())
    minutes = [found.counted(start + 60 * minute, start + 60 * (minute + 1)) == 60 for minute in range(24 * 60)]
    edges = [at for at in range(24 * 60 + 1) if _is(minutes, at) != _is(minutes, at - 1)]
    shown = [f"{at // 60:02d}:{at % 60:02d}" for at in edges]
    return list(zip(shown[::2], shown[1::2], strict=True))


def _is(minutes: list[bool], at: int) -> bool:
    return 0 <= at < len(minutes) and minutes[at]


def test_always_is_always() -> None:
    """Each second of a year counts."""
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2026, 2027))
    assert example_agreement().calendars["always"].counted(start, end) == end - start


def test_a_day_of_always_ends_at_midnight_utc() -> None:
    """By business days, that is its close."""
    office = "by: {business_days: {S1: 3, S2: 5}, at: close_of_business}, calendar: berlin-office"
    incident = Exemplary(agreement=worded({office: office.replace("berlin-office", "always")}))
    incident.resolve(HOUR)
    assert incident.reading("review_due", HOUR).due_at == datetime(2026, 3, 6, tzinfo=UTC)


def test_the_office_is_open_on_weekdays_but_for_lunch() -> None:
    """Monday to Friday in Berlin, in winter and in summer; not at the weekend."""
    hours = [("09:00", "12:30"), ("13:00", "17:30")]
    for monday in (date(2026, 3, 2), date(2026, 7, 6)):
        week = [opened("berlin-office", monday + timedelta(days=step)) for step in range(7)]
        assert week == [hours] * 5 + [[], []]


HOLIDAYS = [
    "2026-01-01",
    "2026-01-06",
    "2026-04-03",
    "2026-04-06",
    "2026-05-01",
    "2026-05-14",
    "2026-05-25",
    "2026-06-04",
    "2026-08-15",
    "2026-10-03",
    "2026-11-01",
    "2026-12-25",
    "2026-12-26",
]


def test_the_office_is_closed_on_holidays_alone() -> None:
    """Of the weekdays of the year, these have no hours; those at a weekend are frozen with them."""
    year = [date(2026, 1, 1) + timedelta(days=step) for step in range(365)]
    closed = [day.isoformat() for day in year if day.weekday() < 5 and not opened("berlin-office", day)]
    assert closed == [day for day in HOLIDAYS if date.fromisoformat(day).weekday() < 5]
    assert _holidays()["dates"] == HOLIDAYS


def test_where_the_holidays_come_from_is_on_record() -> None:
    """Who checks the dates knows the library, and which date it did not propose."""
    assert _holidays()["added_by_hand"] == ["2026-08-15"]
    assert _holidays()["proposed_by"] == {
        "tool": "holidays",
        "version": "0.109",
        "country": "DE",
        "subdivision": "BY",
        "category": "public",
    }


def test_christmas_eve_ends_at_half_past_twelve() -> None:
    """An exception replaces the hours of its date."""
    assert opened("berlin-office", date(2026, 12, 24)) == [("09:00", "12:30")]
    assert opened("berlin-office", date(2026, 12, 23)) == [("09:00", "12:30"), ("13:00", "17:30")]


def test_holidays_are_known_until_the_end_of_the_year() -> None:
    """A due date after it is provisional."""
    assert example_agreement().known_until == {"berlin-office": date(2026, 12, 31)}


def test_edges_follow_rfc_5545() -> None:
    """No other rule for a change of the clocks is offered; an edge in a gap keeps the old offset."""
    document = parse(example_agreement().document).document
    calendars = document["spec"]["calendars"]  # type: ignore[index] # plain JSON
    other = {**document, "spec": {**document["spec"], "calendars": {**calendars, "edge_rule": "fold1"}}}  # type: ignore[dict-item] # as above
    assert calendars["edge_rule"] == "rfc5545"
    assert [mistake.field for mistake in check_document(other)] == ["spec.calendars.edge_rule"]


def test_the_time_zone_rules_that_the_parties_had_are_on_record() -> None:
    """Who recomputes a due time later knows which rules it came from."""
    spec = parse(example_agreement().document).document["spec"]
    assert spec["timezone_data"] == {"source": "pypi-tzdata", "version": "2026.6"}  # type: ignore[index] # plain JSON


def _holidays() -> dict[str, object]:
    spec = example_agreement().document["spec"]
    found: dict[str, object] = spec["calendars"]["berlin-office"]["holidays"]  # type: ignore[index] # plain JSON
    return found
