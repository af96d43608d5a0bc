"""What comes next on an incident's ladders, and whom that would reach now. Pure, given a staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.addressing import parties_addressed
from escalation.clocks.runs import seconds
from escalation.crew.reaching import NOTICE, PAGE, Calling
from escalation.crew.staff import PERSON
from escalation.engine.asking import ASKED
from escalation.engine.ladder import LEGAL
from escalation.engine.maintenance import deferred_until
from notifications.ladder_view.shapes import NextView, Person, Whom
from notifications.queue import delivery as of

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalation.agreement.model import Agreement, Rung
    from escalation.engine.upcoming import Coming
    from incidents.incident import Incident
    from notifications.ladder_view.told import History

QUIET_HOURS, MAINTENANCE = "quiet_hours", "maintenance"


@dataclass(frozen=True)
class Ahead:
    """An incident's next steps.

    Attributes:
        incident: As it stands.
        agreement: As it holds for the incident's service.
        history: What was told, for its reader.
        rung_of: Gives the rung that comes; None for the end of a ladder.
        hand_to: Gives the names to whom a ladder is handed at its end.
    """

    incident: Incident
    agreement: Agreement
    history: History
    rung_of: Callable[[Coming], Rung | None]
    hand_to: Callable[[Coming], tuple[str, ...]]

    def view(self, coming: Coming) -> NextView:
        """Show one of them."""
        rung = self.rung_of(coming)
        page, notify = (self.hand_to(coming), ()) if rung is None else (rung.page, rung.notify)
        return NextView(
            at=coming.at,
            ladder=coming.ladder,
            rung=coming.rung,
            clock=coming.clock,
            round=coming.round,
            because=coming.why,
            expected=coming.expected,
            deferred_by=self._deferred_by(coming),
            whom=(*(self._whom(name, PAGE) for name in page), *(self._whom(name, NOTICE) for name in notify)),
        )

    def _whom(self, name: str, urgency: int) -> Whom:
        word = of.PAGE if urgency == PAGE else of.NOTICE
        if name.startswith(PERSON):
            return Whom(name, word, self._one(name))
        parties = parties_addressed(self.agreement, name)
        if not parties or not all(self.history.sees(party) for party in parties):
            return Whom(name, word, None)
        reached = Calling(self.agreement, self.history.staff, self.history.now).reach([name], urgency).people
        people = (ways[0].contact for ways in reached)
        return Whom(name, word, tuple(Person(each, self.history.name(each)) for each in people))

    def _one(self, name: str) -> tuple[Person, ...] | None:
        known = self.history.staff.person(self.incident.partnership, name.removeprefix(PERSON), self.history.now)
        if known is None or not self.history.sees(known.party):
            return None
        return () if known.absent else (Person(name, known.name),)

    def _deferred_by(self, coming: Coming) -> str | None:
        """Say what it waits for, if it comes in the very second in which that is over."""
        at = seconds(coming.at)
        if coming.ladder in {LEGAL, ASKED}:
            return None
        quiet = self.agreement.quiet_hours
        if quiet is not None and self.incident.severity in quiet.severities:
            calendar = self.agreement.calendars[quiet.calendar]
            if calendar.is_open(at) and not calendar.is_open(at - 1):
                return QUIET_HOURS
        until = deferred_until(self.agreement, self.incident.service, at - 1) if coming.clock is None else None
        return MAINTENANCE if until == at else None
