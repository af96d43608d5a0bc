"""A profile alone: what may be said in it, and when an absence holds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.crew.addresses import MOST_ADDRESSES, AddressInUse, TooManyAddresses
from escalation.crew.contact_rules import LATEST_STEP, MOST_STEPS
from escalation.crew.profile import MOST_AHEAD, Leave, Profile, TooManyAbsences
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
        ([Step("pager")], "high.0.via"),
        ([Step("email"), Step("sms:Mobile")], "high.1.via"),
        ([Step("email:mobile\n")], "high.0.via"),
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


def give(profile: Profile, address: str, kind: str, value: str) -> None:
    """Say where somebody can be reached."""
    with at(NOON):
        profile.give_address(address, kind, value, by=BY, at=NOON)


def rules(profile: Profile, *vias: str) -> None:
    """Let pages go in these ways."""
    with at(NOON):
        profile.change_rules([Step(via) for via in vias], [], by=BY, at=NOON)


@pytest.mark.parametrize(
    ("address", "kind", "value", "field"),
    [
        ("+4930123456", "phone", "+4930123456", "address"),
        ("Mobile", "phone", "+4930123456", "address"),
        ("a" * 33, "phone", "+4930123456", "address"),
        ("mobile", "pager", "+4930123456", "kind"),
        ("mobile", "phone", "030 123456", "value"),
        ("mobile", "phone", "+49 (0)30 123456", "value"),
        ("mobile", "phone", "+1234567890123456", "value"),
        ("mobile", "phone", "+123456", "value"),
        ("mobile", "phone", "+0930123456", "value"),
        ("mobile", "phone", "+٤٩٣٠١٢٣٤٥٦", "value"),
        ("work", "email", "ann", "value"),
        ("work", "email", "ann@localhost", "value"),
        ("work", "email", "ann@acme.example\nBcc: eve@evil.example", "value"),
        ("work", "email", "Ann <ann@acme.example>", "value"),
        ("work", "email", "zoë@acme.example", "value"),
        ("work", "email", "ann@-acme.example", "value"),
        ("work", "email", "a" * 60 + "@" + "b.example." * 20 + "example", "value"),
    ],
)
def test_what_nothing_can_be_sent_to_is_refused(
    profile: Profile, address: str, kind: str, value: str, field: str
) -> None:
    """By the name of the field; nothing is said of them then."""
    with pytest.raises(InvalidField) as refused:
        give(profile, address, kind, value)
    assert (refused.value.field, profile.addresses) == (field, {})


def test_an_address_is_kept_as_it_is_dialled(profile: Profile) -> None:
    """Without what groups a number's digits; a new one takes the place of the old, the same again changes nothing."""
    give(profile, "mobile", "phone", " +49 151-234.567 89 ")
    give(profile, "mobile", "phone", "+4915123456789")
    assert len(profile.history) == 2
    give(profile, "mobile", "phone", "+4915100000000")
    give(profile, "work", "email", "Ann.Lee+tocsin@Acme.Example")
    assert {each.address: each.value for each in profile.addresses.values()} == {
        "mobile": "+4915100000000",
        "work": "Ann.Lee+tocsin@Acme.Example",
    }


def test_a_rule_leads_to_what_somebody_has(profile: Profile) -> None:
    """A mail address takes mail, a number text messages and calls; what they can use instead is told."""
    give(profile, "mobile", "phone", "+4930123456")
    give(profile, "work", "email", "ann@acme.example")
    rules(profile, "email", "email:work", "sms:mobile", "voice:mobile")
    for via in ("sms:work", "email:mobile", "voice:home"):
        with pytest.raises(InvalidField, match="email:work, sms:mobile, voice:mobile") as refused:
            rules(profile, "terminal", via)
        assert refused.value.field == "high.1.via"


@pytest.mark.parametrize("via", ["sms:mobile", "voice:mobile"])
def test_an_address_that_a_rule_uses_stays_what_it_is(profile: Profile, via: str) -> None:
    """It is not removed, and no mail address takes its place; another number does."""
    give(profile, "mobile", "phone", "+4930123456")
    rules(profile, via)
    with at(NOON), pytest.raises(AddressInUse) as refused:
        profile.remove_address("mobile", by=BY, at=NOON)
    assert refused.value.details == {"used_by": [via]}
    with pytest.raises(AddressInUse):
        give(profile, "mobile", "email", "ann@acme.example")
    give(profile, "mobile", "phone", "+4930654321")
    rules(profile, "terminal")
    with at(NOON):
        profile.remove_address("mobile", by=BY, at=NOON)
        with pytest.raises(NotFound):
            profile.remove_address("mobile", by=BY, at=NOON)


def test_addresses_are_limited(profile: Profile) -> None:
    """Those that are there may change all the same."""
    for nth in range(MOST_ADDRESSES):
        give(profile, f"phone{nth}", "phone", "+4930123456")
    with pytest.raises(TooManyAddresses):
        give(profile, "phone", "phone", "+4930123456")
    give(profile, "phone0", "phone", "+4930654321")


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
    """Zone, languages, addresses and notes; that they were away stays, for it explains why they were not paged."""
    away(profile, NOON, NOON + DAY, note="In hospital")
    with at(NOON):
        profile.describe("Europe/Berlin", ["de"], by=BY, at=NOON)
        profile.give_address("mobile", "phone", "+4930123456", by=BY, at=NOON)
        profile.forget(by="key:officer", at=NOON)
    assert (profile.tz, profile.languages, profile.absences[1].note) == (None, (), ERASED)
    assert absent(profile, NOON)
    [write] = ProfileRows().writes(profile, profile.history)
    [row] = write.rows
    assert (row["tz"], row["languages"], row["addresses"]) == (None, [], {})
    assert "hospital" not in str(row)
