"""Public holidays as the `holidays` library knows them, proposed for an agreement, which freezes each date. Pure.

The library only proposes: the parties decide, and what they add by hand is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import holidays
from holidays.version import __version__ as LIBRARY_VERSION  # noqa: N812 - a constant of theirs

from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

__all__ = ["LIBRARY_VERSION", "Compared", "Proposal", "compare", "propose"]

_ENGLISH = "en_US"
_MOST_YEARS = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """Dates with their names, and where they come from.

    Attributes:
        names: Each proposed date's name, in English where the library has it.
        country: Its ISO 3166-1 code.
        subdivision: ISO 3166-2 without the country; None: what holds in the whole country.
        category: The library's, such as `public`.
        first: The first year asked for.
        last: The last.
    """

    names: Mapping[date, str]
    country: str
    subdivision: str | None
    category: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A proposal beside the dates of a calendar, of the years asked for.

    Attributes:
        new: Proposed, and not in the calendar.
        by_hand: In the calendar, not proposed, and said to be added by hand.
        unknown: In the calendar, not proposed, and not said to be added by hand.
        elsewhere: In the calendar, of other years.
    """

    new: tuple[date, ...]
    by_hand: tuple[date, ...]
    unknown: tuple[date, ...]
    elsewhere: tuple[date, ...]


def propose(country: str, subdivision: str | None, category: str, first: int, last: int) -> Proposal:
    """Give the holidays of some years.

    Raises:
        InvalidField: The library does not know that country, subdivision, category or year; says what there is.
    """
    _one_of("country", country, holidays.list_supported_countries(include_aliases=False))
    known = holidays.country_holidays(country)
    if subdivision is not None:
        _one_of("subdivision", subdivision, known.subdivisions)
    _one_of("category", category, known.supported_categories)
    earliest, latest = max(known.start_year, 1), known.end_year
    if not earliest <= first <= last <= latest or last - first >= _MOST_YEARS:
        message = f"Give at most {_MOST_YEARS} years from {earliest} to {latest}, such as 2026-2028."
        raise InvalidField("years", message)
    found = holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=range(first, last + 1),
        categories=category,
        language=_ENGLISH if _ENGLISH in known.supported_languages else known.default_language,
    )
    names = {day: name for day, name in sorted(found.items()) if first <= day.year <= last}
    return Proposal(names, country, subdivision, category, first, last)


def compare(proposal: Proposal, dates: Iterable[date], added_by_hand: Collection[date]) -> Compared:
    """Set a proposal beside a calendar's dates."""
    there = sorted(dates)
    asked = [day for day in there if proposal.first <= day.year <= proposal.last]
    strange = [day for day in asked if day not in proposal.names]
    return Compared(
        new=tuple(day for day in proposal.names if day not in there),
        by_hand=tuple(day for day in strange if day in added_by_hand),
        unknown=tuple(day for day in strange if day not in added_by_hand),
        elsewhere=tuple(day for day in there if day not in asked),
    )


def _one_of(field: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        choices = ", ".join(sorted(known)) or "none: leave it out"
        raise InvalidField(field, f"The library does not know {value}. It knows: {choices}.")
