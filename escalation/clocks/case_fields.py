"""The values in a file of clock cases: each is read strictly, and an error names the field that holds it.

Every function takes a value from parsed JSON and the path of its field, and raises `InvalidField` where it is unusable.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar, cast

from escalation.calendars.calendar_rules import DAY, DAYS
from incidents.errors import InvalidField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = {name: number for number, day in enumerate(DAYS) for name in (day.lower(), day[:3].lower())}
Choice = TypeVar("Choice", bound=StrEnum)
WALL_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def mapping(value: object, field: str) -> dict[str, object]:
    """A JSON object; null is an empty one."""
    if not isinstance(value, dict | None):
        raise _unusable(field, "an object", value)
    return cast("dict[str, object]", value or {})


def sequence(value: object, field: str) -> list[object]:
    """A JSON array; null is an empty one."""
    if not isinstance(value, list | None):
        raise _unusable(field, "a list", value)
    return value or []


def parts(value: object, field: str, names: str) -> list[object]:
    """A JSON array of exactly so many values as there are names."""
    values = sequence(value, field)
    if len(values) != len(names.split(", ")):
        raise _unusable(field, f"a list [{names}]", value)
    return values


def text(value: object, field: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise _unusable(field, "a text", value)
    return value


def instant(value: object, field: str) -> int:
    """An ISO 8601 instant with its offset, as epoch seconds; a fraction of a second is cut off."""
    try:
        moment = datetime.fromisoformat(text(value, field))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _unusable(field, "an instant with its offset, such as 2026-01-12T10:00:00+01:00", value)
    return (moment - EPOCH) // timedelta(seconds=1)


def date_(value: object, field: str) -> date:
    """An ISO 8601 calendar date."""
    try:
        return date.fromisoformat(text(value, field))
    except ValueError:
        raise _unusable(field, "a date such as 2026-12-24", value) from None


def weekday(value: object, field: str) -> int:
    """The number of a weekday, Monday being 0, from its English name or the first three letters of that."""
    number = WEEKDAYS.get(text(value, field).lower())
    if number is None:
        raise _unusable(field, "a weekday such as mon", value)
    return number


def wall_time(value: object, field: str) -> int:
    """Seconds from midnight, from HH:MM or HH:MM:SS up to 24:00."""
    match = WALL_TIME.fullmatch(text(value, field))
    hours, minute, second = (int(part or 0) for part in match.groups()) if match else (DAY, 0, 0)
    seconds = hours * 3600 + minute * 60 + second
    if seconds > DAY:
        raise _unusable(field, "a time of day from 00:00 to 24:00", value)
    return seconds


def local_time(value: object, field: str) -> datetime:
    """An ISO 8601 time on a wall, in whole seconds: naive."""
    try:
        moment = datetime.fromisoformat(text(value, field))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or moment.microsecond:
        raise _unusable(field, "a local time without an offset, such as 2026-01-12T08:00", value)
    return moment


def whole(value: object, field: str) -> int:
    """A whole number, one or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _unusable(field, "a whole number, one or more", value)
    return value


def flag(value: object, field: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise _unusable(field, "true or false", value)
    return value


def one_of(choices: type[Choice], value: object, field: str) -> Choice:
    """One of the values of an enumeration."""
    try:
        return choices(text(value, field))
    except ValueError:
        raise _unusable(field, f"one of {', '.join(choices)}", value) from None


def minutes(value: object, field: str) -> int:
    """Seconds, from a number of minutes; to the nearest second."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise _unusable(field, "a number of minutes, zero or more", value)
    return round(value * 60)


def _unusable(field: str, wanted: str, value: object) -> InvalidField:
    if value is None:
        return InvalidField(field, f"{field}: missing; it must be {wanted}.")
    return InvalidField(field, f"{field}: must be {wanted}, not {value!r}.")
