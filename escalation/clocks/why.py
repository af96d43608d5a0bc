"""Why a clock reads as it does: what happened to it, in order, in words. Pure.

Each line names the fact that caused it, by its version, and the rule by which it did: a path of the agreement, or one
of the clock rules (docs/clock-rules.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation.clocks.demands import is_legal
from escalation.clocks.runs import CANCELLED, CLOSED, NO_TARGET, RESPONSE_OWED
from escalation.engine.sources import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.clocks.grants import Backdated
    from escalation.clocks.runs import Run, Stop, Stretch


@dataclass(frozen=True, slots=True)
class Because:
    """Something that happened to a clock: when, by which fact (None: as time passed), by which rule, in words."""

    at: datetime
    entry: int | None
    rule: str
    text: str


Line = tuple[int, int | None, str, str]

_HELD = {
    CLOSED: (
        "clock rule 4",
        "The incident was over: closed time does not count",
        "It was reopened: the same clock goes on",
    ),
    NO_TARGET: ("clock rule 2", "There is no such target now: what was counted stays", "There is a target again"),
    RESPONSE_OWED: ("clock rule 6", "A response is owed: no update is due", "The partner was answered"),
}
"""What stops a clock that nobody paused: the rule, and in words its beginning and its end."""

_MORE_TIME = "governance.authorities.extend_action"


def because(run: Run, now: int) -> tuple[Because, ...]:
    """Say how a run came to what it is at an instant."""
    lines = [line for line in _lines(run, now) if line[0] <= now]
    moved_by = {entry for _, entry, _, _ in lines}
    lines += [_backdated(fact) for fact in run.backdated if fact.fact in moved_by and fact.at <= now]
    return tuple(
        [Because(instant(at), entry, rule, text) for at, entry, rule, text in sorted(lines, key=lambda it: it[0])]
    )


def _lines(run: Run, now: int) -> Iterator[Line]:
    first = run.segments[0]
    for flag, at, entry in dict.fromkeys(run.called_by):
        yield at, entry, _path(run, "applies_when"), f"It was flagged {flag}: this notification is called for."
    yield run.started, first.entry, _path(run, "from"), f"It started: {_demanded(first)}."
    if first.demand.by_days:
        yield run.started, None, "clock rule 10", "The date of its start does not count; business days come after it."
    for before, after in pairwise(run.segments):
        yield _changed(run, before, after)
    for more in run.extensions:
        text = f"A body granted more time: the target is now {_amount(run.segments[-1], more.target)}."
        yield max(more.at, run.started), more.entry, _MORE_TIME, text
    for stop in run.stops:
        yield from _stopped(run, stop)
    for stop in run.void:
        at, rule = max(stop.start, run.started), f"pauses.{stop.reason}"
        yield at, stop.entry, rule, f"Paused: {stop.reason}; this turned out to be no pause, and its time counts."
        yield stop.until or at, stop.ended_by, rule, f"The pause for {stop.reason} was taken back: its time counts."
    end = now if run.stopped is None else min(run.stopped, now)
    yield from _maintained(run, end)
    if (due := run.reached()) is not None and due <= end:
        yield due, None, "clock rule 1", f"The target is used up: {_amount(run.segments[-1])} counted."
    yield from _missed(run, now)
    if run.stopped is not None:
        yield _ended(run, run.stopped)


def _path(run: Run, field: str) -> str:
    return f"{'notifications' if is_legal(run.target) else 'targets'}.{run.name}.{field}"


def _demanded(segment: Stretch) -> str:
    demand = segment.demand
    if is_legal(demand.target):
        return f"{_amount(segment)} from when it became known, on every day and at every hour"
    if demand.target.per_action:  # as agreed: what was granted beyond it has lines of its own
        return f"{_amount(segment, demand.amount)} of {demand.calendar} at priority {demand.severity}"
    return f"{_amount(segment)} of {demand.calendar} at severity {demand.severity}"


def _amount(segment: Stretch, counted: int | None = None) -> str:
    """Write how much a target is, or how much had counted towards it."""
    amount = segment.target if counted is None else counted
    if segment.demand.by_days:
        return "1 business day" if amount == 1 else f"{amount} business days"
    return spell(amount)


def spell(seconds: int) -> str:
    """Write counted time: `1 h 30 min`."""
    hours, minutes = divmod(seconds // 60, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def _changed(run: Run, before: Stretch, after: Stretch) -> Line:
    counted = _amount(before, run.counted(after.start))
    text = f"The target is now {_demanded(after)}; {counted} had counted, and stay."
    if after.demand.version != before.demand.version:
        moved = f"Both parties moved it to version {after.demand.version} of the agreement. {text}"
        return after.start, after.entry, "governance.amendments.may_migrate_open", moved
    if after.target > after.demand.amount and after.least:
        text += f" At least {spell(after.least)} were left."
        return after.start, after.entry, "clock_rules.retarget.min_remaining_on_raise", text
    return after.start, after.entry, "clock rule 2", text


def _stopped(run: Run, stop: Stop) -> Iterator[Line]:
    if stop.reason in _HELD:
        rule, begins, ends = _HELD[stop.reason]
    elif stop.granted_at is None:
        rule, begins, ends = f"pauses.{stop.reason}", f"Paused: {stop.reason}", f"Time counts again after {stop.reason}"
    else:
        rule = _granted_by(run, stop.reason)
        begins, ends = f"A body granted {stop.reason}: this time is taken out", f"{stop.reason} was granted until here"
    yield max(stop.start, run.started), stop.entry, rule, f"{begins}."
    if stop.until is not None and stop.until > run.started and (run.stopped is None or stop.until <= run.stopped):
        yield stop.until, stop.ended_by, rule, f"{ends}: its limit was reached." if stop.limited else f"{ends}."


def _maintained(run: Run, end: int) -> Iterator[Line]:
    ends = [later.start for _, later in pairwise(run.segments)] + [end]
    for segment, segment_end in zip(run.segments, ends, strict=True):
        for windows in segment.demand.windows if segment.start < min(segment_end, end) else ():
            name = windows.exclusion.id
            for opens, closes in windows.between(segment.start, min(segment_end, end)):
                rule = f"exclusions.{name}.windows"
                yield max(opens, segment.start), None, rule, f"A window of {name} began: time does not count."
                if closes <= end:
                    yield closes, None, rule, f"The window of {name} ended."


def _missed(run: Run, now: int) -> Iterator[Line]:
    over = run.ran_over(now)
    tolerated = run.deviation is not None or (over is not None and over.breached != over.deviated)
    if tolerated:
        at = run.deviation.breached_at if run.deviation else over.deviated if over else now
        entry = run.deviation.entry if run.deviation else None
        yield at, entry, "tolerance.per_incident", "It ran over after this, by no more than is tolerated: a deviation."
    at_last = run.breach.breached_at if run.breach else over.breached if over else None
    if at_last is not None and _repeated(run):
        entry = run.breach.entry if run.breach else None
        yield at_last, entry, "tolerance.turns_into_breach", "It was one deviation too many: that is a breach."
    elif at_last is not None:
        beyond = " and what is tolerated beyond it" if tolerated else ""
        entry = run.breach.entry if run.breach else None
        yield at_last, entry, "clock rule 8", f"This was the last instant within the target{beyond}: it was breached."
    excuse = None if at_last is None and over is None else run.excuse(now)
    if excuse is not None:
        rule = _MORE_TIME if excuse.reason is None else _granted_by(run, excuse.reason)
        what = excuse.reason or "more time"
        yield excuse.at, excuse.entry, rule, f"A body granted {what}: that it ran over is excused."


def _granted_by(run: Run, reason: str) -> str:
    return f"pauses.{reason}.authority" if reason in run.target.pausable else f"exclusions.{reason}"


def _backdated(fact: Backdated) -> Line:
    text = f"A body accepted that entry {fact.fact} was so by {instant(fact.start):%Y-%m-%d %H:%M:%S} UTC already."
    return fact.at, fact.entry, "governance.authorities.backdate_fact", text


def _repeated(run: Run) -> bool:
    """Whether it was breached by repetition: such a breach lies where its deviation does, any other after it."""
    return run.breach is not None and run.deviation is not None and run.breach.breached_at == run.deviation.breached_at


def _ended(run: Run, at: int) -> Line:
    if run.outcome == CANCELLED:
        return at, run.stopped_by, _path(run, "until"), "It was stopped without an answer: none is needed any more."
    counted = _amount(run.segments[-1], run.counted(at))
    return at, run.stopped_by, _path(run, "until"), f"It was answered after {counted}."
