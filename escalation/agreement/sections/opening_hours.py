"""Reading spec.calendars: opening hours, holidays and exceptions of each, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, declared, distinct, fixed, show
from escalation.calendars.calendar import Calendar, CalendarError, CalendarRules

if TYPE_CHECKING:
    from datetime import date

    from escalation.calendars.calendar import Window

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_EDGES = 2
_EDGE_RULE = "edge_rule"
_PROVENANCE = ("tool", "version", "country", "subdivision", "category")
_MOST = 50
"""Each calendar costs time to compile, so that a document cannot bring any number of them."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What spec.calendars declares; `known_until` as in the model; `idle`: calendars that open by exceptions alone."""

    calendars: dict[str, Calendar]
    known_until: dict[str, date]
    idle: set[str]


def read_calendars(field: Field, default_tz: str) -> Hours:
    """spec.calendars."""
    hours = Hours({}, {}, set())
    found = field.entries()
    field.findings.ask(field.path, [_EDGE_RULE])
    fixed(found.pop(_EDGE_RULE, field.child(_EDGE_RULE, "rfc5545")), "rfc5545")
    if len(found) > _MOST:
        field.mistake(f"{len(found)} calendars", f"at most {_MOST} are read")
        return hours
    for key, entry in found.items():
        values.name(entry.key())
        _read_calendar(entry, default_tz, key, hours)
    return hours


def calendar_names(field: Field) -> list[str] | None:
    """The names of calendars; None: they could not be read. The rule for edges stands among them, and is none."""
    found = declared(field)
    return None if found is None else [name for name in found if name != _EDGE_RULE]


def _read_calendar(field: Field, default_tz: str, key: str, hours: Hours) -> None:
    mistakes_before = len(field.findings)
    entry = field.section(("tz", "hours", "holidays", "exceptions"))
    holidays = entry.get("holidays", {}).section(("dates", "proposed_by", "added_by_hand", "known_until"))
    if holidays.get("known_until").given:
        hours.known_until[key] = values.day(holidays.get("known_until"))
    rules = CalendarRules(
        tz=values.zone(entry.get("tz"), default_tz),
        weekly=_weekly(entry.need("hours")),
        holidays=_holidays(holidays),
        exceptions={values.day(item.key()): _windows(item) for item in entry.get("exceptions", {}).entries().values()},
    )
    if len(field.findings) > mistakes_before:
        return
    if not any(rules.weekly):
        hours.idle.add(key)
    try:
        hours.calendars[key] = Calendar(rules)
    except CalendarError as error:
        field.mistake(
            error.message.split(". ")[0], 'give it at least one window, such as mon-fri: [["09:00", "17:00"]]'
        )


def _holidays(holidays: Section) -> frozenset[date]:
    """The dates that are closed; where they came from is kept in the document for whoever checks them."""
    dates = frozenset(values.day(item) for item in distinct(holidays.get("dates", []).items()))
    for item in holidays.get("added_by_hand", []).items():
        if values.day(item) not in dates and item.given:
            item.mistake(f"{show(item.value)} is not among the dates", "add it to `dates` too: only they count")
    for noted in holidays.get("proposed_by", {}).section(_PROVENANCE).found.values():
        values.text(noted)
    return dates


def _weekly(field: Field) -> tuple[tuple[Window, ...], ...]:
    """Hours by `daily`, `sat`, `mon-fri` or `mon, wed-fri`; each day may be named once."""
    week: dict[int, tuple[Window, ...]] = {}
    for key, entry in field.entries().items():
        windows = _windows(entry)
        for day in _days(entry.key()):
            if day in week:
                entry.mistake(f"{_WEEK[day]} is named twice, here by {show(key)}", "name each day once")
            week[day] = windows
    return tuple(week.get(day, ()) for day in range(len(_WEEK)))


def _days(field: Field) -> list[int]:
    """The weekdays that a key names, Monday is 0; a range may run over the weekend (`fri-mon`)."""
    days: list[int] = []
    for part in str(field.value).split(","):
        first, _, last = part.strip().partition("-")
        if part.strip() == "daily":
            days += range(len(_WEEK))
        elif first in _WEEK and (last or first) in _WEEK:
            start, length = _WEEK.index(first), (_WEEK.index(last or first) - _WEEK.index(first)) % len(_WEEK)
            days += [(start + step) % len(_WEEK) for step in range(length + 1)]
        else:
            field.mistake(
                f"{show(part.strip())} names no days", "write daily, mon, mon-fri or a list such as 'mon, wed-fri'"
            )
    return days


def _windows(field: Field) -> tuple[Window, ...]:
    """A date's windows in order; none closes it."""
    windows: list[Window] = []
    for item in field.items():
        if not isinstance(item.value, list) or len(item.value) != _EDGES:
            if item.given:
                item.mistake(f"{show(item.value)} is not a window", 'write ["09:00", "17:00"]')
            continue
        opens, closes = (time_of_day(edge) for edge in item.items())
        if opens is not None and closes is not None:
            _add_window(item, windows, (opens, closes))
    return tuple(windows)


def _add_window(item: Field, windows: list[Window], window: Window) -> None:
    if window[0] >= window[1]:
        item.mistake(
            f"{show(item.value)} closes before it opens", "hours past midnight are two windows, one on each day"
        )
    elif windows and window[0] < windows[-1][1]:
        item.mistake(f"{show(item.value)} begins before the window ahead of it ends", "put them in order, apart")
    else:
        windows.append(window)


def time_of_day(field: Field) -> int | None:
    """Seconds from local midnight."""
    if isinstance(field.value, str) and _TIME.fullmatch(field.value):
        hours, _, minutes = field.value.partition(":")
        return int(hours) * 3600 + int(minutes) * 60
    if field.given:
        field.mistake(f"{show(field.value)} is not a time of day", 'write "00:00" to "24:00", in quotes')
    return None
