"""Letters as a reader may see them. Pure, given a staff.

What they tell of an incident is what its facts tell that reader (incidents/disclosure.py): people of another party by
the name under which they were called, and nothing where who was paged is withheld. What was tried, and what the other
side answered, is for the party that owns the address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from escalation.crew.staff import PERSON
from incidents import happenings as h
from incidents.ledger.sealing import Hidden
from notifications.letters.letter import why_it_waits
from notifications.letters.whose import party_owed
from notifications.message.reminder import reminded_by
from notifications.owed.asking import Paging, fact_at, pages_in, whom_asked
from notifications.owed.deliveries import announced
from notifications.owed.relevance import version_when
from notifications.queue.delivery import TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.clocks.course import Versions
    from escalation.crew.staff import Staff
    from escalation.engine.reminders import Reminding
    from incidents.disclosure import Viewer
    from incidents.incident import Incident
    from incidents.reading import Seen
    from notifications.letters.letter import Attempt, Letter


@dataclass(frozen=True)
class LetterView:
    """A letter for a reader.

    Attributes:
        letter: The row itself. It knows more than a reader may: where something stands here too, show what stands here.
        recipient: A contact, a webhook or `person:…`; of another party's person the name under which they were called.
        name: What a person of the reader's own party is called.
        called: The name under which a person was called.
        way: The way to them, by its name, never an address; None: it is another party's to know.
        waits: Why it waits, in words.
        detail: Why it failed or was withdrawn.
        owed_by: The party whose person, contact or webhook it is for, which may have it sent again.
    """

    letter: Letter
    recipient: str | None
    name: str | None
    called: str | None
    way: str | None
    waits: str | None
    detail: str | None
    attempts: tuple[Attempt, ...]
    owed_by: str | None


@dataclass(frozen=True)
class Reader:
    """Who reads letters, and when."""

    viewer: Viewer
    staff: Staff
    now: datetime

    def name(self, letter: Letter) -> str | None:
        """Give what a person is called; None: it is for no person, or for one who has left."""
        if not letter.recipient.startswith(PERSON):
            return None
        known = self.staff.person(letter.partnership, letter.recipient.removeprefix(PERSON), self.now)
        return None if known is None else known.name


@dataclass(frozen=True)
class OfIncident:
    """An incident's letters, for a reader."""

    seen: Seen
    versions: Versions
    reader: Reader

    def view(self, letter: Letter) -> LetterView | None:
        """Show one of them; None where the reader may not know of it."""
        page = self._shown.get(self._source(letter))
        if page is None:
            return None
        owed_by = self.owed_by(letter)
        own = self.reader.viewer.everything or (owed_by is not None and owed_by == self.reader.viewer.party)
        return LetterView(
            letter=letter,
            recipient=page["recipient"],
            name=self.reader.name(letter) if page["recipient"] == letter.recipient else None,
            called=page.get("called"),
            way=page.get("via"),
            waits=why_it_waits(letter, self.reader.now, in_full=own),
            detail=self._details.get(letter.id),
            attempts=letter.attempts if own else tuple(replace(each, detail=None) for each in letter.attempts),
            owed_by=owed_by,
        )

    def owed_by(self, letter: Letter) -> str | None:
        """Give the party whose it is; None: the agreement cannot say."""
        cause = fact_at(letter.version, self.seen.whole)
        pinned = self.seen.whole.agreement_version if cause is None else version_when(cause, self.seen.whole)
        return party_owed(letter.recipient, letter.party, self.versions(pinned))

    def _source(self, letter: Letter) -> str:
        """Give the page that an announcement follows; of all else it is the letter itself."""
        if letter.kind != TAKEN:
            return letter.id
        found = (page for page in self._pages if announced(letter.stream, letter.version, page) == letter.id)
        return next((str(page["delivery"]) for page in found), letter.id)

    @cached_property
    def _pages(self) -> list[dict[str, Any]]:
        """All pages, as they were told."""
        return [page for fact in self.seen.whole.history if isinstance(fact, Paging) for page in pages_in(fact)]

    @cached_property
    def _shown(self) -> dict[str, dict[str, Any]]:
        """The pages that the reader may know of, by delivery."""
        return {page["delivery"]: page for page in _shown_in(self.seen.incident)}

    @cached_property
    def _details(self) -> dict[str, str]:
        """Why deliveries failed or were withdrawn, as far as the reader may know; not of what is to be sent again."""
        found: dict[str, str] = {}
        for fact in self.seen.incident.history:
            match fact:
                case h.PageFailed(detail=str(why)) | h.PageWithdrawn(why=str(why)):
                    found[fact.delivery] = why
                case h.PageRequeued():
                    found.pop(fact.delivery, None)
        return found


def _shown_in(seen: Incident) -> Iterator[dict[str, Any]]:
    for fact in seen.history:
        if isinstance(fact, Paging):
            pages: list[dict[str, Any]] | Hidden | None = vars(fact)["pages"]
            if not isinstance(pages, Hidden) and not isinstance(whom_asked(fact, seen), Hidden):
                yield from pages or ()


def reminder_view(letter: Letter, record: Reminding, versions: Versions, reader: Reader) -> LetterView:
    """Show a letter of a record that reminds, to whoever's own it is. LookupError where it is none of this record's."""
    cause = reminded_by(letter.claimed(reader.now), record)
    page = next(each for each in cause.pages if each["delivery"] == letter.id)
    return LetterView(
        letter=letter,
        recipient=letter.recipient,
        name=reader.name(letter),
        called=page.get("called"),
        way=page["via"],
        waits=why_it_waits(letter, reader.now),
        detail=letter.detail,
        attempts=letter.attempts,
        owed_by=party_owed(letter.recipient, letter.party, versions(cause.agreement_version)),
    )
