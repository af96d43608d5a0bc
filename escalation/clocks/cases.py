"""Cases for clocks in JSON: read, computed, answered one by one.

A case has a calendar, a start and a kind: `add` asks for the instant at which so many minutes have been counted,
`elapsed` for the minutes counted up to an end. A case with `segments` instead asks for the due instant of a clock whose
target changed. Any of them may have `pauses`, [from, to] with null for one that is still running.

A calendar has `tz`, `hours` as [weekday, from, to], and, if need be, `holidays` (dates), `overrides` (windows that
replace the hours of a date) and `breaks` (windows cut out of a date's hours). All times of day are local.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from escalation.calendars.calendar import Calendar, CalendarError, CalendarRules, Window
from escalation.calendars.calendar_rules import DAYS
from escalation.calendars.zones import UnknownZoneError
from escalation.clocks import case_fields as fields
from escalation.clocks.clock import Pause, Segment, counted, due
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path


def read(path: Path) -> list[object]:
    """The cases in a file; one that is not in a list counts as a list of one.

    Raises:
        InvalidField: the file is not JSON, or it holds neither a list nor an object.
        OSError: the file cannot be read.

    """
    try:
        cases: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise InvalidField(path.name, f"{path.name} is not JSON: {error}.") from error
    if isinstance(cases, dict):
        return [cases]
    return fields.sequence(cases, path.name)


def results(cases: Iterable[object]) -> Iterator[dict[str, object]]:
    """One answer a case, in their order: `id` (or `name`) and `result`, or `error` where a field is unusable.

    An instant is written in UTC; minutes are whole, or rounded to six places; null means never.
    """
    for case in cases:
        name = case.get("id", case.get("name")) if isinstance(case, dict) else None
        try:
            yield {"id": name, "result": answer(fields.mapping(case, "case"))}
        except (CalendarError, InvalidField, UnknownZoneError) as error:
            yield {"id": name, "error": error.message}


def answer(case: dict[str, object]) -> str | int | float | None:
    """What a single case asks for: an instant in ISO 8601 or minutes.

    Raises:
        InvalidField: a field is missing or unusable.
        CalendarError: a calendar cannot be used, or the answer lies beyond its bounded search.
        UnknownZoneError: there is no such time zone.

    """
    pauses = _pauses(case.get("pauses"))
    if "segments" in case:
        return _iso(due(_segments(case["segments"]), pauses))
    start, calendar = fields.instant(case.get("start"), "start"), _calendar(case.get("calendar"), "calendar")
    match case.get("kind"):
        case "add":
            return _iso(due([Segment(start, fields.minutes(case.get("minutes"), "minutes"), calendar)], pauses))
        case "elapsed":
            return _minutes(counted([Segment(start, 0, calendar)], pauses, fields.instant(case.get("end"), "end")))
        case kind:
            raise InvalidField("kind", f"kind: must be 'add' or 'elapsed', not {kind!r}.")


def _segments(value: object) -> list[Segment]:
    segments = [_segment(entry, f"segments[{i}]") for i, entry in enumerate(fields.sequence(value, "segments"))]
    if not segments:
        raise InvalidField("segments", "segments: must have at least one entry.")
    return sorted(segments, key=lambda segment: segment.start)


def _segment(value: object, field: str) -> Segment:
    entry = fields.mapping(value, field)
    return Segment(
        fields.instant(entry.get("from"), f"{field}.from"),
        fields.minutes(entry.get("target_minutes"), f"{field}.target_minutes"),
        _calendar(entry.get("calendar"), f"{field}.calendar"),
    )


def _pauses(value: object) -> list[Pause]:
    return [_pause(entry, f"pauses[{i}]") for i, entry in enumerate(fields.sequence(value, "pauses"))]


def _pause(value: object, field: str) -> Pause:
    start, end = fields.parts(value, field, "from, to")
    return fields.instant(start, f"{field}[0]"), None if end is None else fields.instant(end, f"{field}[1]")


def _calendar(value: object, field: str) -> Calendar:
    entry = fields.mapping(value, field)
    weekly: list[list[Window]] = [[] for _ in DAYS]
    for i, hours in enumerate(fields.sequence(entry.get("hours"), f"{field}.hours")):
        at = f"{field}.hours[{i}]"
        name, *times = fields.parts(hours, at, "weekday, from, to")
        weekly[fields.weekday(name, at)].append(_window(times, at))
    holidays = fields.sequence(entry.get("holidays"), f"{field}.holidays")
    rules = CalendarRules(
        tz=fields.text(entry.get("tz"), f"{field}.tz"),
        weekly=tuple(tuple(windows) for windows in weekly),
        holidays=frozenset(fields.date_(day, f"{field}.holidays[{i}]") for i, day in enumerate(holidays)),
        exceptions=_dated(entry.get("overrides"), f"{field}.overrides"),
        breaks=_dated(entry.get("breaks"), f"{field}.breaks"),
    )
    try:
        return Calendar(rules)
    except (CalendarError, UnknownZoneError) as error:
        raise InvalidField(field, f"{field}: {error.message}") from error


def _dated(value: object, field: str) -> dict[date, tuple[Window, ...]]:
    return {
        fields.date_(day, field): tuple(
            _window(pair, f"{field}.{day}[{i}]") for i, pair in enumerate(fields.sequence(windows, f"{field}.{day}"))
        )
        for day, windows in fields.mapping(value, field).items()
    }


def _window(value: object, field: str) -> Window:
    start, stop = fields.parts(value, field, "from, to")
    return fields.wall_time(start, field), fields.wall_time(stop, field)


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def _minutes(seconds: int) -> int | float:
    return seconds // 60 if seconds % 60 == 0 else round(seconds / 60, 6)
