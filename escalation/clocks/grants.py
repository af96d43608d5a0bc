"""What granted claims do to clocks (clock rules 5, 13 and 14). Pure.

What was granted while a clock was within its target acts upon it, from the time that was claimed. What was granted only
after it had run over, and what the agreement lets excuse alone, leaves the breach on record, and excuses it if with it
the clock would not have run over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation.clocks import clock
from escalation.clocks.demands import can_stop
from escalation.clocks.runs import Excuse, Extension, Stop, Stretch, seconds
from incidents import happenings as h
from incidents.incident.claims import BACKDATING, GRANTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from escalation.agreement.model import Exclusion
    from escalation.clocks.runs import Run
    from incidents.ledger.facts import Fact

Change = tuple[Excuse, Callable[["Run"], None], bool]
"""What a grant excuses with, what it does, and whether that is only thought of, so that it excuses and no more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A claim that was granted.

    Attributes:
        kind: exclusion or extension; a pause that was granted is one of the incident's pauses.
        name: The exclusion, or the action.
        clocks: The clocks that it concerns, by name.
        start, until: The time that it takes out; for an extension `until` is when the action is due now.
        at: When it was granted.
        entry: The fact that granted it, by its version.
        exclusion: What the agreement says of the exclusion.
    """

    kind: str
    name: str
    clocks: frozenset[str]
    start: int
    until: int | None
    at: int
    entry: int
    exclusion: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Backdated:
    """A fact, by its version, that acts from an older time on than it was told with, for a body accepted that one.

    `at` is when the body did, by the fact with the version `entry`.
    """

    fact: int
    start: int
    at: int
    entry: int


def backdated(history: Sequence[Fact], claims: Mapping[int, h.ClaimMade]) -> dict[int, Backdated]:
    """Give the older times that were accepted, by the versions of the facts that have them."""
    made = {number: claim for number, claim in claims.items() if claim.kind == BACKDATING}
    granted = (
        (made[fact.claim], fact)
        for fact in history
        if isinstance(fact, h.ClaimDecided | h.ClaimLapsed) and fact.outcome == GRANTED and fact.claim in made
    )
    return {
        claim.entry: Backdated(claim.entry, seconds(claim.start), seconds(fact.at), fact.originator_version)
        for claim, fact in granted
        if claim.entry is not None and claim.start is not None
    }


def apply_grants(run: Run, stops: Iterable[Stop], grants: Iterable[Grant]) -> None:
    """Let what was granted act upon a run, in the order in which it was.

    Args:
        run: The run, with all else that held it.
        stops: The pauses of it that a body granted.
        grants: The other claims that were granted.
    """
    changes = [_pausing(stop) for stop in stops]
    changes += [found for grant in grants if (found := _change(run, grant)) is not None]
    for excuse, change, excuses_only in sorted(changes, key=lambda found: found[0].at):
        if excuses_only or _was_missed(run, excuse.at):
            unexcused = run if run.as_granted is None else run.as_granted[0]
            as_granted = replace(unexcused, stops=[*unexcused.stops], segments=[*unexcused.segments], as_granted=None)
            change(as_granted)
            run.as_granted = (as_granted, excuse)
        else:
            change(run)
            if run.as_granted is not None:
                change(run.as_granted[0])


def refresh(run: Run) -> None:
    """Work out anew what a run's stops take out of it, and what its targets leave at least."""
    first_date = run.segments[0].demand.before_counting(run.started)
    stops: list[clock.Pause] = [(stop.start, stop.until) for stop in run.stops]
    run.apart = clock.union(stops if first_date is None else [first_date, *stops])
    for nth, (before, segment) in enumerate(pairwise(run.segments), start=1):
        if segment.least:
            used = clock.counted(run.segments[:nth], run.apart, segment.start)
            target = max(segment.demand.amount, min(before.target, used + segment.least))
            run.segments[nth] = replace(segment, target=target)


def _was_missed(run: Run, at: int) -> bool:
    told = run.breach or run.deviation
    return run.ran_over(at) is not None or (told is not None and told.breached_at < at)


def _pausing(stop: Stop, *, excuses_only: bool = False) -> Change:
    def change(run: Run) -> None:
        run.stops.append(stop)
        refresh(run)

    return Excuse(stop.reason, stop.granted_at or 0, stop.entry or 0), change, excuses_only


def _change(run: Run, grant: Grant) -> Change | None:
    if run.name not in grant.clocks:
        return None
    if grant.exclusion is None:
        excuse = Excuse(None, grant.at, grant.entry)
        return (excuse, lambda each: _extend(each, grant), False) if run.about == grant.name else None
    if grant.until is not None and grant.until <= run.started:
        return None
    if not grant.exclusion.excuses and not can_stop(run.target):
        return None
    stop = Stop(grant.start, grant.until, grant.name, grant.entry, None, grant.at)
    return _pausing(stop, excuses_only=grant.exclusion.excuses)


def _extend(run: Run, grant: Grant) -> None:
    """Let an action be due at the time that was granted; it is never due earlier for it."""
    if grant.until is None:
        return
    demand = run.demand
    if demand.by_days:
        amount = demand.until(run.started, grant.until)
    else:
        amount = clock.counted(run.segments, run.apart, grant.until)
    run.segments = [
        Stretch(each.start, max(each.target, amount), each.calendar, each.demand, each.entry) for each in run.segments
    ]
    run.extensions += (Extension(grant.at, grant.entry, run.segments[-1].target),)
