"""A walker that goes through an incident second by second, and only counts: what clocks are compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from escalation.agreement.model import Exclusion, Tolerance, Tolerated, Window
from escalation.clocks.runs import seconds
from incidents import happenings as h
from tests.support.clocked import ALWAYS, START, Clocked, agreed, open_between, rule, rung, target
from tests.support.eventful import Eventful

if TYPE_CHECKING:
    from escalation.calendars.calendar import Calendar
    from incidents.ledger.facts import Fact


MAINTENANCE = (110, 122)
SHIFTS = open_between((0, 25), (40, 90), (91, 130), (170, 10_000))
AGREEMENT = agreed(
    calendars={"shifts": SHIFTS},
    targets={
        "acknowledge": target("acknowledge", {"S1": 10, "S2": 20}, warn_at=(50,)),
        "respond": target("respond", {"S1": 20, "S2": 60}),
        "update": target("update", {"S1": 30, "S2": 30, "S3": 50}, "shifts", warn_at=(50, 90)),
        "resolve": target(
            "resolve", {"S1": 65, "S2": 120}, calendar={"S1": "always", "S2": "shifts"}, warn_at=(25, 50, 75)
        ),
    },
    pauses=rule("waiting", each=15) | rule("window", total=20) | rule("free"),
    ladders={
        "S1": (rung("opened", every=7, most=4), rung("acknowledge", 100, index=1, every=5, most=3)),
        "default": (rung("any", 50), rung("resolve", 150, index=1), rung("any", 100, index=2, every=11, most=2)),
    },
    exclusions={
        "delay": Exclusion("delay", excuses=False, targets=("resolve",), authority="board"),
        "planned": Exclusion(
            "planned",
            excuses=False,
            targets=("resolve",),
            windows=(Window("FREQ=DAILY", 12 * 3600 + MAINTENANCE[0], MAINTENANCE[1] - MAINTENANCE[0], "UTC"),),
        ),
    },
    tolerance=Tolerance(per_incident=(Tolerated(frozenset({"resolve", "update"}), None, 20, frozenset({"S1"})),)),
)


class Played(Eventful):
    """An incident under that agreement, to which time is granted that is still to come."""

    def exclude(self, at: float, ahead: int, length: int, was: float | None = None) -> None:  # noqa: ARG002 - as other verbs
        """Grant that the resolve clock stands still for a while, known ahead."""
        self.grant(at, "exclusion", "delay", start=at + ahead, until=at + ahead + length, clocks=["resolve"])


@dataclass
class Counted:
    """One run as the walker keeps it."""

    name: str
    severity: str = ""
    counted: int = 0
    target: int | None = None
    calendar: Calendar = ALWAYS
    stopped: int | None = None
    outcome: str = ""
    deviated: int | None = None
    breached: int | None = None
    allowed: int | None = None
    """What is tolerated of the present target, once it is exceeded."""
    excluded: list[tuple[int, int]] = field(default_factory=list)
    due: int | None = None
    waited: dict[int, int] = field(default_factory=dict)
    """Seconds of each pause, as this run counts them."""


class Walker:
    """Goes through an incident second by second, knowing no more than each moment tells."""

    def __init__(self, case: Clocked) -> None:
        """Begin at second 0."""
        self.runs: list[Counted] = []
        self.severity = ""
        self.over = self.acknowledged = self.responded = False
        self.pauses: list[tuple[h.ClockPaused, int, list[int]]] = []
        self.closed: list[Counted] = []
        self.worst = ""
        self.claims: dict[int, tuple[int, int]] = {}
        self.granted: list[tuple[int, int]] = []
        self.facts = [(seconds(fact.at) - START, fact) for fact in case.incident.history]

    def walk(self, until: int) -> list[Counted]:
        """Walk up to a second."""
        for now in range(until + 1):
            self.look(now)  # clocks are advanced to a fact's time before it is applied (clock rule 8)
            today = [fact for at, fact in self.facts if at == now]
            for fact in sorted(today, key=lambda fact: isinstance(fact, h.Classified | h.SeverityChanged)):
                self.happens(fact, now)
            self.look(now)
            if now < until:
                for run in self.runs:
                    self.count(run, now)
        return self.runs

    def look(self, now: int) -> None:
        """Note whose target is used up."""
        for run in self.running():
            if run.target is not None and run.due is None and run.counted >= run.target:
                run.due = now

    def count(self, run: Counted, now: int) -> None:
        """Let one second pass."""
        if run.stopped is not None:
            return
        is_open = run.calendar.is_open(START + now)
        held = run.target is None or (run.name == "update" and self.response_owed())
        held |= self.pass_pauses(run, now, now + 1, is_open=is_open)
        if run.name == "resolve":
            held |= MAINTENANCE[0] <= now < MAINTENANCE[1] or any(start <= now < end for start, end in run.excluded)
        counts = is_open and not held
        run.counted += counts
        if run.target is not None and run.breached is None and run.counted > run.target:
            self.exceeded(run, run.target, now)

    def exceeded(self, run: Counted, target: int, now: int) -> None:
        """Note that a run is over its target; past what is tolerated by the worst severity so far it is breached."""
        run.deviated = now if run.deviated is None else run.deviated
        if run.allowed is None:
            run.allowed = target // 5 if run.name in {"resolve", "update"} and self.worst != "S1" else 0
        if run.counted > target + run.allowed:
            run.breached = now

    def pass_pauses(self, run: Counted, start: int, end: int, *, is_open: bool) -> bool:
        """Let the pauses of a run pass, as far as their limits allow; whether any held it."""
        held = False
        for number, (paused, began, ended) in enumerate(self.pauses):
            if run.name not in paused.clocks or began > start or (ended and ended[0] < end):
                continue
            limit = AGREEMENT.pauses[paused.reason]
            alike = [each for each, (other, _, _) in enumerate(self.pauses) if other.reason == paused.reason]
            total = sum(run.waited.get(each, 0) for each in alike)
            used_up = limit.max_each is not None and run.waited.get(number, 0) >= limit.max_each
            if used_up or (limit.max_total is not None and total >= limit.max_total):
                continue
            held = True
            run.waited[number] = run.waited.get(number, 0) + is_open
        return held

    def response_owed(self) -> bool:
        """Whether the partner has not heard of it yet, and should."""
        return not self.responded and self.severity in AGREEMENT.targets["respond"].within

    def happens(self, fact: Fact, now: int) -> None:  # noqa: C901, PLR0912 - a walker has no finesse
        """Let a fact act."""
        match fact:
            case h.Declared() | h.SeverityChanged():
                self.severity = fact.severity
                self.worst = min(self.worst or self.severity, self.severity)
                for run in self.running():
                    self.aim(run)
            case h.ClaimMade():
                times = (seconds(each) - START for each in (fact.start, fact.until) if each is not None)
                self.claims[fact.originator_version] = tuple(times)  # type: ignore[assignment] # two times, always
            case h.ClaimDecided():
                self.granted.append(self.claims[fact.claim])
                for run in self.runs:
                    if run.deviated is None:
                        run.excluded.append(self.claims[fact.claim])
            case h.Acknowledged():
                self.acknowledged = True
                self.stop("acknowledge", now)
            case h.Unacknowledged():
                self.acknowledged = False
            case h.UpdatePosted():
                self.responded = True
                self.stop("respond", now)
                self.stop("update", now)
                self.closed = [run for run in self.closed if run.name != "update"]
            case h.Mitigated():
                self.responded = True
                self.stop("respond", now)
            case h.Resolved():
                self.acknowledged = self.responded = True
                self.closed = [run for run in self.running() if run.name in {"update", "resolve"}]
                self.end(now, "met")
            case h.Reopened():
                self.over = False
                for run in self.closed:
                    run.stopped = None
                    self.aim(run)
                self.closed = []
            case h.Cancelled():
                self.end(now, "cancelled")
            case h.ClockPaused():
                self.pauses.append((fact, now, []))
            case h.ClockResumed():
                next(ended for pause, _, ended in self.pauses if pause.reason == fact.reason and not ended).append(now)
        if not self.over:
            self.begin(now)

    def running(self) -> list[Counted]:
        """Give the runs that have not ended."""
        return [run for run in self.runs if run.stopped is None]

    def stop(self, name: str, now: int) -> None:
        """End a clock."""
        for run in self.running():
            if run.name == name:
                run.stopped, run.outcome = now, "met" if run.target is not None else "cancelled"

    def end(self, now: int, outcome: str) -> None:
        """End all clocks, and all pauses."""
        self.over = True
        for run in self.running():
            run.stopped, run.outcome = now, outcome if run.target is not None else "cancelled"
        for _, _, ended in self.pauses:
            if not ended:
                ended.append(now)

    def aim(self, run: Counted) -> None:
        """Give a run the target of the severity."""
        wanted = AGREEMENT.targets[run.name]
        aimed = wanted.within.get(self.severity)
        calendar = run.calendar if aimed is None else AGREEMENT.calendars[wanted.calendar[self.severity]]
        if run.severity != self.severity:
            run.severity, run.target, run.calendar = self.severity, aimed, calendar
            run.due = run.allowed = None

    def begin(self, now: int) -> None:
        """Begin what is owed and does not run."""
        owed = [
            name for name, answered in (("acknowledge", self.acknowledged), ("respond", self.responded)) if not answered
        ]
        owed += ["resolve"] + ([] if self.response_owed() else ["update"])
        for name in owed:
            if self.severity in AGREEMENT.targets[name].within and name not in {run.name for run in self.running()}:
                run = Counted(name, excluded=[*self.granted])
                self.aim(run)
                self.runs.append(run)
                for before in range(now):
                    self.pass_pauses(run, before, before + 1, is_open=run.calendar.is_open(START + before))
