"""The ladder: who is told as the clocks of an incident run on, round after round, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import Rung
from escalation.calendars.calendar import CalendarError
from escalation.clocks.demands import is_legal
from escalation.clocks.runs import seconds
from escalation.crew.reaching import Calling
from escalation.engine.pages import pages_for
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks.runs import Run
    from escalation.crew.staff import Staff
    from escalation.engine.sources import Told
    from incidents.happenings import RungFired

LEGAL = "legal"
"""The ladder of all legal clocks: no agreement writes it, as the law names who must act."""
_WHOLE = 100
_DPO = "dpo"
_LEADING = ("duty_manager", "service_owner")


def legal_rungs(run: Run, agreement: Agreement) -> Iterator[Rung]:
    """Give the rungs of a legal clock: its duty holders are paged at each warning, and when it has run out."""
    page = tuple(name for party in run.duty_of for name in duty_holders(party, agreement))
    for index, percent in enumerate((*run.target.warn_at, _WHOLE)):
        yield Rung(index, run.name, percent, page, ())


def duty_holders(party: str, agreement: Agreement) -> list[str]:
    """Give whom a party has for what the law wants: its data protection officers, else who leads, else everybody."""
    contacts = [contact for contact in agreement.contacts.values() if contact.party == party]
    officers = [contact.id for contact in contacts if contact.role == _DPO]
    leading = [contact.id for contact in contacts if contact.role in _LEADING]
    return officers or leading or [contact.id for contact in contacts]


def percent_of(fired: RungFired, agreement: Agreement) -> int | None:
    """Give the share of its clock at which a rung fired; None: it hung on the opening, or is no longer known."""
    if fired.ladder == LEGAL and fired.clock in agreement.notifications:
        rungs: tuple[int | None, ...] = (*agreement.clock_rules.warn_at, _WHOLE)
    else:
        rungs = tuple(rung.percent for rung in agreement.ladders.get(fired.ladder, ()))
    return rungs[fired.rung] if fired.rung < len(rungs) else None


@dataclass(frozen=True)
class Ladder:
    """An incident on the ladder of its present severity; `told`: the last round, by rung, clock and cycle."""

    incident: Incident
    agreement: Agreement
    staff: Staff
    name: str
    told: dict[tuple[str, int, str | None, int], int]

    def climbing(self, rung: Rung, runs: list[Run]) -> Iterator[Climb]:
        """Give where a rung hangs: on the opening, or on each clock that it names, of those that somebody owes."""
        if rung.when == "opened" and self.incident.active:
            yield Climb(self, rung, None)
        for run in runs:
            if rung.when == run.name or (rung.when == "any" and not is_legal(run.target)):
                yield Climb(self, rung, run)

    def not_before(self, at: int) -> int | None:
        """Give when a rung that is reached at an instant may tell anybody; None: never (agreement: quiet_hours)."""
        quiet = self.agreement.quiet_hours
        if quiet is None or self.name == LEGAL or self.incident.severity not in quiet.severities:
            return at
        try:
            return self.agreement.calendars[quiet.calendar].next_open(at)
        except CalendarError:
            return None

    @property
    def answered(self) -> bool:
        """Whether the opening has found somebody: taken now, or resolved once, which answers it for good (rule 4)."""
        return self.incident.acknowledged_by is not None or self.incident.reopened > 0


@dataclass(frozen=True)
class Climb:
    """A rung on one clock, or on the opening: its first round, and then its repeats up to their limit."""

    ladder: Ladder
    rung: Rung
    run: Run | None

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a round that has not been told."""
        rounds = range(self._told + 1, 1 + (self.rung.max_repeats if self.rung.repeat_every else 0))
        for nth in rounds:
            reached = self._on_opening(nth) if self.run is None else self._on_clock(self.run, nth)
            at = None if reached is None else self.ladder.not_before(reached)
            if at is None:
                return
            yield at, nth

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell who is told; or that there was nobody to tell, which costs the ladder no time."""
        values = self._place | {"round": which}
        incident, rung = self.ladder.incident, self.rung
        calling = Calling(self.ladder.agreement, self.ladder.staff, now)
        pages = pages_for(calling, incident.id, values.values(), page=rung.page, notify=rung.notify)
        if not pages:
            return Incident.RungSkipped, {**values, "why": "no_one_to_reach"}
        return Incident.RungFired, {**values, "pages": pages}

    @property
    def _place(self) -> dict[str, Any]:
        clock, cycle = (self.run.name, self.run.cycle) if self.run else (None, 1)
        return {"ladder": self.ladder.name, "rung": self.rung.index, "clock": clock, "cycle": cycle}

    @property
    def _told(self) -> int:
        place = self._place
        return self.ladder.told.get((place["ladder"], place["rung"], place["clock"], place["cycle"]), -1)

    def _on_opening(self, nth: int) -> int | None:
        """Repeated by the clock on the wall, until somebody answers: the opening has no calendar of its own."""
        if nth and self.ladder.answered:
            return None
        return seconds(self.ladder.incident.reported_at) + nth * (self.rung.repeat_every or 0)

    def _on_clock(self, run: Run, nth: int) -> int | None:
        """Waits between the rounds are counted time of that clock (clock rule 10)."""
        return run.reached(self.rung.percent or 0, nth * (self.rung.repeat_every or 0))


@dataclass(frozen=True)
class LegalClimb:
    """All rungs of one legal clock, from the last that was told on.

    They page the same people, each more urgently than the one before, so that the highest covers the lower ones (clock
    rule 7). What an agreement writes is otherwise: its rungs on one clock are for others each time.
    """

    ladder: Ladder
    run: Run

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a rung."""
        for rung in self._rungs:
            if rung.index > self._told:
                yield from ((at, rung.index) for at, _ in Climb(self.ladder, rung, self.run).moments())

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:
        """Tell who is told; or that there was nobody to tell."""
        return Climb(self.ladder, self._rungs[which], self.run).fact(0, late=late, now=now)

    @property
    def _rungs(self) -> tuple[Rung, ...]:
        return tuple(legal_rungs(self.run, self.ladder.agreement))

    @property
    def _told(self) -> int:
        """The highest rung that this cycle of the clock has told."""
        place = (self.ladder.name, self.run.name, self.run.cycle)
        told = [rung for name, rung, clock, cycle in self.ladder.told if (name, clock, cycle) == place]
        return max(told, default=-1)
