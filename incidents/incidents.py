"""What people do with incidents: one method a use case, each get, command, save (convention 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from incidents.answering import Answering
from incidents.carrying_out import Answer, Asked, check_time
from incidents.errors import NotFound
from incidents.incident import Incident
from incidents.incident.visibility import must_exist_for
from incidents.ledger.pipeline import fetch
from incidents.opening import opened
from incidents.refusals import NoSuchOriginal
from incidents.tables import incident_numbers, incident_states

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from incidents.incident.base import Said
    from incidents.incident.visibility import VisibilityChange
    from incidents.ledger.pipeline import Write
    from incidents.opening import Report
    from incidents.terms import Assessment, Terms

__all__ = ["Answer", "Asked", "Incidents"]

_NUMBERS = select(incident_numbers.next_value()).select_from(func.generate_series(1, bindparam("count")))
_BY_NUMBER = select(incident_states.c.stream, incident_states.c.visible_to).where(
    incident_states.c.number == bindparam("of")
)
_BY_ID = select(incident_states.c.stream, incident_states.c.visible_to).where(incident_states.c.id == bindparam("of"))


class Incidents(Answering):
    """The use cases. All raise NotFound, Stale, Conflict, KeyReused, TooLate, and what the command itself refuses."""

    def declare(self, partnership: str, report: Report, asked: Asked) -> Answer:
        """Record a new incident and classify it under the agreement in force. InvalidField; NotFound."""
        return self._once(asked, lambda: self._declare(partnership, report, asked))

    def classify(self, stream: str, assessment: Assessment, asked: Asked) -> Answer:
        """Assess impact, urgency and flags again."""
        return self._change(stream, asked, lambda it, terms, said: it.classify(assessment, terms, **said))

    def change_severity(self, stream: str, severity: str, reason: str, asked: Asked) -> Answer:
        """Set another severity."""
        return self._change(stream, asked, lambda it, terms, said: it.change_severity(severity, reason, terms, **said))

    def assign(self, stream: str, role: str, assignee: str, party: str, asked: Asked) -> Answer:
        """Give somebody of a party a role."""
        return self._change(stream, asked, lambda it, terms, said: it.assign(role, assignee, party, terms, **said))

    def note(self, stream: str, text: str, asked: Asked) -> Answer:
        """Write a note."""
        return self._change(stream, asked, lambda it, _, said: it.note(text, **said))

    def post_update(self, stream: str, text: str, audience: str, asked: Asked) -> Answer:
        """Post a status update."""
        return self._change(stream, asked, lambda it, _, said: it.post_update(text, audience, **said))

    def pause(  # noqa: PLR0913 - of what, why, of which clocks, in which words, on what evidence
        self,
        stream: str,
        reason: str,
        clocks: tuple[str, ...] | None,
        note: str | None,
        asked: Asked,
        *,
        evidence: str | None = None,
    ) -> Answer:
        """Stop clocks for a listed reason."""
        return self._change(
            stream, asked, lambda it, terms, said: it.pause(reason, clocks, note, terms, evidence, **said)
        )

    def resume(self, stream: str, reason: str, asked: Asked) -> Answer:
        """End a pause."""
        return self._change(stream, asked, lambda it, _, said: it.resume(reason, **said))

    def mitigate(self, stream: str, text: str | None, asked: Asked) -> Answer:
        """Say that the users no longer feel it."""
        return self._change(stream, asked, lambda it, _, said: it.mitigate(text, **said))

    def resolve(self, stream: str, text: str | None, asked: Asked) -> Answer:
        """Say that it is over."""
        return self._change(stream, asked, lambda it, _, said: it.resolve(text, **said))

    def reopen(self, stream: str, reason: str, asked: Asked) -> Answer:
        """Say that it was not over."""
        return self._change(stream, asked, lambda it, _, said: it.reopen(reason, **said))

    def close(self, stream: str, asked: Asked) -> Answer:
        """Be done with it."""
        return self._change(stream, asked, lambda it, _, said: it.close(**said))

    def cancel(self, stream: str, reason: str, asked: Asked) -> Answer:
        """Call it a false alarm."""
        return self._change(stream, asked, lambda it, _, said: it.cancel(reason, **said))

    def mark_duplicate(self, stream: str, of: str, asked: Asked) -> Answer:
        """Point to the incident, of the same partnership, that tells the same story."""
        original, exists_for = self._same_partnership(stream, of)
        return self._change(stream, asked, lambda it, _, said: it.mark_duplicate(original, exists_for, **said))

    def change_visibility(self, stream: str, change: VisibilityChange, asked: Asked) -> Answer:
        """Let an earlier fact be seen by some parties only, or by all again."""

        def act(incident: Incident, terms: Terms, said: Said) -> None:
            for party in change.to or ():
                terms.check_party(party)
            if change.of_incident and incident.duplicate_of is not None:
                must_exist_for(change.to, self.found(incident.duplicate_of)[1])
            incident.change_visibility(change, **said)

        return self._change(stream, asked, act)

    def numbers(self, count: int) -> list[int]:
        """Draw human numbers. Those that are not used leave gaps (design decision 13)."""
        with self.ledger.recorder.reading.connect() as connection:
            return [row[0] for row in fetch(connection, _NUMBERS, {"count": count})]

    def witness(
        self, stream: str, tell: Callable[[Incident, datetime], None], *, after: Sequence[Write] = ()
    ) -> Incident:
        """Record what the system itself saw of an incident; `tell` adds the facts, if any."""
        return self.ledger.witness(Incident, stream, tell, after=after)

    def stream_of(self, reference: str) -> str:
        """Find an incident's stream by its id or its number (INC-1042). NotFound."""
        return self.found(reference)[0]

    def found(self, reference: str) -> tuple[str, list[str] | None]:
        """Find an incident by id or number: its stream, and the parties for whom it exists (None: all). NotFound."""
        number = reference.upper().removeprefix("INC-")
        by_number = number.isascii() and number.isdigit() and len(number) < MAX_NUMBER_DIGITS
        query, row = (_BY_NUMBER, {"of": int(number)}) if by_number else (_BY_ID, {"of": reference})
        with self.ledger.recorder.reading.connect() as connection:
            found = fetch(connection, query, row)
        if not found:
            raise NotFound
        [(stream, visible_to)] = found
        return stream, visible_to

    def get(self, stream: str, *, version: int | None = None) -> Incident:
        """Read an incident, as of a version if one is given. NotFound."""
        return self.ledger.get(Incident, stream, version=version)

    def _declare(self, partnership: str, report: Report, asked: Asked) -> Answer:
        with self.ledger.command() as command:
            opened_at = asked.at or command.recorded_at
            terms = self.agreements.in_force(partnership, opened_at).for_service(report.service)
            check_time(opened_at, command.recorded_at, terms)
            [number] = self.numbers(1)
            incident = opened(partnership, number, report, terms, **asked.said(opened_at, terms))
            self.ledger.save(incident, request=asked.request)
            return Answer(incident, command.recorded_at)

    def _same_partnership(self, stream: str, other: str) -> tuple[str, list[str] | None]:
        """Give public id and parties of an incident of the same partnership; a foreign one does not exist here."""
        try:
            found, exists_for = self.found(other)
        except NotFound:
            raise NoSuchOriginal from None
        partnership, _, _ = stream.partition("/")
        if not found.startswith(f"{partnership}/"):
            raise NoSuchOriginal
        return found.rsplit("/", 1)[1], exists_for


MAX_NUMBER_DIGITS = 18
"""Longer ones are no bigint."""
