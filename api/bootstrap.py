"""The one composition root: where every port gets its adapter (design: the house)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from api.keys import ApiKey, ApiKeys, Keys
from escalation.agreements import AgreementBook, Agreements, AgreementVersions
from escalation.attainment import Attainment
from escalation.deadlines import Deadlines
from escalation.engine import Engine
from incidents.incident import Incident
from incidents.incidents import Incidents
from incidents.ledger.catalogue import Catalogue
from incidents.ledger.clock import Clock, DatabaseClock
from incidents.ledger.connections import LEADER_TIMEOUTS, RUNTIME, SEQUENCER, WORKING_TIMEOUTS, connect
from incidents.ledger.followers import FollowerRunner
from incidents.ledger.ledger import Ledger
from incidents.ledger.sequencer import Sequencer
from incidents.ledger.wake import Listener, Waker
from incidents.states import IncidentStates
from notifications.deliveries import Deliveries

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine as Database

    from incidents.ledger.projections import Projection


@dataclass
class Tocsin:
    """Everything that a process may use, wired once."""

    url: str
    database: Database
    clock: Clock
    ledger: Ledger
    book: AgreementBook
    incidents: Incidents
    keys: Keys
    engine: Engine
    attainment: Attainment
    waker: Waker

    def followers(self) -> list[FollowerRunner]:
        """Give those who read the sequence, each to be moved along."""
        return [FollowerRunner(self.database, self.ledger.mapper, follower) for follower in (self.attainment,)]

    @cached_property
    def sequencer(self) -> Sequencer:
        """The sequencer, with connections of its own role: it alone may write the sequence."""
        return Sequencer(self._sequencing)

    @cached_property
    def _sequencing(self) -> Database:
        return connect(self.url, SEQUENCER, pool_size=1, settings=LEADER_TIMEOUTS)

    def listener(self) -> Listener:
        """Give what waits for commits."""
        return Listener(self.database)

    def close(self) -> None:
        """Let go of the database."""
        self.waker.close()
        self.database.dispose()
        self._sequencing.dispose()


def catalogue() -> Catalogue:
    """Give the allow-list of all event types."""
    types = Catalogue()
    types.add(Incident, "incident")
    types.add(Agreements, "agreement")
    types.add(ApiKey, "key")
    return types


def build(
    url: str, *, pool_size: int = 10, clock: Clock | None = None, committed: Callable[[], None] | None = None
) -> Tocsin:
    """Wire everything to a migrated database. `clock` and `committed` default to the production ones."""
    database = connect(url, RUNTIME, pool_size=pool_size, settings=WORKING_TIMEOUTS)
    clock = clock or DatabaseClock(database)
    projections: list[Projection] = []
    waker = Waker(database)
    ledger = Ledger(database, catalogue(), clock, projections, committed or waker.notify)
    book = AgreementBook(ledger)
    deadlines = Deadlines(book)
    # The deadline row comes first: writers of one incident wait there, before they hold what the others need.
    projections += [deadlines, IncidentStates(), AgreementVersions(), Deliveries(book), ApiKeys()]
    return Tocsin(
        url=url,
        database=database,
        clock=clock,
        ledger=ledger,
        book=book,
        incidents=Incidents(ledger, book),
        keys=Keys(ledger),
        engine=Engine(ledger, book, deadlines),
        attainment=Attainment(ledger, book),
        waker=waker,
    )
