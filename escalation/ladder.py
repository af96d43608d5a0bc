"""The ladder: who is told as the clocks of an incident run on, round after round, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from escalation.pages import pages_for
from escalation.runs import seconds
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement, Rung
    from escalation.runs import Run
    from escalation.sources import Told


@dataclass(frozen=True)
class Ladder:
    """An incident on the ladder of its present severity; `told`: the last round, by rung, clock and cycle."""

    incident: Incident
    agreement: Agreement
    name: str
    told: dict[tuple[str, int, str | None, int], int]

    def climbing(self, rung: Rung, runs: list[Run]) -> Iterator[Climb]:
        """Give where a rung hangs: on the opening, or on each clock that it names and that somebody still owes."""
        if rung.when == "opened":
            yield Climb(self, rung, None)
        for run in runs:
            if run.owing and rung.when in {run.name, "any"}:
                yield Climb(self, rung, run)

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
            at = self._on_opening(nth) if self.run is None else self._on_clock(self.run, nth)
            if at is None:
                return
            yield at, nth

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell who is told; or that there was nobody to tell, which costs the ladder no time."""
        values = self._place | {"round": which}
        incident, rung = self.ladder.incident, self.rung
        pages = pages_for(self.ladder.agreement, incident.id, values.values(), page=rung.page, notify=rung.notify)
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
