"""What is owed: the warnings, breaches, pause limits and rungs that an incident has yet to be told, and when. Pure.

The engine says what is due by now; the deadline row holds the first instant of the rest. Both come from `upcoming`,
so they cannot disagree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from escalation import clock
from escalation.clocks import breached_at
from escalation.runs import Run, runs_of, seconds
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from escalation.agreement.model import Agreement, Rung
    from incidents.incident import Incident

FAR_AHEAD = 2**40
PAGE, NOTICE = 0, 1


@dataclass(frozen=True)
class Owed:
    """Something that becomes true at an instant (whole seconds) and has not been said: the fact that says it."""

    at: int
    happening: type[h.SystemEvent]
    values: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What an incident's history has said already."""

    warned: dict[tuple[str, int], int]
    breached: frozenset[tuple[str, int]]
    rounds: dict[tuple[str, int, str | None, int], int]


SKIPPED = 2**31
"""The round of a rung that was skipped: no later round is owed."""


def upcoming(incident: Incident, agreement: Agreement) -> list[Owed]:
    """List what is yet to be said of an incident if nothing else happens, soonest first; independent of the present.

    Of a run's warnings, and of a rung's rounds, only the next unsaid one is listed, with those that follow it.
    """
    if incident.imported:
        return []
    said = _said(incident)
    runs = runs_of(incident, agreement)
    owed = [item for run in runs for item in _of_run(run, said)]
    if incident.active:
        owed += _pause_limits(incident, runs)
        ladder, rungs = agreement.ladder_for(incident.severity)
        climb = Climb(incident, agreement, ladder, said)
        owed += [item for rung in rungs for item in climb.rung(rung, runs)]
    return sorted(owed, key=lambda item: item.at)


def due_by(incident: Incident, agreement: Agreement, now: datetime) -> list[Owed]:
    """Give what is true at `now` and not yet said.

    Several warnings of one run, or several rounds of one rung, that are past at once are one: the highest (rule 7).
    """
    latest: dict[tuple[Any, ...], Owed] = {}
    for item in upcoming(incident, agreement):
        if item.at > seconds(now):
            break
        key = _collapsed(item)
        late = key in latest
        latest[key] = item
        if late and "late" in item.values:
            item.values["late"] = True
    return [_detected(item, now) for item in latest.values()]


def next_instant(incident: Incident, agreement: Agreement) -> datetime | None:
    """Give the next instant at which something could become true: what the deadline row holds."""
    owed = upcoming(incident, agreement)
    return datetime.fromtimestamp(owed[0].at, UTC) if owed else None


def _of_run(run: Run, said: Said) -> Iterator[Owed]:
    """Warnings while it runs, and the breach, which is recorded even when the clock was stopped before we looked."""
    until = FAR_AHEAD if run.stopped is None else run.stopped
    which = {"clock": run.name, "cycle": run.cycle}
    if (run.name, run.cycle) not in said.breached:
        over = breached_at(run, FAR_AHEAD if run.stopped is None else run.stopped)
        if over is not None:
            yield Owed(over + 1, h.ClockBreached, {**which, "breached_at": datetime.fromtimestamp(over, UTC)})
    if run.running:
        for percent in run.target.warn_at:
            at = clock.reached(run.segments, run.pauses, percent)
            if percent > said.warned.get((run.name, run.cycle), 0) and at is not None and at < until:
                yield Owed(at, h.ClockWarned, {**which, "percent": percent, "late": False})


def _pause_limits(incident: Incident, runs: Sequence[Run]) -> Iterator[Owed]:
    """A pause is over when its limit has ended it on every clock that it stopped (clock rule 5)."""
    for reason, began in incident.pauses.items():
        mine = [stop for run in runs for stop in run.stops if (stop.reason, stop.start) == (reason, seconds(began))]
        limits = [stop.until for stop in mine if stop.until is not None]
        if limits and len(limits) == len(mine):
            yield Owed(max(limits), h.PauseExpired, {"reason": reason})


