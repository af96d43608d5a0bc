"""Holidays that the library proposes, beside those of a calendar."""

from __future__ import annotations

from datetime import date

import pytest

from escalation.agreement.holiday_proposal import compare, propose
from incidents.errors import InvalidField

GERMANY_2026 = ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]
"""The public holidays of every German state (Bundesministerium des Innern: gesetzliche Feiertage)."""


def test_the_days_of_a_country_and_those_of_a_part_of_it() -> None:
    """Bavaria has Epiphany, Corpus Christi and All Saints' Day beside those of the whole country."""
    country, bavaria = (propose("DE", part, "public", 2026, 2026).names for part in (None, "BY"))
    assert [day.isoformat()[5:] for day in country] == GERMANY_2026
    assert sorted(bavaria.keys() - country.keys()) == [date(2026, 1, 6), date(2026, 6, 4), date(2026, 11, 1)]
    assert bavaria[date(2026, 1, 6)] == "Epiphany"


def test_each_year_that_is_asked_for_is_proposed() -> None:
    """In order, and no other year."""
    found = list(propose("DE", None, "public", 2026, 2028).names)
    assert found == sorted(found)
    assert {day.year for day in found} == {2026, 2027, 2028}


@pytest.mark.parametrize(
    ("asked", "field", "possible"),
    [
        (("XX", None, "public", 2026, 2026), "country", "DE, DJ"),
        (("DE", "XX", "public", 2026, 2026), "subdivision", "BW, BY"),
        (("DE", None, "publik", 2026, 2026), "category", "catholic, public"),
        (("DE", None, "public", 2026, 9999), "years", "to 2100"),
        (("DE", None, "public", 1, 2), "years", "from 1991"),
        (("DE", None, "public", 2027, 2026), "years", "such as"),
    ],
)
def test_what_the_library_does_not_know_is_named_with_what_it_does(
    asked: tuple[str, str | None, str, int, int], field: str, possible: str
) -> None:
    """The field, and what would be right."""
    with pytest.raises(InvalidField) as refused:
        propose(*asked)
    assert refused.value.field == field
    assert possible in refused.value.message


def test_dates_of_a_calendar_are_set_beside_the_proposal() -> None:
    """New ones, those added by hand, those that nobody says are, and those of years that were not asked for."""
    proposal = propose("DE", None, "public", 2026, 2026)
    assumption, carnival, before = date(2026, 8, 15), date(2026, 2, 17), date(2025, 12, 25)
    there = [day for day in proposal.names if day.month != 12]
    found = compare(proposal, [assumption, *there, carnival, before], {assumption})
    assert found.new == (date(2026, 12, 25), date(2026, 12, 26))
    assert (found.by_hand, found.unknown, found.elsewhere) == ((assumption,), (carnival,), (before,))
