"""The directory: whom names lead to, as the rows say (implements escalation.crew.staff.Staff).

The engine asks it while it tells what is due; a request asks it within the reach of what it was let in for. Profiles
name no partnership: they are read at the gate, and only of those whom the roll knows as members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ARRAY, Text, any_, bindparam, select

from escalation.crew.addresses import by_way
from escalation.crew.staff import Known, Step
from escalation.crew.tables import contact_holders, profiles, rung_turns, teams
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Select

    from escalation.crew.roll import Member, Roll
    from escalation.crew.staff import OnCall
    from incidents.ledger.ledger import Ledger

_HOLDER = select(contact_holders.c.holder).where(
    contact_holders.c.partnership == bindparam("within"), contact_holders.c.contact == bindparam("wanted")
)
_TEAM = select(teams.c.members).where(
    teams.c.partnership == bindparam("within"),
    teams.c.party == bindparam("of"),
    teams.c.name == bindparam("wanted"),
    teams.c.retired_at.is_(None),
)
_SAID = [profiles.c[name] for name in ("person", "tz", "languages", "rules", "absences", "addresses")]
_PROFILES = select(*_SAID).where(profiles.c.person == any_(bindparam("among", type_=ARRAY(Text))))
_TURN = select(rung_turns.c.recipient).where(
    rung_turns.c.partnership == bindparam("within"),
    rung_turns.c.ladder == bindparam("on"),
    rung_turns.c.rung == bindparam("place"),
)


class Duty(Protocol):
    """Who is on call: the port to schedules (oncall/book.py implements it)."""

    def on_call(self, partnership: str, party: str, name: str, at: datetime) -> OnCall | None:
        """Give who is on call for a party's schedule; None: there is no such schedule (any more)."""

    def on_call_now(self, partnership: str, parties: Iterable[str], at: datetime) -> dict[str, list[str]]:
        """Give the schedules of some parties for which people are on call at an instant, by person."""


@dataclass(frozen=True)
class Away:
    """An absence that is not over: [starts_at, ends_at)."""

    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Somebody:
    """A member as they are known, with the absences that are not over, the first to begin first."""

    known: Known
    away: tuple[Away, ...] = ()


class Directory:
    """Finds people, teams, holders and whoever is on call. Each answer is one or two queries by key."""

    def __init__(self, ledger: Ledger, roll: Roll, duty: Duty) -> None:
        """Take what rows are read from, who belongs where, and who is on call."""
        self._reading = ledger.recorder.reading
        self._roll = roll
        self._duty = duty

    def holder(self, partnership: str, contact: str) -> str | None:
        """Give who holds a contact; None: nobody was named."""
        found: str | None = self._one(_HOLDER, within=partnership, wanted=contact)
        return found

    def on_call(self, partnership: str, party: str, schedule: str, at: datetime) -> OnCall | None:
        """Give who is on call for a party's schedule; None: there is no such schedule (any more)."""
        return self._duty.on_call(partnership, party, schedule, at)

    def team(self, partnership: str, party: str, team: str) -> tuple[str, ...] | None:
        """Give the members of a party's team; None: there is no such team."""
        members = self._one(_TEAM, within=partnership, of=party, wanted=team)
        return None if members is None else tuple(members)

    def person(self, partnership: str, person: str, at: datetime) -> Known | None:
        """Give a member as they are reached at an instant; None: they are let in there no more."""
        found = self.somebody(partnership, person, at)
        return None if found is None else found.known

    def among(self, partnership: str, people: Collection[str], at: datetime) -> Mapping[str, Known]:
        """Give those of some people who are members, by id, as they are reached at an instant."""
        members = self._roll.among(partnership, people) if people else ()
        return {each.known.person: each.known for each in self._described(partnership, members, at)} if members else {}

    def last_turn(self, partnership: str, ladder: str, rung: int) -> str | None:
        """Give whom a rung that pages one at a time began with last; None: nobody so far."""
        found: str | None = self._one(_TURN, within=partnership, on=ladder, place=rung)
        return found

    def somebody(self, partnership: str, person: str, at: datetime) -> Somebody | None:
        """Give a member as they are known at an instant; None: they are let in there no more."""
        member = self._roll.member(partnership, person)
        return None if member is None else self._described(partnership, [member], at)[0]

    def everybody(self, partnership: str, at: datetime) -> list[Somebody]:
        """Give all members as they are known at an instant, by party and name."""
        return self._described(partnership, self._roll.members(partnership), at)

    def on_call_now(self, partnership: str, parties: Iterable[str], at: datetime) -> dict[str, list[str]]:
        """Give the schedules (`acme.first`) of some parties for which people are on call at an instant, by person."""
        return self._duty.on_call_now(partnership, parties, at)

    def _described(self, partnership: str, members: Sequence[Member], at: datetime) -> list[Somebody]:
        """Give members with what they said; what others said of them in another partnership is no matter here."""
        with at_the_gate(), self._reading.connect() as connection:
            rows = fetch(connection, _PROFILES, {"among": [member.person for member in members]})
        said = {row[0]: (*row[1:4], _held_in(partnership, row[4]), row[5]) for row in rows}
        return [_somebody(member, said.get(member.person), at) for member in members]

    def _one(self, query: Select[Any], **values: object) -> Any:  # noqa: ANN401 - whatever the column holds
        with self._reading.connect() as connection:
            rows = fetch(connection, query, values)
        return rows[0][0] if rows else None


def _somebody(member: Member, said: Sequence[Any] | None, at: datetime) -> Somebody:
    if said is None:
        return Somebody(Known(member.person, member.party, member.name, addresses=dict(by_way(member.email, {}))))
    tz, languages, rules, absences, addresses = said
    away = [_away(int(number), absence) for number, absence in absences.items() if absence["until"] is None]
    known = Known(
        member.person,
        member.party,
        member.name,
        tz=tz,
        languages=tuple(languages),
        absent=any(_holds(absence, at.timestamp()) for absence in absences.values()),
        high=tuple(Step(**step) for step in rules["high"]),
        low=tuple(Step(**step) for step in rules["low"]),
        addresses=dict(by_way(member.email, addresses)),
    )
    ahead = sorted((each for each in away if at < each.ends_at), key=lambda each: (each.starts_at, each.number))
    return Somebody(known, tuple(ahead))


def _held_in(partnership: str, absences: Mapping[str, Any]) -> dict[str, Any]:
    return {number: each for number, each in absences.items() if each.get("within") in {None, partnership}}


def _away(number: int, absence: Mapping[str, Any]) -> Away:
    starts_at, ends_at = (datetime.fromtimestamp(absence[name], UTC) for name in ("starts_at", "ends_at"))
    return Away(number, starts_at, ends_at)


def _holds(absence: Mapping[str, Any], at: float) -> bool:
    """Say of an absence what `Absence.holds` says, of its row."""
    known = absence["since"] <= at and (absence["until"] is None or at < absence["until"])
    return bool(known and absence["starts_at"] <= at < absence["ends_at"])