@dataclass(frozen=True)
class Climb:
    """One incident on the ladder of its present severity."""

    incident: Incident
    agreement: Agreement
    ladder: str
    said: Said

    def rung(self, rung: Rung, runs: Sequence[Run]) -> Iterator[Owed]:
        """Give the rounds of a rung that are yet to be said."""
        if rung.when == "opened":
            yield from self._since_opening(rung)
        for run in runs:
            if run.running and rung.when in {run.name, "any"}:
                yield from self._on_clock(rung, run)

    def _since_opening(self, rung: Rung) -> Iterator[Owed]:
        """A rung on the opening: repeated, by the clock on the wall, until somebody acknowledges."""
        for nth in self._rounds(rung, None):
            if nth and self.incident.acknowledged_by is not None:
                return
            at = seconds(self.incident.reported_at) + nth * (rung.repeat_every or 0)
            yield self._reached(rung, None, nth, at)

    def _on_clock(self, rung: Rung, run: Run) -> Iterator[Owed]:
        """A rung on a clock: waits between its rounds are counted time of that clock (clock rule 10)."""
        for nth in self._rounds(rung, run):
            plus = nth * (rung.repeat_every or 0)
            at = clock.reached(run.segments, run.pauses, rung.percent or 0, plus)
            if at is None:
                return
            yield self._reached(rung, run, nth, at)

    def _rounds(self, rung: Rung, run: Run | None) -> range:
        """Give the rounds that have not been said: 0 is the first time, then the repeats."""
        said = self.said.rounds.get((self.ladder, rung.index, *_which(run).values()), -1)
        return range(said + 1, 1 + (rung.max_repeats if rung.repeat_every else 0))

    def _reached(self, rung: Rung, run: Run | None, nth: int, at: int) -> Owed:
        """Give the fact of a reached rung: who is told, or that nobody could be."""
        values: dict[str, Any] = {"ladder": self.ladder, "rung": rung.index, **_which(run), "round": nth}
        pages = list(self._pages(rung, values))
        if not pages:
            return Owed(at, h.RungSkipped, {**values, "why": "no_one_to_reach"})
        return Owed(at, h.RungFired, {**values, "pages": pages})

    def _pages(self, rung: Rung, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One page a person and channel; who is paged is not also notified."""
        told: set[tuple[str, ...]] = set()
        for urgency, names in ((PAGE, rung.page), (NOTICE, rung.notify)):
            for recipient in (recipient for name in names for recipient in self.agreement.recipients(name)):
                person = (recipient.contact, recipient.channel, recipient.destination)
                if person not in told:
                    told.add(person)
                    yield {
                        "delivery": _delivery_id(self.incident.id, values, person),
                        "recipient": recipient.contact,
                        "channel": recipient.channel,
                        "destination": recipient.destination,
                        "urgency": urgency,
                    }


def _which(run: Run | None) -> dict[str, Any]:
    """Name the run that a rung hangs on; one on the opening hangs on none."""
    return {"clock": run.name, "cycle": run.cycle} if run else {"clock": None, "cycle": 1}


def _delivery_id(stream: str, values: dict[str, Any], person: tuple[str, ...]) -> str:
    """One key per incident, rung, round, person and channel: nobody is told the same thing twice."""
    return hashlib.sha256("\n".join([stream, *map(str, values.values()), *person]).encode()).hexdigest()[:32]


def _said(incident: Incident) -> Said:
    warned: dict[tuple[str, int], int] = {}
    breached = set()
    rounds: dict[tuple[str, int, str | None, int], int] = {}
    for fact in incident.history:
        match fact:
            case h.ClockWarned():
                warned[fact.clock, fact.cycle] = max(fact.percent, warned.get((fact.clock, fact.cycle), 0))
            case h.ClockBreached():
                breached.add((fact.clock, fact.cycle))
            case h.RungFired():
                rounds[fact.ladder, fact.rung, fact.clock, fact.cycle] = fact.round
            case h.RungSkipped():
                rounds[fact.ladder, fact.rung, fact.clock, fact.cycle] = SKIPPED
    return Said(warned, frozenset(breached), rounds)


def _collapsed(item: Owed) -> tuple[Any, ...]:
    """Tell apart what is said separately: each run's warnings, each rung, everything else."""
    values = item.values
    return (item.happening, *(values.get(name) for name in ("ladder", "rung", "clock", "cycle", "reason")))


def _detected(item: Owed, now: datetime) -> Owed:
    """A breach has two times: when it was so, and when it was seen (clock rule 8)."""
    if item.happening is not h.ClockBreached:
        return item
    return Owed(item.at, item.happening, {**item.values, "detected_at": now})
