"""A desk where incidents are worked on a real database: everything is wired as in production, only time is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.bootstrap import Tocsin, build
from escalation.engine.owed import next_instant
from escalation.tables import deadlines
from incidents import happenings as h
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment
from notifications.queue.tables import deliveries
from tests.support.clock import MovedClock
from tests.support.clocked import the_agreement

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from incidents.incident import Incident

ME = Asked(by="key:1")


class Desk:
    """Incidents, their engine and its deadlines."""

    def __init__(self, database_url: str, agreement: Agreement | None = None) -> None:
        """Build it on a migrated database and publish an agreement, whose clocks count seconds."""
        self.clock = MovedClock()
        self.url = database_url
        self.tocsin: Tocsin = build(database_url, clock=self.clock, committed=lambda: None)
        self.agreement = self.tocsin.book.publish(agreement or the_agreement(), by="key:1")
        self.incidents = self.tocsin.incidents
        self._others: list[Tocsin] = []

    def another(self) -> Tocsin:
        """Build what another process would have: connections and caches of its own."""
        self._others.append(build(self.url, clock=self.clock, committed=lambda: None))
        return self._others[-1]

    def close(self) -> None:
        """Let go of the database."""
        for tocsin in (self.tocsin, *self._others):
            tocsin.close()

    def declare(self, severity: str = "S1", at: datetime | None = None) -> str:
        """Declare an incident; give its stream."""
        report = Report("Payments fail", "payments", assessment=Assessment(severity=severity))
        asked = Asked(by="key:1", at=at)
        return self.incidents.declare(self.agreement.partnership, report, asked).incident.id

    def turn(self, **later: float) -> int:
        """Move the clock and let the engine work until nothing is due; give how many incidents it claimed."""
        self.clock.move(**later)
        total = 0
        while claimed := self.tocsin.engine.run_once():
            total += claimed
            assert total < 1000, "the engine runs hot"
        return total

    def get(self, stream: str) -> Incident:
        """Read an incident."""
        return self.incidents.get(stream)

    def told(self, stream: str, *kinds: type[h.SystemEvent]) -> list[Any]:
        """Give what the engine told of an incident, of some kinds or all."""
        return [fact for fact in self.get(stream).history if isinstance(fact, kinds or h.SystemEvent)]

    def names(self, stream: str) -> list[str]:
        """Give the names of what the engine told."""
        return [type(fact).__name__ for fact in self.told(stream)]

    def deadline(self, stream: str) -> datetime | None:
        """Read the incident's row."""
        with self.tocsin.database.connect() as connection:
            found: datetime | None = connection.execute(
                select(deadlines.c.due_at).where(deadlines.c.stream == stream)
            ).scalar()
            return found

    def expected_deadline(self, stream: str) -> datetime | None:
        """Work out what the row should hold."""
        return next_instant(self.get(stream), lambda _: self.agreement)

    def deliveries(self, stream: str) -> list[tuple[str, str]]:
        """Give whom messages are owed to, and of which kind, in the order in which they fell due."""
        query = select(deliveries.c.kind, deliveries.c.recipient).where(deliveries.c.stream == stream)
        with self.tocsin.database.connect() as connection:
            return [(kind, recipient) for kind, recipient in connection.execute(query.order_by(deliveries.c.version))]
