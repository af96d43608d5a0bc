"""Durations of an agreement: counted time on clocks, calendar days elsewhere (clock rule 10).

A strict subset of ISO 8601: capital letters, whole numbers, no signs, no fractions, no weeks.
"""

from __future__ import annotations

import re

from escalation.agreement.spans import Dates

_COUNTED = re.compile(r"PT(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,9})S)?", re.ASCII)
_DATES = re.compile(r"P(?=[0-9])(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})D)?", re.ASCII)
_DAYS = re.compile(r"P([0-9]{1,5})D", re.ASCII)


def counted_seconds(text: str) -> int:
    """The seconds of `PT#H#M#S`.

    Raises:
        ValueError: It is not of that form; in particular a bare day does not exist on a clock (clock rule 10).
    """
    match = _COUNTED.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form PT#H#M#S")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def calendar_days(text: str) -> int:
    """The local calendar dates of `P#D`.

    Raises:
        ValueError: It is not of that form.
    """
    match = _DAYS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form P#D")
    return int(match[1])


def calendar_dates(text: str) -> Dates:
    """The local calendar dates of `P#Y#M#D`, of which some may be left out; a year is twelve months.

    Raises:
        ValueError: It is not of that form.
    """
    match = _DATES.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form P#Y#M#D")
    years, months, days = (int(part or 0) for part in match.groups())
    return Dates(months=years * 12 + months, days=days)
