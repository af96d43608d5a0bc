"""Having a letter sent again that failed for good: the use cases, for incidents and for records that remind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.changes import once
from escalation.engine.reminders import Reminding
from incidents.ledger.reach import reaching_all
from incidents.requeuing_refusals import NoLongerNeeded
from notifications.queue.origins import IncidentPages, Reminders

if TYPE_CHECKING:
    from escalation.changes import Changed, Sender
    from incidents.incidents import Answer, Asked, Incidents
    from incidents.ledger.command import Command
    from notifications.letters.letter import Letter
    from notifications.message.message import Composer


class Requeuing:
    """Both refuse what the sender would withdraw when its turn comes, and for the same reasons."""

    def __init__(self, incidents: Incidents, composer: Composer) -> None:
        """Take the incidents, and what knows who is there."""
        self._incidents = incidents
        self._ledger = incidents.ledger
        self._pages = IncidentPages(incidents, composer)
        self._reminders = Reminders(incidents.ledger, composer)

    def page(self, letter: Letter, asked: Asked) -> Answer:
        """Have a page, notice or announcement of an incident sent again. NotFailed; NoLongerNeeded."""
        delivery = letter.claimed(self._ledger.clock.now())
        return self._incidents.requeue(
            letter.stream, letter.id, lambda incident: self._pages.unneeded(delivery, incident), asked
        )

    def record(self, letter: Letter) -> Reminding:
        """Read the record that reminds. NotFound."""
        with reaching_all():  # some that remind are in the operator's log; the letter was found within reach
            return self._ledger.get(Reminding, letter.stream)

    def reminder(self, letter: Letter, sender: Sender) -> Changed[Reminding]:
        """Have a reminder sent again. NotFailed; NoLongerNeeded."""
        delivery = letter.claimed(self._ledger.clock.now())

        def decide(command: Command) -> tuple[Reminding, tuple[()]]:
            record = self.record(letter)
            record.requeue(letter.id, by=sender.by, at=command.recorded_at)
            if (why := self._reminders.unneeded(delivery, record)) is not None:
                raise NoLongerNeeded(why=why)
            return record, ()

        with reaching_all():
            return once(self._ledger, Reminding, sender, decide)
