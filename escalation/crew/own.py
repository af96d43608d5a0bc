"""People, teams and schedules whom a sender may name: those of their own party who are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.staff import PERSON, SCHEDULE, TEAM
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.crew.staff import Staff


class OwnStaff:
    """Looks names up (implements incidents.terms.Addressees). What is another party's does not exist for a sender."""

    def __init__(self, staff: Staff) -> None:
        """Take whom to ask."""
        self._staff = staff

    def check(
        self, partnership: str, field: str, name: str, *, about: frozenset[str], sender: str | None, at: datetime
    ) -> None:
        """Refuse a person, team or schedule that is not there, or is not of the sender's party. InvalidField."""
        kind = next((kind for kind in (PERSON, TEAM, SCHEDULE) if name.startswith(kind)), None)
        if kind is None:
            return
        own = about if sender is None else about & {sender}
        if kind == PERSON:
            known = self._staff.person(partnership, name.removeprefix(PERSON), at)
            there = known is not None and sender in {None, known.party}
        elif kind == TEAM:
            there = any(self._staff.team(partnership, party, _called(name)) is not None for party in own)
        else:
            there = any(self._staff.on_call(partnership, party, _called(name), at) is not None for party in own)
        if not there:
            raise InvalidField(
                field, f"There is no such {kind.removesuffix(':')} of your party. Name one that there is."
            )


def _called(name: str) -> str:
    """Give what a party calls it: `schedule:acme.first` is `first`."""
    return name.partition(".")[2]
