"""The ladders of an incident for a reader: what was told, who has it in hand, what comes next. Pure, given a staff.

Instants and places are shared, as the clocks are that they hang on. Who the people are is for their own party: a
reader meets the other's under the names by which they were called. What is withheld of facts is withheld here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from escalation.agreement.model import OWN, Exhausted, Rung
from escalation.clocks.course import course_of
from escalation.engine.asking import ASKED, asking_rung
from escalation.engine.claims_owed import CLAIMS
from escalation.engine.holding import holding
from escalation.engine.ladder import LEGAL, legal_rungs
from escalation.engine.sources import instant
from escalation.engine.told import told_of
from escalation.engine.upcoming import upcoming
from incidents import happenings as h
from notifications.ladder_view.ahead import Ahead
from notifications.ladder_view.rungs import WHOLE, rung_view
from notifications.ladder_view.shapes import Ladders, LadderView, SideView
from notifications.ladder_view.told import History
from notifications.message.reader import Names
from notifications.message.reasons import Telling
from notifications.owed.asking import fact_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Course, Versions
    from escalation.crew.staff import Staff
    from escalation.engine.told import Told
    from escalation.engine.upcoming import Coming
    from incidents.disclosure import Viewer
    from incidents.incident import Incident
    from incidents.reading import Seen
    from notifications.ladder_view.shapes import RungView
    from notifications.ladder_view.told import Waits

UNWRITTEN = (LEGAL, CLAIMS, ASKED)
"""Ladders that no agreement writes, each shown as far as it was told or is to come."""
Rounds = dict[int, list[h.RungFired | h.RungSkipped]]


def ladders_of(  # noqa: PLR0913 - whose, under what, for whom, when, and what only the queue knows
    seen: Seen, versions: Versions, staff: Staff, viewer: Viewer, now: datetime, *, waits: Waits | None = None
) -> Ladders:
    """Show all ladders of an incident.

    Args:
        seen: The incident as it stands, whole and as the viewer may see it.
        versions: Those of its agreement.
        staff: Who is there.
        viewer: Who reads.
        now: The present.
        waits: As History has them; None: the queue was not asked.
    """
    incident = seen.whole
    course = course_of(incident, versions)
    names = Names(staff, incident.partnership, viewer.party, now, everybody=viewer.everything)
    telling = Telling(incident, seen.incident, course.agreement, names, you=False)
    history = History(telling, viewer, staff, now, waits or {})
    look = _Look(incident, course, history, tuple(upcoming(incident, versions, now, course)))
    ahead = Ahead(incident, course.agreement, look.history, look.rung_of, look.hand_to)
    return Ladders(
        as_of=now,
        sides=tuple(look.sides()),
        ladders=tuple(look.ladder(name) for name in look.names),
        next=tuple(ahead.view(each) for each in look.coming),
    )


@dataclass(frozen=True)
class _Look:
    """One look at the ladders of an incident."""

    incident: Incident
    course: Course
    history: History
    coming: tuple[Coming, ...]

    @property
    def agreement(self) -> Agreement:
        """As it holds for the incident's service."""
        return self.course.agreement

    @cached_property
    def told(self) -> Told:
        """What the engine knows to have been told."""
        return told_of(self.incident.history)

    @cached_property
    def rounds(self) -> dict[str, Rounds]:
        """What was told, by ladder and rung."""
        found: dict[str, Rounds] = defaultdict(lambda: defaultdict(list))
        for fact in self.incident.history:
            if isinstance(fact, h.RungFired | h.RungSkipped):
                found[fact.ladder][fact.rung].append(fact)
        return found

    @cached_property
    def ends(self) -> dict[str, list[h.LadderExhausted]]:
        """The ends of ladders, by name."""
        found: dict[str, list[h.LadderExhausted]] = defaultdict(list)
        for fact in self.incident.history:
            if isinstance(fact, h.LadderExhausted):
                found[fact.ladder].append(fact)
        return found

    @cached_property
    def current(self) -> dict[str, str | None]:
        """The ladders of the present severity, each with its side."""
        sides = (None, *self.agreement.sides)
        return {self.agreement.ladder_for(self.incident.severity, side)[0]: side for side in sides}

    @property
    def names(self) -> list[str]:
        """Those that act, then those that did."""
        others = (*self.rounds, *(each.ladder for each in self.coming))
        return list(dict.fromkeys((*self.current, *others)))

    def sides(self) -> Iterator[SideView]:
        """Show who has it in hand, for each side."""
        ends = holding(self.incident, self.agreement, self.told) if self.incident.active else ()
        until = {each.side: instant(each.until) for each in ends}
        for ladder, side in self.current.items():
            taken, snoozed = self.incident.taken.get(side), self.incident.snoozed.get(side)
            yield SideView(
                side=side,
                ladder=ladder,
                acknowledged_by=taken.by if taken else None,
                acknowledged_at=taken.at if taken else None,
                expires_at=until.get(side),
                snoozed_until=snoozed,
            )

    def ladder(self, name: str) -> LadderView:
        """Show one ladder."""
        side = _side_of(name)
        return LadderView(
            ladder=name,
            side=side,
            current=name in self.current or any(each.ladder == name for each in self.coming),
            rungs=tuple(self._rungs(name, side)),
            ends=tuple(self.history.end(fact) for fact in self.ends[name]),
        )

    def _rungs(self, name: str, side: str | None) -> Iterator[RungView]:
        before: Rung | None = None
        for rung in self._written(name):
            yield rung_view(
                rung,
                before,
                [self.history.round(fact) for fact in self.rounds[name][rung.index]],
                coming=any((each.ladder, each.rung) == (name, rung.index) for each in self.coming),
                answered=side in self.incident.taken,
            )
            before = rung

    def _written(self, name: str) -> tuple[Rung, ...]:
        """Give the rungs of a ladder; of one that no agreement writes, those that were told or are to come."""
        if name not in UNWRITTEN:
            return self.agreement.ladders.get(name, ())
        coming = {each.rung for each in self.coming if each.ladder == name and each.rung is not None}
        return tuple(self._unwritten(name, index) for index in sorted({*self.rounds[name], *coming}))

    def _unwritten(self, name: str, index: int) -> Rung:
        """Whom it names depends on the clock, or on whoever asks: its rounds say so."""
        shares = (*self.agreement.clock_rules.warn_at, WHOLE) if name == LEGAL else ()
        return Rung(index, name, shares[index] if index < len(shares) else None, (), ())

    def rung_of(self, coming: Coming) -> Rung | None:
        """Give the rung that comes, with those whom it names."""
        if coming.rung is None:
            return None
        if coming.ladder == LEGAL:
            runs = (run for run in self.course.runs if (run.name, run.cycle) == (coming.clock, coming.cycle))
            return next(rung for run in runs for rung in legal_rungs(run, self.agreement) if rung.index == coming.rung)
        if coming.ladder == ASKED:
            return self._asking(coming.cycle)
        return self.agreement.ladders[coming.ladder][coming.rung]

    def hand_to(self, coming: Coming) -> tuple[str, ...]:
        """Give the names to whom a ladder is handed that comes to its end; none where it begins again."""
        side = _side_of(coming.ladder)
        ended = self.told.ended.get(side)
        since = 0 if ended is None else ended.originator_version
        times = sum(each.originator_version > since for each in self.ends[coming.ladder])
        rule = self.agreement.exhausted.get(side, Exhausted())
        return () if times < rule.repeat else rule.hand_to

    def _asking(self, version: int) -> Rung:
        """Give the rung of whoever is asked by name; it names nobody to those who may not know whom."""
        fact = fact_at(version, self.history.telling.seen)
        whom = vars(fact).get("to" if isinstance(fact, h.Reassigned) else "whom")
        return asking_rung(whom) if isinstance(whom, str) else Rung(0, ASKED, None, (), ())


def _side_of(ladder: str) -> str | None:
    own, found, _ = ladder.partition(OWN)
    return own if found else None
