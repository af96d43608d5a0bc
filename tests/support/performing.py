"""A partnership whose clocks are tolerated, whose periods have objectives, and whose failures are warned of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from escalation.performance.record import Performance, stream_of
from escalation.tables import attainment
from incidents.incident import Incident
from incidents.ledger.connections import connect
from incidents.ledger.reach import SEQUENCER
from incidents.ledger.sequencer import Sequencer
from incidents.opening import Report
from incidents.terms import Assessment
from tests.support.clocked import worded
from tests.support.desk import ME, Desk

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from incidents.incidents import Asked
    from incidents.ledger.facts import Fact

US = "acme-globex"
TOLERANCE = """  tolerance:
    per_incident:
      - {target: resolve, deviation_up_to: 10%}
    per_period:
      - {id: s1-resolve, target: resolve, severity: [S1], window: {calendar: P1M}, objective: 0.75, breach_below: 0.5,
         min_sample: 3}
      - {id: all-resolve, target: resolve, severity: [S1, S2], window: {calendar: P3M}, objective: 0.9,
         breach_below: 0.8, min_sample: 1}
    turns_into_breach: {deviations: 3, of: same_target, within: P1M}
    warnings:
      - {id: first, breaches: 2, within: P1M, to: provider.head_of_operations, notify: [partner]}
  ladders:
"""
"""Resolving an S1 takes 100 s, and 110 s are tolerated."""
HOURS = {
    "within: {S1: PT10S, S2: PT20S, S3: null}": "within: {S1: PT10H, S2: PT20H, S3: null}",
    "within: {S1: PT20S, S2: PT60S, S3: null}": "within: {S1: PT20H, S2: PT60H, S3: null}",
    "within: {S1: PT30S, S2: PT60S, S3: PT100S}": "within: {S1: PT30H, S2: PT60H, S3: null}",
}
"""All other clocks take their time."""
MET, DEVIATED, BREACHED = 50, 105, 150
"""Seconds after which an S1 is resolved to come to that."""


def tolerant(changes: dict[str, str] | None = None, others: dict[str, str] | None = None) -> Agreement:
    """Read the agreement of these tests, with some words of its tolerance changed, and of its other sections."""
    text = TOLERANCE
    for found, instead in (changes or {}).items():
        assert found in text
        text = text.replace(found, instead)
    return worded({"  ladders:\n": text, **HOURS, **(others or {})})


class Performing(Desk):
    """A desk whose facts are sequenced and followed, too."""

    def __init__(self, database_url: str, agreement: Agreement | None = None) -> None:
        """Publish the tolerant agreement, or another."""
        super().__init__(database_url, agreement or tolerant())
        self._sequencing = connect(database_url, SEQUENCER, pool_size=1)
        self._sequencer = Sequencer(self._sequencing, self.clock)

    def close(self) -> None:
        """Let go of the database."""
        self._sequencing.dispose()
        super().close()

    def sequence(self) -> None:
        """Sequence what is recorded."""
        self._sequencer.run_until_idle()

    def follow(self) -> None:
        """Let every follower take what is recorded, until nothing more comes of it."""
        self.sequence()
        while sum(runner.run_once() for runner in self.tocsin.followers()):
            self.sequence()

    def resolved_after(self, seconds: float, severity: str = "S1", asked: Asked = ME) -> str:
        """Declare an incident and resolve it after so long, with all that follows; give its stream."""
        report = Report("Payments fail", "payments", assessment=Assessment(severity=severity))
        stream = self.incidents.declare(US, report, asked).incident.id
        self.turn(seconds=seconds)
        self.incidents.resolve(stream, None, ME)
        self.turn()
        self.follow()
        return stream

    def move_to(self, instant: str) -> None:
        """Move the clock to an instant, and let the engine and the followers work, before it too."""
        self.follow()
        at = datetime.fromisoformat(instant).astimezone(UTC)
        self.turn(seconds=(at - self.clock.now()).total_seconds())
        self.follow()
        self.turn()

    def outcomes(self, clock: str = "resolve") -> list[str]:
        """Give what became of a clock, in the order of the incidents' ends."""
        query = select(attainment.c.outcome).where(attainment.c.clock == clock).order_by(attainment.c.ended_at)
        with self.tocsin.database.connect() as connection:
            return list(connection.scalars(query))

    def repeated(self, stream: str) -> list[Any]:
        """Give the breaches by repetition of an incident."""
        return [fact for fact in self.told(stream, Incident.ClockBreached) if fact.repeated is not None]

    def performance(self) -> Performance:
        """Read the partnership's record."""
        return self.tocsin.ledger.get(Performance, stream_of(US))

    def said(self, *kinds: type[Fact]) -> list[Any]:
        """Give what was told of the partnership, of some kinds."""
        return [fact for fact in self.performance().history if isinstance(fact, kinds)]


def ids(*streams: str) -> list[str]:
    """Give the public ids of incidents."""
    return [stream.rpartition("/")[2] for stream in streams]
