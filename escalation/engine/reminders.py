"""Records that remind: of a renewal that draws near, a notice that runs out, an answer that is due.

Reminders are about what both parties see, such as agreements and disputes: nothing in them is withheld from anybody,
so none is asked who may see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from escalation.engine.pages import pages_for
from incidents.incident import ENGINE
from incidents.ledger.facts import Record, partnership_of
from incidents.requeuing_refusals import NotFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.crew.reaching import Calling


@dataclass(frozen=True)
class Occasion:
    """What is reminded of: its kind (`renewal`), the name of the thing if there are several, and when it is due.

    People are reminded of an occasion once. Two reminders of one thing are of two kinds.
    """

    reminder: str
    about: str | None = None
    due_at: datetime | None = None


class Reminding(Record):
    """A record that reminds people. Its duties (escalation/engine/duties.py) say when, and it says whether still."""

    MESSAGE_KIND: ClassVar[str] = "reminder"
    """What whoever reads its messages is told that they are."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Record.Event):
        """Something that happened to it."""

    class Reminded(Event):
        """People were to be reminded. `pages` as in `incident.rung_fired`; it is empty where nobody could be reached.

        `agreement_version` is the version whose contacts they name: a later one may give them other addresses.
        """

        SYSTEM: ClassVar[bool] = True

        reminder: str
        about: str | None
        due_at: datetime | None
        agreement_version: int
        pages: list[dict[str, Any]]

        @property
        def occasion(self) -> Occasion:
            """What it reminds of."""
            return Occasion(self.reminder, self.about, self.due_at)

    class ReminderSent(Event):
        """A reminder left, and the channel took it."""

        SYSTEM: ClassVar[bool] = True

        delivery: str
        recipient: str
        channel: str
        tries: int

    class ReminderFailed(Event):
        """A reminder could not be delivered, for good."""

        SYSTEM: ClassVar[bool] = True

        delivery: str
        recipient: str
        channel: str
        tries: int
        detail: str

    class ReminderWithdrawn(Event):
        """A reminder was no longer wanted when its turn came. `tries` before may have reached the recipient unseen."""

        SYSTEM: ClassVar[bool] = True

        delivery: str
        recipient: str
        channel: str
        tries: int
        why: str

    class ReminderRequeued(Event):
        """Somebody wants a reminder sent again that had failed for good, after so many `tries` in all."""

        delivery: str
        recipient: str
        channel: str
        tries: int

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def partnership(self) -> str:
        """The partnership that it belongs to."""
        return partnership_of(self.id)

    @property
    def path(self) -> str:
        """Where people read it, beneath `/v1/`: `agreements/acme-globex`. Each kind says so."""
        raise NotImplementedError

    def subject(self, reminded: Reminded) -> str:
        """Say in a sentence what is coming, for people: no word in it that not everybody may see. Each kind does."""
        raise NotImplementedError

    def wants(self, reminded: Reminded) -> bool:
        """Say whether people should still be reminded, as the record stands now. Each kind does."""
        raise NotImplementedError

    def has_reminded(self, occasion: Occasion) -> bool:
        """Say whether this was reminded of."""
        return any(isinstance(fact, Reminding.Reminded) and fact.occasion == occasion for fact in self.history)

    def has_settled(self, delivery: str, owed_at: datetime | None = None) -> bool:
        """Say whether it is on record what became of a delivery, since it was last sent again if it was.

        Whoever knows it as owed since before that, at `owed_at`, had it in hand until then: what they say comes late.
        """
        told = self._last_told(delivery)
        if isinstance(told, Reminding.ReminderRequeued):
            return owed_at is not None and owed_at < told.timestamp
        return told is not None

    def requeue(self, delivery: str, *, by: str, at: datetime) -> None:
        """Have a reminder sent again that failed for good. NotFailed."""
        told = self._last_told(delivery)
        if not isinstance(told, Reminding.ReminderFailed):
            raise NotFailed
        kept = {name: getattr(told, name) for name in ("delivery", "recipient", "channel", "tries")}
        self.trigger_event(self.ReminderRequeued, **kept, by=by, at=at)

    def _last_told(self, delivery: str) -> Reminding.Event | None:
        for fact in reversed(self.history):
            if isinstance(fact, _TOLD) and fact.delivery == delivery:
                return fact
        return None

    def remind(
        self,
        occasion: Occasion,
        calling: Calling,
        *,
        page: Iterable[str] = (),
        notify: Iterable[str] = (),
    ) -> None:
        """Remind those whom names of an agreement version reach now. Nothing if that was done before."""
        if self.has_reminded(occasion):
            return
        due_at = None if occasion.due_at is None else occasion.due_at.astimezone(UTC).isoformat()
        key = ("reminder", occasion.reminder, occasion.about, due_at)
        self.trigger_event(
            self.Reminded,
            reminder=occasion.reminder,
            about=occasion.about,
            due_at=occasion.due_at,
            agreement_version=calling.agreement.version,
            pages=pages_for(calling, self.id, key, page=page, notify=notify),
            by=ENGINE,
            at=calling.at,
        )

    def tell_outcome(self, outcome: type[Event], at: datetime, *, by: str, **values: object) -> None:
        """Record what became of a delivery. Whoever calls has looked whether it was said before."""
        self.trigger_event(outcome, by=by, at=at, **values)


_TOLD = (Reminding.ReminderSent, Reminding.ReminderFailed, Reminding.ReminderWithdrawn, Reminding.ReminderRequeued)
