"""What was told of an incident's ladders, as a reader may see it. Pure, given a staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from escalation.crew.reaching import PAGE
from escalation.crew.staff import PERSON
from incidents import happenings as h
from incidents.ledger.sealing import Hidden
from notifications.ladder_view.shapes import EndTold, PageTold, RoundTold
from notifications.message.reasons import why_round
from notifications.owed.asking import fact_at, whom_asked
from notifications.queue import delivery as of

if TYPE_CHECKING:
    from escalation.crew.staff import Staff
    from incidents.disclosure import Viewer
    from notifications.message.reasons import Telling
    from notifications.owed.asking import Paging

Waits = Mapping[str, tuple[datetime, str | None]]
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
        waits: Of deliveries that wait, when they are to be tried next, and why they wait, in words.
    """

    telling: Telling
    viewer: Viewer
    staff: Staff
    now: datetime
    waits: Waits = field(default_factory=dict)

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
        seen = self.telling.seen
        pages = vars(fact_at(fact.originator_version, seen))["pages"]
        for kept in (pages, whom_asked(fact, seen)):
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
        waits = (of.WAITING, *self.waits.get(page["delivery"], (due_at, None)))
        outcome, at, why = self._outcomes.get(page["delivery"], waits)
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
                case h.PageRequeued():
                    found.pop(fact.delivery, None)
        return found
