"""A ladder of an incident: what of it was told, who has it in hand, and when it may tell anybody. Pure.

What comes next on it is in climb.py (rungs that hang on clocks), chain.py (rungs that ask who takes it), resuming.py
and exhaustion.py; whom a round reaches is in rounds.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from escalation.agreement.model import Rung
from escalation.calendars.calendar import CalendarError
from escalation.clocks.runs import seconds
from escalation.crew.leading import leading_contacts
from escalation.engine.maintenance import deferred_until
from escalation.engine.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.agreement.model import Agreement, Condition
    from escalation.clocks.runs import Run
    from escalation.crew.staff import Staff
    from escalation.engine.told import Ending, Place, Told, Trail
    from incidents.happenings import Reopened, RungFired
    from incidents.incident import Incident

LEGAL = "legal"
"""The ladder of all legal clocks: no agreement writes it, as the law names who must act."""
_WHOLE = 100
_DPO = "dpo"


def legal_rungs(run: Run, agreement: Agreement) -> Iterator[Rung]:
    """Give the rungs of a legal clock: its duty holders are paged at each warning, and when it has run out."""
    page = tuple(name for party in run.duty_of for name in duty_holders(party, agreement))
    for index, percent in enumerate((*run.target.warn_at, _WHOLE)):
        yield Rung(index, run.name, percent, page, ())


def duty_holders(party: str, agreement: Agreement) -> list[str]:
    """Give whom a party has for what the law wants: its data protection officers, else who leads, else everybody."""
    contacts = agreement.contacts.values()
    officers = [contact.id for contact in contacts if contact.party == party and contact.role == _DPO]
    return officers or leading_contacts(party, agreement)


def percent_of(fired: RungFired, agreement: Agreement) -> int | None:
    """Give the share of its clock at which a rung fired; None: it hung on no clock, or is no longer known."""
    if fired.ladder == LEGAL and fired.clock in agreement.notifications:
        rungs: tuple[int | None, ...] = (*agreement.clock_rules.warn_at, _WHOLE)
    else:
        rungs = tuple(rung.percent for rung in agreement.ladders.get(fired.ladder, ()))
    return rungs[fired.rung] if fired.rung < len(rungs) else None


@dataclass
class Ladder:
    """A ladder that an incident is on. Nobody changes one (see rounds.Telling).

    Attributes:
        agreement: As it holds for the incident's service.
        staff: Whom it reaches; no instant hangs on that.
        told: What the incident's history has told.
        runs: The clocks that somebody owes something, of those that its rungs look at.
        side: The party whose own ladder it is; None: all share it.
        trail: What was told of it.
        ended: What asked for an answer anew last, as it took the incident out of its side's hands, or found it in
            nobody's: its reopening; None: nothing since the report.
        stretch: The version of that fact; 0 where there is none.
        answered: Whether somebody has it in hand. A resolution only keeps clocks met (clock rule 4): it is nobody's
            promise to look after what is reopened.
    """

    incident: Incident
    agreement: Agreement
    staff: Staff
    told: Told
    name: str
    rungs: tuple[Rung, ...] = ()
    runs: tuple[Run, ...] = ()
    side: str | None = None
    trail: Trail = field(init=False)
    ended: Ending | Reopened | None = field(init=False)
    stretch: int = field(init=False)
    answered: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look up what is asked again and again."""
        self.trail = self.told.trails[self.name]
        self.ended = self.told.asked_anew(self.side)
        self.stretch = 0 if self.ended is None else self.ended.originator_version
        self.answered = self.side in self.incident.taken

    @property
    def ended_at(self) -> int:
        """When that was; where there is no such fact, when the incident was reported."""
        return seconds(self.incident.reported_at if self.ended is None else self.ended.timestamp)

    def turns(self, rung: Rung, clock: str | None, cycle: int) -> Turns | None:
        """Give what was told of a rung at a place; None: nothing so far."""
        rounds = self.trail.places.get((rung.index, clock, cycle))
        return Turns(rung, rounds, self.told.lost) if rounds else None

    def rung_at(self, place: Place) -> Rung | None:
        """Give the rung of a place; None: the ladder, of another version perhaps, has none such."""
        return self.rungs[place[0]] if place[0] < len(self.rungs) else None

    def counts(self, only: Condition, at: int) -> bool:
        """Whether a rung counts that is reached at an instant (agreement: ladders, `only`)."""
        calendars = self.agreement.calendars
        return (
            (not only.severities or self.incident.severity in only.severities)
            and (not only.services or self.incident.service in only.services)
            and (only.during is None or calendars[only.during].is_open(at))
            and (only.outside is None or not calendars[only.outside].is_open(at))
        )

    def not_before(self, at: int, *, answering: bool) -> int | None:
        """Give when what is reached at an instant may be told to anybody; None: never.

        Quiet hours put everything off (agreement: ladders.quiet_hours), planned maintenance what asks who takes the
        incident (`answering`).
        """
        if self.name == LEGAL:
            return at
        opened = self._opening(at)
        if not answering or opened is None:
            return opened
        until = deferred_until(self.agreement, self.incident.service, opened)
        return opened if until is None else self._opening(until)

    def _opening(self, at: int) -> int | None:
        quiet = self.agreement.quiet_hours
        if quiet is None or self.incident.severity not in quiet.severities:
            return at
        try:
            return self.agreement.calendars[quiet.calendar].next_open(at)
        except CalendarError:
            return None
