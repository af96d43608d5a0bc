"""People, teams and schedules whom a sender may name: those of their own party who are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.staff import PERSON, SCHEDULE, TEAM

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.crew.staff import Staff


class OwnStaff:
    """Looks names up (implements incidents.terms.Addressees). What is another party's does not exist for a sender."""

    def __init__(self, staff: Staff) -> None:
        """Take whom to ask."""
        self._staff = staff

    def are_there(
        self, partnership: str, name: str, *, about: frozenset[str], sender: str | None, at: datetime
    ) -> bool:
        """Whether a person, team or schedule is there, and of the sender's party; all else is as the agreement says."""
        own = about if sender is None else about & {sender}
        if name.startswith(PERSON):
            known = self._staff.person(partnership, name.removeprefix(PERSON), at)
            return known is not None and sender in {None, known.party}
        if name.startswith(TEAM):
            return any(self._staff.team(partnership, party, _called(name)) is not None for party in own)
        if name.startswith(SCHEDULE):
            return any(self._staff.on_call(partnership, party, _called(name), at) is not None for party in own)
        return True


def _called(name: str) -> str:
    """Give what a party calls it: `schedule:acme.first` is `first`."""
    return name.partition(".")[2]
