"""Reading single values: text, names, numbers, durations, instants, dates. Each notes its own mistake."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from escalation.agreement.spans import Counted, Dates
from escalation.agreement.text.durations import calendar_dates, calendar_days, counted_seconds
from escalation.agreement.text.fields import Field, show
from escalation.calendars.calendar import YEARS
from escalation.calendars.zones import names as zone_names

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.spans import Span

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_PERCENT = re.compile(r"[0-9]{1,4}%", re.ASCII)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_WAIT = 10 * 366 * 86_400
"""Ten years of counted time: more is a slip of the pen, and calendars search no further than fifty years."""
_HUNDRED = 100
_MOST_MONTHS, _MOST_DAYS = 1200, 9999
"""A hundred years, so that no date runs out of the calendar."""


def text(field: Field, most: int = 300) -> str:
    """Text that is not empty."""
    if isinstance(field.value, str) and field.value.strip() and len(field.value) <= most:
        return field.value
    if field.given:
        field.mistake(f"{show(field.value)} stands here", f"write text of 1 to {most} characters, in quotes if need be")
    return ""


def name(field: Field) -> str:
    """A name that other parts of the agreement refer to."""
    if isinstance(field.value, str) and _NAME.fullmatch(field.value):
        return field.value
    if field.given:
        field.mistake(
            f"{show(field.value)} is not a name", "write a letter, then letters, digits, '-' or '_', at most 64"
        )
    return ""


def is_id(found: str) -> bool:
    """Whether it could name a partnership, or what a party calls its own: small letters, digits and `-`."""
    return _ID.fullmatch(found) is not None


def partnership_id(field: Field) -> str:
    """The partnership's id, which begins the id of each of its streams."""
    if isinstance(field.value, str) and is_id(field.value):
        return field.value
    if field.given:
        field.mistake(
            f"{show(field.value)} is not an id", "write small letters, digits and '-', at most 63, such as acme-globex"
        )
    return ""


def one_of(field: Field, choices: Collection[str]) -> str:
    """One of the words that are understood here."""
    if isinstance(field.value, str) and field.value in choices:
        return field.value
    if field.given:
        field.mistake(f"{show(field.value)} is not understood here", field.meant(str(field.value), choices, "one of"))
    return ""


def refer(field: Field, known: Collection[str] | None, what: str) -> str:
    """A name that must be declared elsewhere in the agreement; None: nobody knows which are."""
    found = name(field)
    if found and known is not None and found not in known:
        field.undeclared(what, found, known)
        return ""
    return found


def currency(field: Field) -> str | None:
    """A currency by its code (ISO 4217), if there is one."""
    if isinstance(field.value, str) and _CURRENCY.fullmatch(field.value):
        return field.value
    if field.given:
        field.mistake(f"{show(field.value)} is not a currency", "write its three capital letters, such as EUR")
    return None


def whole(field: Field, least: int, most: int) -> int:
    """A whole number."""
    if type(field.value) is int and least <= field.value <= most:
        return field.value
    if field.given:
        field.mistake(f"{show(field.value)} stands here", f"write a whole number from {least} to {most}")
    return least


def truth(field: Field, *, default: bool) -> bool:
    """Either true or false."""
    if field.given and not isinstance(field.value, bool):
        field.mistake(f"{show(field.value)} stands here", "write true or false")
    return field.value if isinstance(field.value, bool) else default


def percent(field: Field, least: int, most: int) -> int:
    """A share of a target, written `75%`."""
    if isinstance(field.value, str) and _PERCENT.fullmatch(field.value) and least <= int(field.value[:-1]) <= most:
        return int(field.value[:-1])
    if field.given:
        field.mistake(f"{show(field.value)} stands here", f"write {least}% to {most}%, with its % sign")
    return least


def fraction(field: Field) -> Fraction:
    """A share from 0 to 1, written `0.95`: exactly that decimal number."""
    found = _decimal(field.value)
    if found is not None and 0 <= found <= 1:
        return found
    if field.given:
        field.mistake(f"{show(field.value)} stands here", "write a number from 0 to 1, such as 0.95")
    return Fraction(0)


