"""What was told of an incident's ladders, as a reader may see it. Pure, given a staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from escalation.crew.reaching import PAGE
from escalation.crew.staff import PERSON
from incidents import happenings as h
from incidents.ledger.sealing import Hidden
from notifications.ladder_view.shapes import EndTold, PageTold, RoundTold
from notifications.message.reasons import why_round
from notifications.owed.asking import fact_at, request_of
from notifications.queue import delivery as of

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.crew.staff import Staff
    from incidents.disclosure import Viewer
    from notifications.message.reasons import Telling
    from notifications.owed.asking import Paging

URGENCIES = {True: of.PAGE, False: of.NOTICE}
"""By whether somebody must answer."""


@dataclass(frozen=True)
class History:
    """What became of the pages of an incident.

    Attributes:
        telling: The incident, as it is and as the reader sees it, with its words.
        viewer: Who reads.
        staff: Who is there.
        now: The present.
    """

    telling: Telling
    viewer: Viewer
    staff: Staff
    now: datetime

    def round(self, fact: h.RungFired | h.RungSkipped) -> RoundTold:
        """Give a round that was told."""
        pages, withheld = self._pages(fact)
        return RoundTold(
            entry=fact.originator_version,
            clock=fact.clock,
            cycle=fact.cycle,
            round=fact.round,
            at=fact.timestamp,
            because=fact.because,
            why=why_round(fact, self.telling),
            skipped=fact.why if isinstance(fact, h.RungSkipped) else None,
            pages=pages,
            withheld=withheld,
        )

    def end(self, fact: h.LadderExhausted) -> EndTold:
        """Give an end of a ladder."""
        pages, withheld = self._pages(fact)
        return EndTold(fact.originator_version, fact.timestamp, fact.times, fact.again, pages, withheld)

    def sees(self, party: str | None) -> bool:
        """Whether the people of a party are the reader's to know."""
        return self.viewer.everything or (party is not None and party == self.viewer.party)

    def name(self, recipient: str) -> str | None:
        """Give what a person is called; None: it is no person, or one who has left."""
        if not recipient.startswith(PERSON):
            return None
        if recipient not in self._found:
            known = self.staff.person(self.telling.incident.partnership, recipient.removeprefix(PERSON), self.now)
            self._found[recipient] = None if known is None else known.name
        return self._found[recipient]

    @cached_property
    def _found(self) -> dict[str, str | None]:
        """Names that were looked up: a ladder pages the same people again and again."""
        return {}

    def _pages(self, fact: Paging) -> tuple[tuple[PageTold, ...] | None, str | None]:
        """Give the pages of a fact as it is shown; where they, or who was asked by name, are withheld, why."""
        pages, whom = vars(fact_at(fact.originator_version, self.telling.seen))["pages"], whom_asked(fact, self.telling)
        for kept in (pages, whom):
            if isinstance(kept, Hidden):
                return None, kept.why
        return tuple(self._page(fact, page) for page in pages or ()), None

    def _page(self, fact: Paging, page: dict[str, Any]) -> PageTold:
        recipient, called, party = page["recipient"], page.get("called"), page.get("party")
        own = self.sees(party) or not (recipient or PERSON).startswith(PERSON)
        if not own:
            called = None if called is None or called.startswith(PERSON) else called
            recipient = called
        due_at = fact.timestamp + timedelta(seconds=page.get("after", 0))
        outcome, at, why = self._outcomes.get(page["delivery"], (of.WAITING, due_at, None))
        return PageTold(
            recipient=recipient,
            name=self.name(page["recipient"]) if own else None,
            called=called,
            party=party,
            channel=page["channel"],
            urgency=URGENCIES[page["urgency"] == PAGE],
            outcome=outcome,
            at=at,
            why=why,
        )

    @cached_property
    def _outcomes(self) -> dict[str, tuple[str, datetime, str | None]]:
        """What became of each delivery; a reason that is withheld is left out."""
        found: dict[str, tuple[str, datetime, str | None]] = {}
        for fact in self.telling.seen.history:
            match fact:
                case h.PageSent():
                    found[fact.delivery] = (of.SENT, fact.timestamp, None)
                case h.PageFailed():
                    detail = None if isinstance(fact.detail, Hidden) else fact.detail
                    found[fact.delivery] = (of.FAILED, fact.timestamp, detail)
                case h.PageWithdrawn():
                    found[fact.delivery] = (of.WITHDRAWN, fact.timestamp, fact.why)
        return found


def whom_asked(fact: Paging, telling: Telling) -> str | Hidden | None:
    """Give the name of whoever was asked by name, as the reader may know it; None: it is a rung of another ladder."""
    request = request_of(fact, telling.seen)
    if request is None:
        return None
    name: str | Hidden = request.to if isinstance(request, h.Reassigned) else request.whom
    return name
