"""How pages reach a person: in which ways, in which order, and when not. Their own, the same in every partnership.

What tells of the person (zone, languages, addresses, notes) is sealed and can be erased; that they were away, and when,
stays: it explains why they were not paged.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from eventsourcing.domain import event

from escalation.calendars.zones import UnknownZoneError, zone
from escalation.crew.addresses import Address, AddressInUse, check_room, checked, found, ways_to
from escalation.crew.contact_rules import check_own, check_steps, written
from escalation.crew.staff import Step
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record, Sealed
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LANGUAGES = 10
MOST_AHEAD = 100
"""Absences that are not over yet."""
LONGEST_ABSENCE = timedelta(days=2 * 366)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,6}", re.ASCII)
"""Well-formed by RFC 5646, section 2.1, in its usual part: a language, and what narrows it."""


class TooManyAbsences(Refused):
    """So many absences are still ahead that no more are taken. Remove some of them first."""

    code = "too_many_absences"


@dataclass(frozen=True)
class Leave:
    """What is said of an absence during [starts_at, ends_at).

    `within`: the partnership in which others say so, and where alone it holds; None: they do, for all of theirs.
    """

    starts_at: datetime
    ends_at: datetime
    note: str | None = None
    within: str | None = None


@dataclass(frozen=True)
class Absence:
    """Somebody is away (see Leave). It acts from `since` on, and no longer once it is removed."""

    number: int
    starts_at: datetime
    ends_at: datetime
    since: datetime
    note: str | Hidden | None = None
    removed_at: datetime | None = None
    within: str | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether, by what was known at an instant, they were away then."""
        known = self.since <= at and (self.removed_at is None or at < self.removed_at)
        return known and self.starts_at <= at < self.ends_at


