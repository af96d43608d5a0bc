"""A profile alone: what may be said in it, and when an absence holds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.crew.profile import LATEST_STEP, MOST_AHEAD, MOST_STEPS, Leave, Profile, TooManyAbsences
from escalation.crew.rows import ProfileRows
from escalation.crew.staff import Step
from incidents.errors import InvalidField, NotFound
from incidents.ledger.command import Command, in_command
from incidents.ledger.sealing import ERASED
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

BY = "person:ann"
DAY = timedelta(days=1)


@pytest.fixture
def profile() -> Profile:
    """Give a profile in which nothing is said."""
    with at(NOON):
        return Profile._create(Profile.Begun, id="profile/ann", by=BY, at=NOON)  # noqa: SLF001 - the library's way


@contextmanager
def at(instant: datetime) -> Iterator[datetime]:
    """Let something be said at an instant."""
    with in_command(Command(instant)):
        yield instant


def away(profile: Profile, start: datetime, end: datetime, *, said: datetime = NOON, note: str | None = None) -> int:
    """Add an absence; give its number."""
    with at(said):
        return profile.add_absence(Leave(start, end, note), by=BY, at=said)


def back(profile: Profile, number: int, said: datetime) -> None:
    """Remove an absence."""
    with at(said):
        profile.remove_absence(number, by=BY, at=said)


def absent(profile: Profile, instant: datetime) -> bool:
    """Ask whether somebody was away at an instant."""
    return any(absence.holds(instant) for absence in profile.absences.values())


@pytest.mark.parametrize(
    ("tz", "languages", "field"),
    [
        ("Europe/Berlinn", [], "tz"),
        ("", [], "tz"),
        (None, ["german!"], "languages.0"),
        (None, ["de", "x"], "languages.1"),
        (None, ["de", "en", "DE"], "languages.2"),
        (None, ["de\n"], "languages.0"),
        (None, [f"a{letter}" for letter in "abcdefghijk"], "languages"),
    ],
)
def test_what_is_no_zone_or_language_is_refused(
    profile: Profile, tz: str | None, languages: list[str], field: str
) -> None:
    """By the name of the field."""
    with at(NOON), pytest.raises(InvalidField) as refused:
        profile.describe(tz, languages, by=BY, at=NOON)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([Step("sms")], "high.0.via"),
        ([Step("webhook:")], "high.0.via"),
        ([Step("terminal", 60), Step("terminal", 59)], "high.1.after"),
        ([Step("terminal", LATEST_STEP + 1)], "high.0.after"),
        ([Step("terminal", -1)], "high.0.after"),
        ([Step("terminal", 5), Step("terminal", 5)], "high.1"),
        ([Step("terminal", nth) for nth in range(MOST_STEPS + 1)], "high"),
    ],
)
def test_contact_rules_that_nobody_could_follow_are_refused(profile: Profile, steps: list[Step], field: str) -> None:
    """Unknown ways, steps out of order or too late, twice the same, too many; in either list."""
    for high, low, named in ((steps, [], field), ([], steps, field.replace("high", "low"))):
        with at(NOON), pytest.raises(InvalidField) as refused:
            profile.change_rules(high, low, by=BY, at=NOON)
        assert refused.value.field == named
    assert len(profile.history) == 1


def test_steps_may_come_at_the_same_time(profile: Profile) -> None:
    """In two ways at once, up to an hour later."""
    steps = [Step("terminal"), Step("webhook:pager"), Step("terminal", LATEST_STEP)]
    with at(NOON):
        profile.change_rules(steps, [], by=BY, at=NOON)
    assert (profile.high, profile.low) == (tuple(steps), ())


def test_saying_the_same_again_changes_nothing(profile: Profile) -> None:
    """No fact without news."""
    with at(NOON):
        profile.describe(None, [], by=BY, at=NOON)
        profile.change_rules([], [], by=BY, at=NOON)
        for _ in range(2):
            profile.describe("Europe/Berlin", ["de"], by=BY, at=NOON)
            profile.change_rules([Step("terminal")], [], by=BY, at=NOON)
    assert [type(fact).__name__ for fact in profile.history] == ["Begun", "Described", "ContactRulesChanged"]


def test_an_absence_holds_from_its_beginning_up_to_its_end(profile: Profile) -> None:
    """Back at the very instant of its end."""
    away(profile, NOON + DAY, NOON + 2 * DAY)
    seen = {hours: absent(profile, NOON + timedelta(hours=hours)) for hours in (23, 24, 47, 48)}
    assert seen == {23: False, 24: True, 47: True, 48: False}


def test_an_absence_acts_from_its_own_instant_on(profile: Profile) -> None:
    """Who said at noon that they had been away since the morning was there in the morning, as far as was known."""
    number = away(profile, NOON - DAY, NOON + DAY)
    assert not absent(profile, NOON - timedelta(seconds=1))
    assert absent(profile, NOON)
    back(profile, number, NOON + timedelta(hours=1))
    assert absent(profile, NOON + timedelta(minutes=59))
    assert not absent(profile, NOON + timedelta(hours=1))


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-2, -1), (-2, 0), (0, 2 * 366 + 1)])
def test_an_absence_that_is_over_or_too_long_is_refused(profile: Profile, start: int, end: int) -> None:
    """By its end, in days from now."""
    with pytest.raises(InvalidField) as refused:
        away(profile, NOON + start * DAY, NOON + end * DAY)
    assert refused.value.field == "ends_at"


def test_only_what_is_not_over_can_be_removed(profile: Profile) -> None:
    """And only once."""
    number = away(profile, NOON, NOON + DAY)
    with pytest.raises(NotFound):
        back(profile, number + 1, NOON)
    with pytest.raises(NotFound):
        back(profile, number, NOON + DAY)
    back(profile, number, NOON)
    with pytest.raises(NotFound):
        back(profile, number, NOON)


def test_absences_ahead_are_limited_and_listed_by_their_beginning(profile: Profile) -> None:
    """What is over or was removed makes room."""
    later, sooner = (away(profile, NOON + days * DAY, NOON + (days + 1) * DAY) for days in (5, 3))
    assert [absence.number for absence in profile.ahead(NOON)] == [sooner, later]
    for _ in range(MOST_AHEAD - 2):
        away(profile, NOON, NOON + 9 * DAY)
    with pytest.raises(TooManyAbsences):
        away(profile, NOON, NOON + DAY)
    back(profile, later, NOON)
    away(profile, NOON, NOON + DAY)


def test_what_tells_of_the_person_can_be_erased(profile: Profile) -> None:
    """Zone, languages and notes; that they were away stays, for it explains why they were not paged."""
    away(profile, NOON, NOON + DAY, note="In hospital")
    with at(NOON):
        profile.describe("Europe/Berlin", ["de"], by=BY, at=NOON)
        profile.forget(by="key:officer", at=NOON)
    assert (profile.tz, profile.languages, profile.absences[1].note) == (None, (), ERASED)
    assert absent(profile, NOON)
    [write] = ProfileRows().writes(profile, profile.history)
    [row] = write.rows
    assert (row["tz"], row["languages"]) == (None, [])
    assert "hospital" not in str(row)
