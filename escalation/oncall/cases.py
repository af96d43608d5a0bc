"""Cases for on-call schedules in JSON: read, computed, answered one by one.

A case has a `schedule` and an instant, `at`, and asks who is on call then. A schedule has `tz`, `layers`, a later one
before an earlier one, and `overrides`. A layer has `rotation`, `interval`, `start` (local), `participants` and, if need
be, `restrictions` as [weekday, from, to] (up to or before its `from`, `to` is of the next day), `turns`,
`finish_window`, and with a custom rotation `lengths` in days. An override has `start`, `end` and a `person` or
`people`; null, or an empty list, is nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from escalation.clocks import case_fields as fields
from escalation.clocks.cases import read
from escalation.oncall.check import check, outside_the_years
from escalation.oncall.hours import window
from escalation.oncall.on_call import on_call
from escalation.oncall.schedule import Hours, Layer, Override, Rotation, Schedule, Turns
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["answer", "read", "results"]


def results(cases: Iterable[object]) -> Iterator[dict[str, object]]:
    """One answer a case, in their order: `id` and `result`, the names; or `error` where a field is unusable."""
    for case in cases:
        name = case.get("id") if isinstance(case, dict) else None
        try:
            yield {"id": name, "result": answer(fields.mapping(case, "case"))}
        except InvalidField as error:
            yield {"id": name, "error": error.message}


def answer(case: dict[str, object]) -> list[str]:
    """Who is on call in that case; nobody: an empty list.

    Raises:
        InvalidField: a field is missing or unusable.

    """
    schedule, at = _schedule(case.get("schedule")), _instant(case.get("at"), "at")
    try:
        check(schedule)
    except InvalidField as error:
        raise InvalidField(f"schedule.{error.field}", f"schedule.{error.message}") from error
    return list(on_call(schedule, at))


def _schedule(value: object) -> Schedule:
    entry = fields.mapping(value, "schedule")
    return Schedule(
        tz=fields.text(entry.get("tz"), "schedule.tz"),
        layers=tuple(_layer(*each) for each in _entries(_given(entry, "layers", "schedule"), "schedule.layers")),
        overrides=tuple(_override(*each) for each in _entries(entry.get("overrides"), "schedule.overrides")),
    )


def _layer(value: object, field: str) -> Layer:
    entry = fields.mapping(value, field)
    people = _given(entry, "participants", field)
    restrictions = entry.get("restrictions")
    return Layer(
        rotation=fields.one_of(Rotation, entry.get("rotation"), f"{field}.rotation"),
        interval=fields.whole(entry.get("interval", 1), f"{field}.interval"),
        start=fields.local_time(entry.get("start"), f"{field}.start"),
        participants=tuple(fields.text(*each) for each in _entries(people, f"{field}.participants")),
        restrictions=None if restrictions is None else _hours(restrictions, f"{field}.restrictions"),
        turns=fields.one_of(Turns, entry.get("turns", Turns.CALENDAR), f"{field}.turns"),
        finish_window=fields.flag(entry.get("finish_window", False), f"{field}.finish_window"),
        lengths=tuple(fields.whole(*each) for each in _entries(entry.get("lengths"), f"{field}.lengths")),
    )


def _hours(value: object, field: str) -> tuple[Hours, ...]:
    return tuple(part for each in _entries(value, field) for part in _window(*each))


def _window(value: object, field: str) -> tuple[Hours, ...]:
    day, start, end = fields.parts(value, field, "weekday, from, to")
    return window(fields.weekday(day, field), fields.wall_time(start, field), fields.wall_time(end, field))


def _override(value: object, field: str) -> Override:
    entry = fields.mapping(value, field)
    return Override(
        start=_instant(entry.get("start"), f"{field}.start"),
        end=_instant(entry.get("end"), f"{field}.end"),
        people=_people(entry, field),
    )


def _people(entry: dict[str, object], field: str) -> tuple[str, ...]:
    if "people" in entry:
        return tuple(fields.text(*each) for each in _entries(entry["people"], f"{field}.people"))
    person = _given(entry, "person", field)
    return () if person is None else (fields.text(person, f"{field}.person"),)


def _entries(value: object, field: str) -> list[tuple[object, str]]:
    """Each entry of a list, and the path of its field."""
    return [(entry, f"{field}[{nth}]") for nth, entry in enumerate(fields.sequence(value, field))]


def _given(entry: dict[str, object], name: str, field: str) -> object:
    if name not in entry:
        raise InvalidField(f"{field}.{name}", f"{field}.{name}: missing.")
    return entry[name]


def _instant(value: object, field: str) -> datetime:
    try:
        return datetime.fromtimestamp(fields.instant(value, field), UTC)
    except (OverflowError, ValueError):  # an offset took it out of the years that a datetime has
        raise outside_the_years(field) from None
