"""Who belongs to partnerships, for whoever is to be told of something (implements escalation.crew.roll.Roll)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Text, any_, bindparam, select

from api.access.tables import members, people
from escalation.crew.roll import Member
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Engine

_ACTIVE = (
    select(members.c.person, members.c.party, people.c.name, people.c.email)
    .join(people, people.c.id == members.c.person)
    .where(members.c.partnership == bindparam("within"), people.c.deactivated_at.is_(None))
)
_ONE = _ACTIVE.where(members.c.person == bindparam("wanted"))
_SOME = _ACTIVE.where(members.c.person == any_(bindparam("among", type_=ARRAY(Text))))
_ALL = _ACTIVE.order_by(members.c.party, people.c.name, members.c.person)
_PLACES = (
    select(members.c.partnership, members.c.party)
    .join(people, people.c.id == members.c.person)
    .where(members.c.person == bindparam("wanted"), people.c.deactivated_at.is_(None))
    .order_by(members.c.partnership)
)
_EMAIL = select(people.c.email).where(people.c.id == bindparam("wanted"), people.c.deactivated_at.is_(None))


class MemberRoll:
    """Reads members at the gate: whoever asks has looked whether the partnership is there for them."""

    def __init__(self, reading: Engine) -> None:
        """Take what rows are read with."""
        self._reading = reading

    def member(self, partnership: str, person: str) -> Member | None:
        """Give an active member; None: they are none."""
        with at_the_gate(), self._reading.connect() as connection:
            rows = fetch(connection, _ONE, {"within": partnership, "wanted": person})
        return Member(*rows[0]) if rows else None

    def among(self, partnership: str, people: Collection[str]) -> Sequence[Member]:
        """Give those of some people who are active members."""
        with at_the_gate(), self._reading.connect() as connection:
            rows = fetch(connection, _SOME, {"within": partnership, "among": sorted(people)})
            return [Member(*row) for row in rows]

    def members(self, partnership: str) -> Sequence[Member]:
        """Give all active members of a partnership, by party and name."""
        with at_the_gate(), self._reading.connect() as connection:
            return [Member(*row) for row in fetch(connection, _ALL, {"within": partnership})]

    def memberships(self, person: str) -> Sequence[tuple[str, str]]:
        """Give the partnerships that somebody is an active member of, each with their party there."""
        with at_the_gate(), self._reading.connect() as connection:
            return [(row[0], row[1]) for row in fetch(connection, _PLACES, {"wanted": person})]

    def email_of(self, person: str) -> str | None:
        """Give the address with which somebody signs in; None: they have none, or are let in no more."""
        with at_the_gate(), self._reading.connect() as connection:
            rows = fetch(connection, _EMAIL, {"wanted": person})
        return rows[0][0] if rows else None
