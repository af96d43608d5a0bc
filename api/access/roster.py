"""Who belongs to a partnership, as its own log tells it: for which party, in which roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eventsourcing.domain import event
from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert as upsert

from api.access.tables import members
from incidents.errors import NotFound, Refused
from incidents.ledger.facts import Fact, FirstFact, Record
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class MemberOfAnother(Refused):
    """They belong to the other party here, and nobody is on both sides. That party must let them go first."""

    code = "member_of_another_party"


@dataclass(frozen=True)
class Member:
    """A person's place in a partnership."""

    person: str
    party: str
    roles: tuple[str, ...]
    since: datetime


class Roster(Record):
    """The members of one partnership. A person is of one party in it."""

    class Begun(FirstFact):
        """The first member came."""

    class Granted(Fact):
        """A person has these roles for a party from now on, and no others."""

        person: str
        party: str
        roles: list[str]

    class Withdrawn(Fact):
        """A person belongs to it no more."""

        person: str

    def grant(self, person: str, party: str, roles: Sequence[str], *, by: str, at: datetime) -> None:
        """Give a person roles; the same again changes nothing. MemberOfAnother."""
        known = self.members.get(person)
        if known is not None and known.party != party:
            raise MemberOfAnother
        given = sorted(set(roles))
        if known is None or list(known.roles) != given:
            self.trigger_event(Roster.Granted, person=person, party=party, roles=given, by=by, at=at)

    def withdraw(self, person: str, *, by: str, at: datetime) -> None:
        """Take a person out. NotFound."""
        if person not in self.members:
            raise NotFound
        self.trigger_event(Roster.Withdrawn, person=person, by=by, at=at)

    @event(Begun)
    def __init__(self) -> None:
        """Begin without a member."""
        self.members: dict[str, Member] = {}

    @event(Granted)
    def _granted(self, person: str, party: str, roles: list[str], at: datetime) -> None:
        known = self.members.get(person)
        self.members[person] = Member(person, party, tuple(roles), known.since if known else at)

    @event(Withdrawn)
    def _withdrawn(self, person: str) -> None:
        del self.members[person]


_insert = upsert(members)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[members.c.partnership, members.c.person],
    set_={name: _insert.excluded[name] for name in ("party", "roles", "since")},
)
_REMOVE = delete(members).where(
    (members.c.partnership == bindparam("of_partnership")) & (members.c.person == bindparam("of_person"))
)


class MemberRows:
    """Projection: one row a member."""

    table = members
    compared = tuple(column.name for column in members.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give or remove the rows of those whose place has changed."""
        if not isinstance(record, Roster):
            return
        partnership = partnership_of_roster(record)
        touched = {fact.person for fact in new if isinstance(fact, (Roster.Granted, Roster.Withdrawn))}
        gone = sorted(touched - record.members.keys())
        there = sorted(touched & record.members.keys())
        yield Write(_REMOVE, [{"of_partnership": partnership, "of_person": person} for person in gone])
        yield Write(_WRITE, [_row(partnership, record.members[person]) for person in there])


def partnership_of_roster(roster: Roster) -> str:
    """Give the partnership whose members these are."""
    return roster.id.partition("/")[0]


def _row(partnership: str, member: Member) -> dict[str, Any]:
    return {
        "partnership": partnership,
        "person": member.person,
        "party": member.party,
        "roles": list(member.roles),
        "since": member.since,
    }
