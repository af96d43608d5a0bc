"""The use cases of whoever has an incident in hand, or is asked to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.carrying_out import decided_now
from incidents.deciding import Deciding
from incidents.errors import InvalidField
from incidents.requeuing_refusals import NoLongerNeeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incidents.carrying_out import Answer, Asked
    from incidents.incident import Incident
    from incidents.incident.base import Said
    from incidents.terms import Terms


class Answering(Deciding):
    """One method a use case. All but the first two act from when they are recorded, so they take no `asked.at`."""

    def acknowledge(self, stream: str, asked: Asked) -> Answer:
        """Take it."""
        return self._change_all(stream, asked, lambda it, terms, said: it.acknowledge(terms, **said))

    def unacknowledge(self, stream: str, reason: str | None, asked: Asked) -> Answer:
        """Give it back."""
        return self._change(stream, asked, lambda it, terms, said: it.unacknowledge(reason, terms, **said))

    def snooze(self, stream: str, until: datetime, reason: str, asked: Asked) -> Answer:
        """Want no reminder until an instant."""
        return self._change(stream, asked, lambda it, terms, said: it.snooze(until, reason, terms, **said), decided_now)

    def wake(self, stream: str, asked: Asked) -> Answer:
        """End a snooze."""
        return self._change(stream, asked, lambda it, terms, said: it.wake(terms, **said), decided_now)

    def escalate(self, stream: str, rung: int | None, reason: str | None, asked: Asked) -> Answer:
        """Have a rung of the ladder told now; None: the next one up."""
        return self._change(
            stream, asked, lambda it, terms, said: it.escalate(rung, reason, terms, **said), decided_now
        )

    def reassign(self, stream: str, to: str, reason: str | None, asked: Asked) -> Answer:
        """Make it somebody else's."""

        def act(incident: Incident, terms: Terms, said: Said) -> None:
            incident.reassign(to, reason, terms, **said)
            self._must_be_there(incident, "to", to, terms, said)

        return self._change(stream, asked, act, decided_now)

    def ask_responder(self, stream: str, whom: str, text: str | None, asked: Asked) -> Answer:
        """Ask somebody to come."""

        def act(incident: Incident, terms: Terms, said: Said) -> None:
            incident.ask_responder(whom, text, terms, **said)
            self._must_be_there(incident, "whom", whom, terms, said)

        return self._change(stream, asked, act, decided_now)

    def accept_request(self, stream: str, request: int, asked: Asked) -> Answer:
        """Come, as was asked."""
        return self._change(
            stream, asked, lambda it, terms, said: it.accept_request(request, terms, **said), decided_now
        )

    def decline_request(self, stream: str, request: int, reason: str | None, asked: Asked) -> Answer:
        """Not come."""
        return self._change(
            stream, asked, lambda it, terms, said: it.decline_request(request, reason, terms, **said), decided_now
        )

    def requeue(self, stream: str, delivery: str, unneeded: Callable[[Incident], str | None], asked: Asked) -> Answer:
        """Have a delivery sent again that failed for good; `unneeded` says why it need not be (None: it is needed)."""

        def act(incident: Incident, _: Terms, said: Said) -> None:
            incident.requeue(delivery, **said)
            if (why := unneeded(incident)) is not None:
                raise NoLongerNeeded(why=why)

        return self._change(stream, asked, act, decided_now)

    def _must_be_there(self, incident: Incident, field: str, name: str, terms: Terms, said: Said) -> None:
        """Ask who is there last, so that what the agreement says of a name is said first. InvalidField."""
        about, sender = terms.parties_addressed(name), said.get("for_party")
        if not self._addressees.are_there(incident.partnership, name, about=about, sender=sender, at=said["at"]):
            raise InvalidField(field, "Your party has nobody by that name. Name people, teams and schedules of yours.")
