"""A staff that a test writes down: who holds what, who is on call from when on, who is there."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from escalation.crew.staff import Known, OnCall

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass
class Staffed:
    """Implements escalation.crew.staff.Staff, for any partnership.

    Attributes:
        people: Members by id; who is taken out has left.
        holders: Who holds a contact, as `person:ann`.
        teams: Members of `acme.payments`, by that name.
        shifts: Who is on call for `acme.first`: pairs of an instant and the people from then on.
        warn: Whom the owner of a schedule wants warned, by its name.
        turns: Whom a round-robin rung reached last, by its ladder and place.
    """

    people: dict[str, Known] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    teams: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shifts: dict[str, list[tuple[datetime, tuple[str, ...]]]] = field(default_factory=dict)
    warn: dict[str, tuple[str, ...]] = field(default_factory=dict)
    turns: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, person: str, party: str = "acme", **more: object) -> None:
        """Let somebody be a member."""
        self.people[person] = Known(person, party, **more)  # type: ignore[arg-type]  # a test names the rest

    def holder(self, partnership: str, contact: str) -> str | None:  # noqa: ARG002 - the port's
        """Who holds it."""
        return self.holders.get(contact)

    def on_call(self, partnership: str, party: str, schedule: str, at: datetime) -> OnCall | None:  # noqa: ARG002
        """Those whose shift it is."""
        name = f"{party}.{schedule}"
        if name not in self.shifts:
            return None
        place = bisect_right([start for start, _ in self.shifts[name]], at)
        people = self.shifts[name][place - 1][1] if place else ()
        return OnCall(people, self.warn.get(name, ()))

    def team(self, partnership: str, party: str, team: str) -> tuple[str, ...] | None:  # noqa: ARG002
        """Its members."""
        return self.teams.get(f"{party}.{team}")

    def person(self, partnership: str, person: str, at: datetime) -> Known | None:  # noqa: ARG002
        """Whoever is there."""
        return self.people.get(person)

    def among(self, partnership: str, people: Collection[str], at: datetime) -> dict[str, Known]:  # noqa: ARG002
        """Those who are there."""
        return {person: self.people[person] for person in people if person in self.people}

    def last_turn(self, partnership: str, ladder: str, rung: int) -> str | None:  # noqa: ARG002
        """Whom it reached last."""
        return self.turns.get((ladder, rung))
