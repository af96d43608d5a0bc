"""Whose turn it is while several incidents are told of in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.clocks.courses import Courses
from escalation.engine.incident_duties import IncidentDuties
from incidents import happenings as h
from incidents.ledger.command import Command, in_command
from tests.support.clocked import Clocked, moment
from tests.support.laddered import laddered
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from escalation.agreement import Agreement

STEPS = """
S1:
  - {when: opened, to: {team: acme.payments}, reach: round_robin, wait: PT5S}
default:
  - {when: opened, to: {team: acme.payments}, reach: round_robin}
"""


class Book:
    """One agreement, in whichever version."""

    def __init__(self, agreement: Agreement) -> None:
        """Take it."""
        self.agreement = agreement

    def get(self, partnership: str, version: int) -> Agreement:  # noqa: ARG002 - the port's
        """Give it."""
        return self.agreement


class Burst:
    """Incidents that are told of by one engine; no row is written."""

    def __init__(self) -> None:
        """Let three people take turns."""
        self.agreement = laddered(STEPS)
        self.staff = Staffed(teams={"acme.payments": ("ann", "bob", "cat")})
        for each in ("ann", "bob", "cat"):
            self.staff.add(each)
        self._duties = IncidentDuties(Courses(Book(self.agreement)), self.staff)

    def tell(self, case: Clocked, at: float) -> str:
        """Tell what is due of an incident; give who was paged last."""
        with in_command(Command(moment(at))):
            self._duties.tell(case.incident, moment(at))
        name = case.told(h.RungFired)[-1].pages[0]["recipient"]
        return str(name.removeprefix("person:"))

    def report(self, at: float, severity: str = "S1", partnership: str = "acme-globex") -> str:
        """Tell of a new incident; give who was paged."""
        return self.tell(Clocked(self.agreement, severity, at=at, id=f"{partnership}/incident/5f0c"), at)


def test_a_burst_is_shared_out() -> None:
    """Each incident begins with whoever comes after the one told before it, though no row says so yet."""
    burst = Burst()
    assert [burst.report(0) for _ in range(4)] == ["ann", "bob", "cat", "ann"]


def test_each_rung_has_turns_of_its_own() -> None:
    """So has each partnership."""
    burst = Burst()
    assert [burst.report(0), burst.report(0, "S2"), burst.report(0, partnership="other")] == ["ann"] * 3


def test_at_another_instant_the_rows_say_whose_turn_it_is() -> None:
    """They have the turns of this engine by then, and those of others."""
    burst = Burst()
    assert [burst.report(0), burst.report(0)] == ["ann", "bob"]
    burst.staff.turns["S1", 0] = "person:cat"
    assert [burst.report(1), burst.report(1)] == ["ann", "bob"]


def test_only_whom_it_begins_with_counts_as_a_turn() -> None:
    """Whoever is asked second for one incident is not passed over for the next."""
    burst = Burst()
    first = Clocked(burst.agreement)
    assert burst.tell(first, 0) == "ann"
    burst.staff.turns["S1", 0] = "person:ann"
    assert [burst.tell(first, 5), burst.report(5)] == ["bob", "bob"]
