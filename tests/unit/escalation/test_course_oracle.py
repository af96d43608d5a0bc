"""Made-up incidents against a walk, second by second, by somebody who only counts; and the engine's turns over them."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.clocks.runs import seconds
from incidents import happenings as h
from incidents.errors import Refused
from tests.support.clocked import START, Clocked
from tests.support.walker import AGREEMENT, Counted, Played, Walker

if TYPE_CHECKING:
    from escalation.clocks.reading import Reading

END = 400
REASONS = ("waiting", "window", "free")
VERBS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("acknowledge", ()),
    ("unacknowledge", ()),
    ("update", ()),
    ("mitigate", ()),
    ("resolve", ()),
    ("reopen", ()),
    ("cancel", ()),
    *(("severity", (severity,)) for severity in ("S1", "S2", "S3")),
    *(("pause", (reason,)) for reason in REASONS),
    *(("resume", (reason,)) for reason in REASONS),
    ("exclude", (0, 30)),
    ("exclude", (15, 20)),
)
STEPS = st.lists(st.tuples(st.integers(0, 45), st.sampled_from(VERBS), st.integers(0, 60)), max_size=14)
SEVERITIES = st.sampled_from(["S1", "S2", "S3"])


def played(severity: str, steps: list[tuple[int, Any, int]], *, late: bool = False, engine: bool = False) -> Clocked:
    """Play an incident; what its state refuses is left out. `late`: facts are reported up to a minute after them."""
    case, now = Played(AGREEMENT, severity), 0
    for gap, (verb, arguments), before in steps:
        now += gap
        with suppress(Refused):
            getattr(case, verb)(now, *arguments, was=max(0, now - before) if late else None)
        if engine and before % 2:
            case.turn(now)
    return case


@settings(max_examples=400, deadline=None)
@given(SEVERITIES, STEPS, st.integers(0, END))
def test_readings_are_what_somebody_counts(severity: str, steps: list[Any], until: int) -> None:
    """Counted time, due, breach and state of every run at any second (clock rules 1, 2, 4, 5, 6, 8 and 14)."""
    total = sum(step[0] for step in steps)
    until = max(until, total)
    case = played(severity, steps)
    readings = case.readings(until)
    expected = Walker(case).walk(until)
    assert Counter(_read(reading, until) for reading in readings) == Counter(map(_noted, expected))


def _noted(run: Counted) -> tuple[Any, ...]:
    over = "breached" if run.breached is not None else "deviation" if run.deviated is not None else None
    state = over or (run.outcome if run.stopped is not None else "running")
    due = run.due if run.stopped is None and run.target is not None else None
    return run.name, run.counted, run.breached, run.stopped, due, state


def _read(reading: Reading, until: int) -> tuple[Any, ...]:
    breached, stopped, due = (
        None if at is None else seconds(at) - START for at in (reading.breached_at, reading.stopped_at, reading.due_at)
    )
    targeted = AGREEMENT.targets[reading.clock].applies_to(reading.severity)
    past_due = due if stopped is None and targeted and due is not None and due <= until else None
    state = "running" if reading.state == "paused" else reading.state
    return reading.clock, reading.counted, breached, stopped, past_due, state


@settings(max_examples=40, deadline=None)
@given(SEVERITIES, STEPS)
def test_the_deadline_row_is_neither_late_nor_early(severity: str, steps: list[Any]) -> None:
    """An engine that wakes at the row's instants tells, at the same seconds, what one tells that looks each second."""
    patient, lazy = Played(AGREEMENT, severity), Played(AGREEMENT, severity)
    plan = _by_second(steps)
    for now in range(sum(step[0] for step in steps) + 130):
        for case in (patient, lazy):
            _act(case, plan.get(now, []), now)
        told = patient.turn(now)
        woken = lazy.next() is not None and (lazy.next() or 0) <= now
        assert told == (lazy.turn(now) if woken else [])
        assert not woken or told


@settings(max_examples=300, deadline=None)
@given(SEVERITIES, STEPS, st.lists(st.integers(0, 300), min_size=1, max_size=6), st.booleans())
def test_every_turn_comes_to_an_end(severity: str, steps: list[Any], turns: list[int], late: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    """Whatever is reported, and however late, a turn leaves nothing owed by now, and nothing is told twice."""
    case = played(severity, steps, late=late, engine=True)
    now = sum(step[0] for step in steps)
    for pause in turns:
        now += pause
        case.turn(now)
        following = case.next()
        assert case.owed(now) == []
        assert following is None or following > now
    assert _twice(case) == []


@settings(max_examples=300, deadline=None)
@given(SEVERITIES, STEPS)
def test_clocks_and_incident_agree_whatever_is_reported_late(severity: str, steps: list[Any]) -> None:
    """What is over runs no clock; what is open runs one at its severity, if that has a target (clock rule 13)."""
    case = played(severity, steps, late=True)
    now = sum(step[0] for step in steps)
    running = {reading.clock: reading for reading in case.readings(now + 1) if reading.stopped_at is None}
    incident = case.incident
    if not incident.active:
        assert running == {}
        return
    expected = {name for name in ("resolve", "update") if AGREEMENT.targets[name].applies_to(incident.severity)}
    assert ("resolve" in running) >= ("resolve" in expected)
    assert all(reading.severity == incident.severity for reading in running.values())
    assert "acknowledge" not in running or incident.acknowledged_by is None
    lasting = {pause.reason for reading in running.values() for pause in reading.pauses if pause.until is None}
    assert lasting & set(REASONS) <= set(incident.pauses)


def _by_second(steps: list[Any]) -> dict[int, list[Any]]:
    now = 0
    plan: dict[int, list[Any]] = {}
    for gap, verb, _ in steps:
        now += gap
        plan.setdefault(now, []).append(verb)
    return plan


def _act(case: Clocked, verbs: list[Any], now: int) -> None:
    for verb, arguments in verbs:
        with suppress(Refused):
            getattr(case, verb)(now, *arguments)


def _twice(case: Clocked) -> list[Any]:
    """Give what was told more than once; a breach that was taken back may come true after all."""
    keys: list[Any] = []
    for fact in case.incident.history:
        match fact:
            case h.ClockWarned():
                keys.append(("warned", fact.clock, fact.cycle, fact.percent))
            case h.RungFired() | h.RungSkipped():
                keys.append(("rung", fact.ladder, fact.rung, fact.clock, fact.cycle, fact.round))
            case h.ClockBreached():
                keys.append(("breached", fact.clock, fact.cycle))
            case h.ClockDeviated():
                keys.append(("deviated", fact.clock, fact.cycle))
            case h.ClockCorrected():
                place = (fact.clock, fact.cycle)
                keys = [key for key in keys if key not in {("breached", *place), ("deviated", *place)}]
    return [key for key, times in Counter(keys).items() if times > 1]