class Profile(Record):
    """A person as pages know them."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Begun(FirstFact):
        """Something was said about how they are reached."""

    class Described(Fact):
        """They live in a time zone (None: their party's), and speak some languages (BCP 47), the best first."""

        tz: FreeText | None
        languages: Annotated[list[str] | Hidden, Sealed]

    class ContactRulesChanged(Fact):
        """They are paged (`high`) and informed (`low`) in these ways: `via` and, in seconds, `after`."""

        high: list[dict[str, Any]]
        low: list[dict[str, Any]]

    class AddressGiven(Fact):
        """They can be reached at a mail address (`kind` is `email`) or number (`phone`), which they call `address`."""

        address: str
        kind: str
        value: FreeText

    class AddressRemoved(Fact):
        """They are not to be reached there any more."""

        address: str

    class AbsenceAdded(Fact):
        """They are away during [starts_at, ends_at): in one partnership, where others said so; None: in all."""

        absence: int
        starts_at: datetime
        ends_at: datetime
        note: FreeText | None
        within: str | None = field(default=None, kw_only=True)

    class AbsenceRemoved(Fact):
        """They are not away after all, or back already."""

        absence: int

    class SubjectErased(Fact):
        """What was said of the person was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def person(self) -> str:
        """Whose it is."""
        return self.id.partition("/")[2]

    def describe(self, tz: str | None, languages: Sequence[str], *, by: str, at: datetime) -> None:
        """Say where they live and what they speak; the same again changes nothing. InvalidField."""
        if tz is not None:
            check_zone(tz)
        check_languages(languages)
        if (tz, tuple(languages)) != (self.tz, self.languages):
            self.trigger_event(Profile.Described, tz=tz, languages=list(languages), by=by, at=at)

    def change_rules(self, high: Sequence[Step], low: Sequence[Step], *, by: str, at: datetime) -> None:
        """Say in which ways they are reached; the same again changes nothing. InvalidField."""
        check_steps("high", high)
        check_steps("low", low)
        own = [way for each in self.addresses.values() for way in ways_to(each.address, each.kind)]
        check_own("high", high, own)
        check_own("low", low, own)
        if (tuple(high), tuple(low)) != (self.high, self.low):
            told = {"high": [written(step) for step in high], "low": [written(step) for step in low]}
            self.trigger_event(Profile.ContactRulesChanged, **told, by=by, at=at)

    def give_address(self, address: str, kind: str, value: str, *, by: str, at: datetime) -> None:
        """Say where they can be reached, in the place of what they called so before; the same again changes nothing.

        InvalidField; TooManyAddresses; AddressInUse where a rule needs what it was: a number, or a mail address.
        """
        given = Address(address, kind, checked(address, kind, value))
        check_room(self.addresses, address)
        known = self.addresses.get(address)
        if known is not None and known.kind != kind:
            self._refuse_if_used(known)
        if known != given:
            self.trigger_event(Profile.AddressGiven, **asdict(given), by=by, at=at)

    def remove_address(self, address: str, *, by: str, at: datetime) -> None:
        """Say that they are not to be reached there any more. NotFound; AddressInUse."""
        self._refuse_if_used(found(self.addresses, address))
        self.trigger_event(Profile.AddressRemoved, address=address, by=by, at=at)

    def _refuse_if_used(self, known: Address) -> None:
        ways = ways_to(known.address, known.kind)
        used = sorted({step.via for step in (*self.high, *self.low) if step.via in ways})
        if used:
            raise AddressInUse(used_by=used)

    def add_absence(self, leave: Leave, *, by: str, at: datetime) -> int:
        """Say when they are away; give its number. InvalidField; TooManyAbsences.

        What others said takes no room from what they say themselves.
        """
        if leave.ends_at <= max(leave.starts_at, at):
            raise InvalidField("ends_at", "Give an instant after `starts_at` that is still to come.")
        if leave.ends_at - leave.starts_at > LONGEST_ABSENCE:
            raise InvalidField("ends_at", "Give an instant at most two years after `starts_at`.")
        if sum(each.within == leave.within for each in self.ahead(at)) >= MOST_AHEAD:
            raise TooManyAbsences(most=MOST_AHEAD)
        number = len(self.absences) + 1
        self.trigger_event(Profile.AbsenceAdded, absence=number, **asdict(leave), by=by, at=at)
        return number

    def remove_absence(self, number: int, *, by: str, at: datetime, within: str | None = None) -> None:
        """Say that they are not away, or no longer. NotFound where that is over, or was removed.

        `within`: others say so, of what was said in that partnership; None: they do, of whatever was said.
        """
        if number not in {each.number for each in self.ahead(at) if within in {None, each.within}}:
            raise NotFound
        self.trigger_event(Profile.AbsenceRemoved, absence=number, by=by, at=at)

    def ahead(self, at: datetime) -> list[Absence]:
        """Give the absences that are not over at an instant, the first to begin first."""
        left = [each for each in self.absences.values() if each.removed_at is None and at < each.ends_at]
        return sorted(left, key=lambda each: (each.starts_at, each.number))

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what was said of the person was erased (see ledger/erasure.py)."""
        self.trigger_event(Profile.SubjectErased, by=by, at=at)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Begun)
    def __init__(self) -> None:
        """Begin with nothing said: they are reached on the terminal, at once."""
        self.tz: str | Hidden | None = None
        self.languages: tuple[str, ...] | Hidden = ()
        self.high: tuple[Step, ...] = ()
        self.low: tuple[Step, ...] = ()
        self.addresses: dict[str, Address] = {}
        self.absences: dict[int, Absence] = {}

    @event(Described)
    def _described(self, tz: str | Hidden | None, languages: list[str] | Hidden) -> None:
        self.tz = tz
        self.languages = languages if isinstance(languages, Hidden) else tuple(languages)

    @event(ContactRulesChanged)
    def _rules_changed(self, high: list[dict[str, Any]], low: list[dict[str, Any]]) -> None:
        self.high = tuple(Step(**each) for each in high)
        self.low = tuple(Step(**each) for each in low)

    @event(AddressGiven)
    def _address_given(self, address: str, kind: str, value: str | Hidden) -> None:
        self.addresses[address] = Address(address, kind, value)

    @event(AddressRemoved)
    def _address_removed(self, address: str) -> None:
        del self.addresses[address]

    @event(AbsenceAdded)
    def _absence_added(  # noqa: PLR0913, PLR0917 - `@event` hands the fact's fields over by name
        self,
        absence: int,
        starts_at: datetime,
        ends_at: datetime,
        note: str | Hidden | None,
        within: str | None,
        timestamp: datetime,
    ) -> None:
        self.absences[absence] = Absence(absence, starts_at, ends_at, timestamp, note, within=within)

    @event(AbsenceRemoved)
    def _absence_removed(self, absence: int, timestamp: datetime) -> None:
        self.absences[absence] = replace(self.absences[absence], removed_at=timestamp)

    @event(SubjectErased)
    def _erased(self) -> None:
        self.tz, self.languages, self.addresses = None, (), {}
        for each in self.absences.values():
            self.absences[each.number] = replace(each, note=None if each.note is None else ERASED)


def check_zone(tz: str) -> None:
    """Refuse what is no IANA time zone. InvalidField."""
    try:
        zone(tz)
    except UnknownZoneError as error:
        raise InvalidField("tz", error.message) from None


def check_languages(languages: Sequence[str]) -> None:
    """Refuse what is no language, or stands twice. InvalidField."""
    if len(languages) > MOST_LANGUAGES:
        raise InvalidField("languages", f"Give at most {MOST_LANGUAGES}, the best first.")
    for place, tag in enumerate(languages):
        if not _LANGUAGE.fullmatch(tag):
            raise InvalidField(f"languages.{place}", "Give a language tag (BCP 47), such as de, en-GB or pt-BR.")
        if tag.lower() in (other.lower() for other in languages[:place]):
            raise InvalidField(f"languages.{place}", "It stands there already. Give each language once.")
