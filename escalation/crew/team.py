"""A team: people of one party whom ladders, holders and people can name together, as `team:PARTY.NAME`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from incidents.errors import InvalidField, Refused
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_MEMBERS = 100
NAME = "^[a-z0-9][a-z0-9-]{0,62}$"
"""What names a team, behind its party: no dot, so that the last one parts the two."""

_name = re.compile(NAME, re.ASCII)


class NameTaken(Refused):
    """Your party has something by that name already. Choose another one."""

    code = "name_taken"


class TeamRetired(Refused):
    """That team is retired: nothing more can be done with it."""

    code = "team_retired"


class Team(Record):
    """People of a party in a partnership. Its name is for good: agreements and holders name it."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Created(FirstFact):
        """A party formed it of some people, by id and in their order. `title` is what people call it."""

        partnership: str
        party: str
        name: str
        title: FreeText | None
        members: list[str]

    class Described(Fact):
        """It is called something else."""

        title: FreeText | None

    class MembersChanged(Fact):
        """It consists of these people from now on, and no others."""

        members: list[str]

    class Retired(Fact):
        """It is no more: its name leads to nobody, until another team has it."""

    class SubjectErased(Fact):
        """What people call it was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    def describe(self, title: str | None, *, by: str, at: datetime) -> None:
        """Call it something else; the same again changes nothing. TeamRetired."""
        self._must_be_there()
        if title != self.title:
            self.trigger_event(Team.Described, title=title, by=by, at=at)

    def change_members(self, members: Sequence[str], *, by: str, at: datetime) -> None:
        """Let it consist of these people; the same again changes nothing. InvalidField; TeamRetired."""
        self._must_be_there()
        check_members(members)
        if tuple(members) != self.members:
            self.trigger_event(Team.MembersChanged, members=list(members), by=by, at=at)

    def retire(self, *, by: str, at: datetime) -> None:
        """Let it be no more. TeamRetired."""
        self._must_be_there()
        self.trigger_event(Team.Retired, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that its title was erased (see ledger/erasure.py)."""
        self.trigger_event(Team.SubjectErased, by=by, at=at)

    def _must_be_there(self) -> None:
        if self.retired_at is not None:
            raise TeamRetired

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Created)
    def __init__(  # noqa: PLR0913, PLR0917 - `@event` hands the first fact's fields over by name
        self, partnership: str, party: str, name: str, title: str | Hidden | None, members: list[str], at: datetime
    ) -> None:
        """Begin."""
        self.partnership, self.party, self.name, self.title = partnership, party, name, title
        self.members = tuple(members)
        self.created_at = at
        self.retired_at: datetime | None = None

    @event(Described)
    def _described(self, title: str | Hidden | None) -> None:
        self.title = title

    @event(MembersChanged)
    def _members_changed(self, members: list[str]) -> None:
        self.members = tuple(members)

    @event(Retired)
    def _retired(self, at: datetime) -> None:
        self.retired_at = at

    @event(SubjectErased)
    def _erased(self) -> None:
        self.title = None if self.title is None else ERASED


def check_name(name: str) -> None:
    """Refuse what cannot name a team. InvalidField."""
    if not _name.fullmatch(name):
        raise InvalidField("name", "Send small letters, digits and '-', at most 63, such as payments.")


def check_members(members: Sequence[str]) -> None:
    """Refuse too many members, and one who stands there twice. InvalidField."""
    if len(members) > MOST_MEMBERS:
        raise InvalidField("members", f"Give at most {MOST_MEMBERS}.")
    for place, person in enumerate(members):
        if person in members[:place]:
            raise InvalidField(f"members.{place}", "They stand there already. Give everybody once.")
