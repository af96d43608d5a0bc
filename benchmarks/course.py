"""What reading the clocks of a long incident costs: 200 facts, 96 runs and more, under the worked example (under 2 ms).

A third of the way its severity is lowered, and it is paused twice. What is read are all fields that the API shows of a
clock but `why`, from the facts on. The agreement, and what it demands, are known already, as on a server that runs.
Each figure is the best of many calls, with the garbage collector on: the CPU time, and the time on the wall, which
other processes may lengthen. Run it with `python -m benchmarks course`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Measure
from escalation.agreement import read
from escalation.agreement.text.mistakes import AgreementError
from escalation.clocks.course import course_of
from escalation.clocks.reading import readings
from escalation.engine.owed import next_instant
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from escalation.agreement import Agreement
    from incidents.happenings import IncidentEvent

FILE = Path(__file__).parent.parent / "examples" / "agreements" / "acme-globex.yaml"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FACTS, UPDATES, EVERY = 200, 93, timedelta(minutes=50)
ROUNDS = 200


def run() -> list[Measure]:
    """Give the best of all rounds of each, in both times."""
    agreement, mistakes = read(FILE.read_bytes())
    if agreement is None:
        raise AgreementError(mistakes)
    incident, now = long_incident(), START + UPDATES * EVERY

    def version(_: int) -> Agreement:
        return agreement

    course = course_of(incident, version)
    runs = f"{len(incident.history)} facts, {len(course.runs)} runs"
    asked: dict[str, Callable[[], object]] = {
        f"all clocks read ({runs})": lambda: readings(incident, version, now),
        "and why each is so, in words": lambda: [each.why for each in readings(incident, version, now)],
        "the course alone": lambda: course_of(incident, version),
        "the next deadline of a known course": lambda: next_instant(incident, version, course),
    }
    first, *_ = asked
    return [each for name, ask in asked.items() for each in _milliseconds(name, ask, 2 if name == first else None)]


def long_incident() -> Incident:
    """Give an incident that was worked on for three days."""
    first: dict[str, Any] = dict.fromkeys(
        ("description", "impact", "urgency", "users_affected_pct", "source", "source_id"),
    )
    first |= {"number": 1, "title": "x", "service": "payments-api", "agreement_version": 3, "flags": []}
    with in_command(Command(START)):
        incident: Incident = Incident._create(  # noqa: SLF001 - the library's way
            Incident.Declared,
            id="acme-globex/incident/long",
            **first,
            severity="S1",
            because="x",
            by="key:1",
            at=START,
        )
    _tell(incident, 0, Incident.Acknowledged)
    for nth in range(UPDATES):
        if nth == UPDATES // 3:
            _tell(incident, nth, Incident.SeverityChanged, severity="S2", reason="x")
        if nth in {UPDATES // 2, UPDATES * 2 // 3}:
            clocks = ["update", "workaround", "resolve"]
            _tell(incident, nth, Incident.ClockPaused, reason="waiting_on_partner", clocks=clocks, note=None)
            _tell(incident, nth + 0.2, Incident.ClockResumed, reason="waiting_on_partner")
        _tell(incident, nth + 0.5, Incident.UpdatePosted, text="x", audience="partner")
    while len(incident.history) < FACTS:
        _tell(incident, UPDATES, Incident.Noted, text="x")
    return incident


def _tell(incident: Incident, nth: float, happening: type[IncidentEvent], **values: object) -> None:
    at = START + nth * EVERY
    with in_command(Command(at)):
        incident.trigger_event(happening, **values, by="key:1", at=at)


def _milliseconds(name: str, ask: Callable[[], object], limit: float | None) -> Iterator[Measure]:
    rounds = [_timed(ask) for _ in range(ROUNDS)]
    for what, seconds in zip(("CPU", "wall"), map(min, zip(*rounds, strict=True)), strict=True):
        yield Measure(name=f"{name}, {what}", value=seconds * 1000, unit="ms", limit=limit)


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds that one call takes, of CPU time and on the wall."""
    cpu, wall = process_time(), perf_counter()
    ask()
    return process_time() - cpu, perf_counter() - wall
