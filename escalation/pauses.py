"""Pauses that somebody asked for: which clocks stand still, and when agreed limits end that (clock rule 5). Pure."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation import clock
from escalation.calendar import CalendarError
from escalation.clock import Segment
from escalation.runs import FAR_AHEAD, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from escalation.agreement.model import PauseRule
    from escalation.runs import Run


@dataclass
class Asked:
    """A pause of an incident as people began and ended it: its reason, and the names of the clocks it stops."""

    reason: str
    clocks: frozenset[str]
    start: int
    until: int | None = None


def stops_of(run: Run, pauses: Iterable[Asked], rules: Mapping[str, PauseRule]) -> list[Stop]:
    """Give the stretches in which pauses held a run, each ended by its limits.

    A pause that held when the run began counts, from its own beginning: its limits do not begin anew.
    """
    stops = []
    used: dict[str, int] = defaultdict(int)
    for pause in _relevant(run, pauses, rules):
        rule = rules.get(pause.reason)
        until = _earlier(pause.until, _limit(run, pause.start, rule, used[pause.reason]))
        stops.append(Stop(pause.start, until, pause.reason))
        if until is not None and rule is not None and rule.max_total is not None:
            used[pause.reason] += clock.counted(_segments(run, pause.start, 0), (), until)
    return stops


def _relevant(run: Run, pauses: Iterable[Asked], rules: Mapping[str, PauseRule]) -> list[Asked]:
    """Leave out what lay wholly before or after the run; but a limit in total is used up by all that came before."""
    start, end = run.started, FAR_AHEAD if run.stopped is None else run.stopped
    named = [pause for pause in pauses if pause.start < end and run.name in pause.clocks]
    limited = {reason for reason, rule in rules.items() if rule.max_total is not None}
    return [pause for pause in named if pause.until is None or pause.until > start or pause.reason in limited]


def _limit(run: Run, start: int, rule: PauseRule | None, used: int) -> int | None:
    """Give the instant at which a pause's limits end it, counted as the run counts; None: they never do."""
    each = rule.max_each if rule else None
    left = rule.max_total - used if rule and rule.max_total is not None else None
    allowed = _earlier(each, left)
    if allowed is None:
        return None
    segments = _segments(run, start, max(0, allowed))
    with suppress(CalendarError):
        for count in range(1, len(segments) + 1):
            at = clock.reached(segments[:count], ())
            if count == len(segments) or (at is not None and at <= segments[count].start):
                return at
    return None


def _segments(run: Run, start: int, target: int) -> list[Segment]:
    """Give a clock of the pause's own: in the run's calendars, of which the first counts before the run began."""
    first, *later = run.segments
    return [
        Segment(start, target, first.calendar),
        *(Segment(max(start, segment.start), target, segment.calendar) for segment in later),
    ]


def _earlier(one: int | None, other: int | None) -> int | None:
    """Give the smaller of two, of which None is without limit."""
    return min((each for each in (one, other) if each is not None), default=None)