def points(field: Field) -> Fraction:
    """So many per cent, written `12.5` without a sign."""
    found = _decimal(field.value)
    if found is not None and 0 < found <= _HUNDRED:
        return found
    if field.given:
        right = "write a number of per cent, more than 0 and at most 100, such as 12.5"
        field.mistake(f"{show(field.value)} stands here", right)
    return Fraction(0)


def _decimal(value: object) -> Fraction | None:
    """The number that was written: a file allows fifteen digits, which a float gives back as they were."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return Fraction(repr(value))


def duration(field: Field, least: int = 1) -> int:
    """Seconds of counted time, written `PT…` (clock rule 10)."""
    try:
        seconds = counted_seconds(field.value) if isinstance(field.value, str) else -1
    except ValueError:
        seconds = -1
    if least <= seconds <= LONGEST_WAIT:
        return seconds
    if field.given:
        field.mistake(f"{show(field.value)} is not a usable duration", _right_duration(field.value, least))
    return least


def _right_duration(value: object, least: int) -> str:
    if isinstance(value, str) and re.match(r"P[0-9]", value):
        return "write hours of counted time, such as PT24H: a day, month or year has no fixed length on a clock"
    longer = "longer than PT0S and " if least else ""
    return f"write PT#H#M#S, {longer}at most ten years, such as PT1H30M"


def days(field: Field) -> int:
    """A number of local calendar dates, written `P5D`."""
    try:
        return calendar_days(field.value) if isinstance(field.value, str) else _no_days(field)
    except ValueError:
        return _no_days(field)


def _no_days(field: Field) -> int:
    if field.given:
        field.mistake(f"{show(field.value)} is not a number of days", "write local calendar dates, such as P5D")
    return 0


def dates(field: Field, right: str = "write local calendar dates, such as P5D, P3M or P7Y") -> Dates:
    """Local calendar dates, written `P5D`, `P3M`, `P7Y` or `P1Y6M`; at least one day, at most a hundred years."""
    try:
        found = calendar_dates(field.value) if isinstance(field.value, str) else Dates()
    except ValueError:
        found = Dates()
    if Dates() != found and found.months <= _MOST_MONTHS and found.days <= _MOST_DAYS:
        return found
    if field.given:
        field.mistake(f"{show(field.value)} is not a usable span of time", f"{right}, at most a hundred years")
    return Dates()


def span(field: Field) -> Span:
    """Either counted time (`PT2H`) or local calendar dates (`P5D`)."""
    if isinstance(field.value, str) and field.value.startswith("PT"):
        return Counted(duration(field))
    return dates(field, "write PT2H for hours, or P5D, P3M or P7Y for local calendar dates")


def instant(field: Field) -> datetime:
    """An instant with its offset, in UTC, within the years of calendars: a notice period before it has a date too."""
    if isinstance(field.value, str) and _INSTANT.fullmatch(field.value):
        try:
            found = datetime.fromisoformat(field.value).astimezone(UTC)
        except (ValueError, OverflowError):
            found = datetime.min.replace(tzinfo=UTC)
        if found.year in YEARS:
            return found
    if field.given:
        field.mistake(
            f"{show(field.value)} is not an instant", "write date, time and offset: 2026-01-01T00:00:00+01:00"
        )
    return EPOCH


def day(field: Field) -> date:
    """A local calendar date."""
    if isinstance(field.value, str) and _DATE.fullmatch(field.value):
        try:
            return date.fromisoformat(field.value)
        except ValueError:
            pass
    if field.given:
        field.mistake(f"{show(field.value)} is not a date", "write a date that exists, such as 2026-12-24")
    return EPOCH.date()


def zone(field: Field, default: str) -> str:
    """The name of an IANA time zone."""
    if not field.given:
        return default
    if isinstance(field.value, str) and field.value in zone_names():
        return field.value
    right = field.near(str(field.value), zone_names()) or "write an IANA name such as Europe/Berlin"
    field.mistake(f"{show(field.value)} is not a time zone", right)
    return default
