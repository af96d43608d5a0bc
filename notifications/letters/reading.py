"""Reading letters for viewers: of one incident, or page by page of all records that a party is told of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from escalation.engine.reminders import Reminding
from incidents.disclosure import shown
from incidents.incident import Incident
from incidents.ledger.reach import reaching_all
from incidents.reading import Seen
from notifications.letters.view import OfIncident, Reader, reminder_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Versions
    from escalation.crew.staff import Staff
    from incidents.disclosure import Viewer
    from incidents.ledger.facts import Record
    from incidents.ledger.ledger import Ledger
    from incidents.terms import Terms
    from notifications.ladder_view.told import Waits
    from notifications.letters.book import Lane, Letters, Place, Wanted
    from notifications.letters.letter import Letter
    from notifications.letters.view import LetterView


class Book(Protocol):
    """Where versions of agreements are found."""

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version. NotFound."""

    def pinned(self, partnership: str, version: int) -> Terms:
        """Give a version as incidents ask it. NotFound."""


class LetterReading:
    """Reads letters as viewers may see them."""

    def __init__(self, ledger: Ledger, letters: Letters, book: Book, staff: Staff) -> None:
        """Take where letters and their records are, and who is there."""
        self._ledger = ledger
        self.rows = letters
        self._book = book
        self._staff = staff

    def of(self, seen: Seen, viewer: Viewer) -> list[LetterView]:
        """Read the letters of an incident, in the order in which they were owed."""
        views = map(self._of(seen, viewer).view, self.rows.of(seen.whole.id))
        return [view for view in views if view is not None]

    def one(self, delivery: str, seen: Seen, viewer: Viewer) -> LetterView | None:
        """Read one of them; None where the viewer may not know of it. NotFound."""
        return self._of(seen, viewer).view(self.rows.one(delivery, stream=seen.whole.id))

    def of_record(self, record: Reminding, viewer: Viewer) -> list[LetterView]:
        """Read the letters of a record that reminds, in the order in which they were owed."""
        return [view for view in map(self._shown_by(record, viewer), self.rows.of(record.id)) if view is not None]

    def lanes(self, wanted: Wanted) -> list[Lane]:
        """Count what waits, by lane."""
        return self.rows.lanes(wanted)

    def waits(self, seen: Seen, viewer: Viewer) -> Waits:
        """Give until when, and why, an incident's letters wait."""
        found = (view for view in self.of(seen, viewer) if view.waits is not None)
        return {view.letter.id: (view.letter.due_at, view.waits) for view in found}

    def page(
        self, wanted: Wanted, *, after: Place | None, most: int
    ) -> tuple[list[tuple[LetterView, Record]], Place | None]:
        """Read a page of letters, each with the record that owes it; and after which place the next page begins.

        A page may hold fewer than it could: what the viewer may not know of is left out.
        """
        letters, following = self.rows.page(wanted, after=after, most=most)
        streams = list(dict.fromkeys(letter.stream for letter in letters))
        # The letters are the viewer's own; of what reminds them, some is in the operator's log.
        with reaching_all(), self._ledger.recorder.reading.connect() as connection:
            records = self._ledger.get_many(streams, connection) if streams else {}
        show = {stream: self._shown_by(record, wanted.viewer) for stream, record in records.items()}
        views = ((show[letter.stream](letter), records[letter.stream]) for letter in letters)
        return [(view, record) for view, record in views if view is not None], following

    def _shown_by(self, record: Record, viewer: Viewer) -> Callable[[Letter], LetterView | None]:
        """Give what shows the letters of a record."""
        reader = self._reader(viewer)
        if isinstance(record, Reminding):
            versions = self._versions(record.partnership)
            return lambda letter: reminder_view(letter, record, versions, reader)
        if not isinstance(record, Incident):
            return lambda _: None
        found = shown(record, viewer, self._book.pinned(record.partnership, record.agreement_version))
        seen = None if found is None else Seen(found, record, final=False)
        return (lambda _: None) if seen is None else self._of(seen, viewer).view

    def _of(self, seen: Seen, viewer: Viewer) -> OfIncident:
        return OfIncident(seen, self._versions(seen.whole.partnership), self._reader(viewer))

    def _versions(self, partnership: str) -> Versions:
        return partial(self._book.get, partnership)

    def _reader(self, viewer: Viewer) -> Reader:
        return Reader(viewer, self._staff, self._ledger.clock.now())
