"""The teams of parties. Their facts are in the operator's log; their rows name the partnership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select

from escalation.changes import once
from escalation.crew.tables import teams
from escalation.crew.team import NameTaken, Team, check_members, check_name
from incidents.errors import InvalidField, NotFound
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.roll import Roll
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger


@dataclass(frozen=True)
class Place:
    """Where a team is: its partnership, its party, and its name there."""

    partnership: str
    party: str
    name: str


class Teams:
    """The use cases, for whoever was found to manage the party. All raise NotFound, Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook, roll: Roll) -> None:
        """Take the ledger, where parties are found, and who belongs to them."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book
        self._roll = roll

    def create(self, place: Place, title: str | None, members: Sequence[str], sender: Sender) -> Changed[Team]:
        """Form a team of active members of a party. InvalidField; NameTaken."""

        def decide(command: Command) -> tuple[Team, tuple[()]]:
            check_name(place.name)
            self._book.check_party(place.partnership, place.party, command.recorded_at)
            self._check_members(place, members)
            if self._stream(place) is not None:
                raise NameTaken(name=place.name)
            team = Team._create(  # noqa: SLF001 - the library's way
                Team.Created,
                id=f"team/{uuid4().hex}",
                partnership=place.partnership,
                party=place.party,
                name=place.name,
                title=title,
                members=list(members),
                by=sender.by,
                at=command.recorded_at,
            )
            return team, ()

        with reaching_all():
            return once(self._ledger, Team, sender, decide)

    def describe(self, place: Place, title: str | None, sender: Sender) -> Changed[Team]:
        """Call a team something else; its name stays."""
        return self._change(place, sender, lambda team, at: team.describe(title, by=sender.by, at=at))

    def change_members(self, place: Place, members: Sequence[str], sender: Sender) -> Changed[Team]:
        """Let a team consist of these active members of its party, and no others. InvalidField."""

        def act(team: Team, at: datetime) -> None:
            self._check_members(place, members)
            team.change_members(members, by=sender.by, at=at)

        return self._change(place, sender, act)

    def retire(self, place: Place, sender: Sender) -> Changed[Team]:
        """Let a team be no more; its name is free again."""
        return self._change(place, sender, lambda team, at: team.retire(by=sender.by, at=at))

    def listed(self, partnership: str) -> list[Row[Any]]:
        """Give the teams of a partnership that are there, by party and name."""
        query = select(teams).where(teams.c.partnership == partnership, teams.c.retired_at.is_(None))
        with self._reading.connect() as connection:
            return [*connection.execute(query.order_by(teams.c.party, teams.c.name))]

    def _change(self, place: Place, sender: Sender, act: Callable[[Team, datetime], None]) -> Changed[Team]:
        def decide(command: Command) -> tuple[Team, tuple[()]]:
            stream = self._stream(place)
            if stream is None:
                raise NotFound
            team = self._ledger.get(Team, stream)
            act(team, command.recorded_at)
            return team, ()

        with reaching_all():
            return once(self._ledger, Team, sender, decide)

    def _stream(self, place: Place) -> str | None:
        query = select(teams.c.stream).where(
            teams.c.partnership == place.partnership,
            teams.c.party == place.party,
            teams.c.name == place.name,
            teams.c.retired_at.is_(None),
        )
        with self._reading.connect() as connection:
            found: str | None = connection.scalar(query)
            return found

    def _check_members(self, place: Place, members: Sequence[str]) -> None:
        check_members(members)
        active = {member.person for member in self._roll.members(place.partnership) if member.party == place.party}
        for number, person in enumerate(members):
            if person not in active:
                raise InvalidField(f"members.{number}", "Give the id of an active member of that party.")
