"""What people do with incidents: one method a use case, each get, command, save (convention 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from incidents.answering import Answering
from incidents.carrying_out import Answer, Asked, check_time
from incidents.incident import Incident
from incidents.ledger.pipeline import fetch
from incidents.opening import opened
from incidents.tables import incident_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from incidents.ledger.command import Command
    from incidents.ledger.facts import Record
    from incidents.ledger.pipeline import Write
    from incidents.ledger.receipts import RequestKey
    from incidents.opening import Report
    from incidents.terms import Assessment

    Beside = Callable[[Incident, Command], Record]
    """Gives the record of another log that tells of a new incident."""

__all__ = ["Answer", "Asked", "Incidents"]

_NUMBERS = select(incident_numbers.next_value()).select_from(func.generate_series(1, bindparam("count")))


class Incidents(Answering):
    """The use cases. All raise NotFound, Stale, Conflict, KeyReused, TooLate, and what the command itself refuses."""

    def declare(self, partnership: str, report: Report, asked: Asked, beside: Beside | None = None) -> Answer:
        """Record a new incident and classify it under the agreement in force. InvalidField; NotFound.

        With `beside`, another record tells of it: both are saved, or neither is.
        """
        return self._once(asked, lambda: self._declare(partnership, report, asked, beside))

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
        return self._change_all(stream, asked, lambda it, _, said: it.post_update(text, audience, **said))

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
        return self._change_all(stream, asked, lambda it, _, said: it.mitigate(text, **said))

    def resolve(self, stream: str, text: str | None, asked: Asked) -> Answer:
        """Say that it is over."""
        return self._change_all(stream, asked, lambda it, _, said: it.resolve(text, **said))

    def reopen(self, stream: str, reason: str, asked: Asked) -> Answer:
        """Say that it was not over."""
        return self._change(stream, asked, lambda it, _, said: it.reopen(reason, **said))

    def close(self, stream: str, asked: Asked) -> Answer:
        """Be done with it."""
        return self._change(stream, asked, lambda it, _, said: it.close(**said))

    def cancel(self, stream: str, reason: str, asked: Asked) -> Answer:
        """Call it a false alarm."""
        return self._change(stream, asked, lambda it, _, said: it.cancel(reason, **said))

    def numbers(self, count: int) -> list[int]:
        """Draw human numbers. Those that are not used leave gaps (design decision 13)."""
        with self.ledger.recorder.reading.connect() as connection:
            return [row[0] for row in fetch(connection, _NUMBERS, {"count": count})]

    def witness(
        self, stream: str, tell: Callable[[Incident, datetime], None], *, after: Sequence[Write] = ()
    ) -> Incident:
        """Record what the system itself saw of an incident; `tell` adds the facts, if any."""
        return self.ledger.witness(Incident, stream, tell, after=after)

    def _declare(self, partnership: str, report: Report, asked: Asked, beside: Beside | None) -> Answer:
        with self.ledger.command() as command:
            opened_at = asked.at or command.recorded_at
            terms = self.agreements.in_force(partnership, opened_at).for_service(report.service)
            check_time(opened_at, command.recorded_at, terms)
            [number] = self.numbers(1)
            incident = opened(partnership, number, report, terms, **asked.said(opened_at, terms))
            if beside is None:
                self.ledger.save(incident, request=asked.request)
            else:
                self._save_both(incident, beside(incident, command), asked.request)
            return Answer(incident, command.recorded_at)

    def _save_both(self, incident: Incident, other: Record, request: RequestKey | None) -> None:
        """Save records of two logs in one transaction, the new one first: only a repeated request waits for that."""
        with self.ledger.engine.begin() as connection:
            self.ledger.save(incident, request=request, connection=connection)
            self.ledger.save(other, connection=connection)
        self.ledger.committed()
