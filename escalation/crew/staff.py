"""Whom a name reaches at an instant: the port to people, teams, schedules and holders of contacts.

Agreements and commands name addressees in one way (escalation/agreement/sections/addressees.py):

    acme-duty            a contact of the agreement
    provider.coo         a role of a party, the party by its id or its role
    body:severity_panel  everybody who sits in a body
    webhook:pager        an address of a party
    schedule:acme.first  whoever is on call for a party's schedule
    team:acme.payments   the members of a party's team
    person:3b1e9f…       one person, by id
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from escalation.agreement.model.people import BODY
from incidents.terms import PERSON, SCHEDULE, TEAM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

__all__ = ["BODY", "NOBODY", "PERSON", "SCHEDULE", "TEAM", "Known", "Nobody", "OnCall", "Staff", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One way to reach somebody (ways.py), so many seconds after they were first to be reached."""

    via: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A member as pages know them.

    Attributes:
        person: Their id.
        party: The party that they belong to in this partnership.
        name: What people call them; None once erased.
        tz: Their own time zone; None: that of their party.
        languages: What they speak, as BCP 47 tags, the best first.
        absent: Whether they have said that they are away at the instant asked for.
        high: How they are paged (somebody must answer), in order; empty: on the terminal at once.
        low: How they are informed; the same.
        addresses: Where their ways lead, by way: `{"email": "ann@acme.example", "sms:mobile": "+4930…"}`. For sending
            alone: nobody else is shown them.
    """

    person: str
    party: str
    name: str | None = None
    tz: str | None = None
    languages: tuple[str, ...] = ()
    absent: bool = False
    high: tuple[Step, ...] = ()
    low: tuple[Step, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OnCall:
    """What a schedule says of an instant: ids of people, and whom its owner wants warned of a gap (names as above)."""

    people: tuple[str, ...]
    warn: tuple[str, ...] = ()


class Staff(Protocol):
    """Everybody who can be named, in any partnership. Names without their prefix: `acme.first`."""

    def holder(self, partnership: str, contact: str) -> str | None:
        """Give who holds a contact, as `person:…`, `team:…` or `schedule:…`; None: nobody was named."""

    def on_call(self, partnership: str, party: str, schedule: str, at: datetime) -> OnCall | None:
        """Give who is on call for a party's schedule; None: there is no such schedule (any more)."""

    def team(self, partnership: str, party: str, team: str) -> tuple[str, ...] | None:
        """Give the members of a party's team, in their order; None: there is no such team."""

    def person(self, partnership: str, person: str, at: datetime) -> Known | None:
        """Give a member; None: they belong to the partnership no more, or are let in no more."""

    def among(self, partnership: str, people: Collection[str], at: datetime) -> Mapping[str, Known]:
        """Give those of some people who are members, by id: all of a team are asked for at once."""

    def last_turn(self, partnership: str, ladder: str, rung: int) -> str | None:
        """Give whom a round-robin rung reached last, over all incidents: a recipient; None: nobody so far."""


@dataclass(frozen=True)
class Nobody:
    """A staff of nobody: contacts are reached as their agreement says, and every other name reaches nobody."""

    def holder(self, partnership: str, contact: str) -> str | None:  # noqa: ARG002 - the port's
        """Nobody."""
        return None

    def on_call(self, partnership: str, party: str, schedule: str, at: datetime) -> OnCall | None:  # noqa: ARG002
        """None."""
        return None

    def team(self, partnership: str, party: str, team: str) -> tuple[str, ...] | None:  # noqa: ARG002
        """None."""
        return None

    def person(self, partnership: str, person: str, at: datetime) -> Known | None:  # noqa: ARG002
        """None."""
        return None

    def among(self, partnership: str, people: Collection[str], at: datetime) -> Mapping[str, Known]:  # noqa: ARG002
        """None."""
        return {}

    def last_turn(self, partnership: str, ladder: str, rung: int) -> str | None:  # noqa: ARG002
        """None."""
        return None


NOBODY = Nobody()
"""For those who only ask when something is due, which hangs on nobody."""
