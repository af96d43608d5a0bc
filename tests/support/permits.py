"""A small record that reminds: a permit that ends some day, and the contacts who should hear of it a week before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from eventsourcing.domain import event
from sqlalchemy import select

from escalation.agreement.model import Contact, Webhook
from escalation.clocks.courses import Courses
from escalation.crew.own import OwnStaff
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.deadlines import Deadlines
from escalation.engine.engine import Engine
from escalation.engine.incident_duties import IncidentDuties
from escalation.engine.reminders import Occasion, Reminding
from escalation.tables import deadlines
from incidents.incident import Incident
from incidents.incidents import Incidents
from incidents.ledger.catalogue import Catalogue
from incidents.ledger.connections import connect
from incidents.ledger.facts import FirstFact
from incidents.ledger.ledger import Ledger
from incidents.ledger.reach import WORKER
from incidents.opening import Report
from incidents.states import IncidentStates
from incidents.terms import Assessment
from notifications.message.message import Composer
from notifications.owed.deliveries import Deliveries
from notifications.queue.sender import Sender
from notifications.queue.tables import deliveries
from tests.support.clock import NOON, MovedClock
from tests.support.desk import ME
from tests.support.paging import OneAgreement, Unconcerned, the_agreement

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.book import AgreementBook
    from escalation.engine.duties import Duties
    from incidents.ledger.projections import Projection
    from notifications.channels.channel import Channel

BY = "key:ab12"
AHEAD = timedelta(days=7)
END = NOON + timedelta(days=30)
WARNED = END - AHEAD


class Permit(Reminding):
    """Something is allowed until a day."""

    class Event(Reminding.Event):
        """Something that happened to a permit."""

    class Granted(FirstFact):
        """It was given, under a version of an agreement."""

        agreement_version: int
        until: datetime

    class Renewed(Event):
        """It ends later."""

        until: datetime

    class Moved(Event):
        """It is under another version of the agreement."""

        agreement_version: int

    @property
    def path(self) -> str:
        """Where people read it."""
        return f"permits/{self.id.rsplit('/', 1)[1]}"

    @property
    def occasion(self) -> Occasion:
        """What people are to be reminded of next."""
        return Occasion("permit_ends", "road works", self.until)

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say what ends."""
        return f"The permit for {reminded.about} ends"

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """A permit that was renewed reminds of its new end alone."""
        return reminded.occasion == self.occasion

    def renew(self, until: datetime, at: datetime) -> None:
        """Let it end later."""
        self.trigger_event(Permit.Renewed, until=until, by=BY, at=at)

    def move(self, agreement_version: int, at: datetime) -> None:
        """Put it under another version."""
        self.trigger_event(Permit.Moved, agreement_version=agreement_version, by=BY, at=at)

    @event(Granted)
    def __init__(self, agreement_version: int, until: datetime) -> None:
        """Begin."""
        self.agreement_version, self.until = agreement_version, until

    @event(Renewed)
    def _renewed(self, until: datetime) -> None:
        self.until = until

    @event(Moved)
    def _moved(self, agreement_version: int) -> None:
        self.agreement_version = agreement_version


def granted(at: datetime, until: datetime = END) -> Permit:
    """Give a new permit under version 1, not yet saved."""
    stream = f"acme-globex/permit/{uuid4().hex}"
    return Permit._create(Permit.Granted, id=stream, agreement_version=1, until=until, by=BY, at=at)  # noqa: SLF001 - the library's own way to create with a given id


class PermitDuties:
    """A permit reminds the provider's operations a week before it ends. Implements escalation.engine.duties.Duties."""

    kind = Permit

    def __init__(self, book: Versions) -> None:
        """Take the agreements."""
        self._book = book

    def next_instant(self, record: Permit) -> datetime | None:
        """A week before its end, once."""
        return None if record.has_reminded(record.occasion) else record.until - AHEAD

    def tell(self, record: Permit, now: datetime) -> None:
        """Remind."""
        due = self.next_instant(record)
        if due is not None and due <= now:
            agreement = self._book.get(record.partnership, record.agreement_version)
            record.remind(record.occasion, Calling(agreement, NOBODY, now), page=["acme-ops"], notify=["globex-ops"])


class Versions(OneAgreement):
    """Two versions of an agreement: in the second the pager of the provider's operations has another address."""

    def __init__(self, *pagers: str) -> None:
        """Take the addresses of the pager, that of version 1 first."""
        super().__init__()
        self._pagers = pagers

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version; AssertionError: there is none."""
        assert 0 < version <= len(self._pagers)
        agreement, url = super().get(partnership, 1), self._pagers[version - 1]
        ops = Contact("acme-ops", "acme", "head_of_operations", via=("webhook:pager",))
        contacts = {**agreement.contacts, ops.id: ops}
        return replace(agreement, version=version, contacts=contacts, webhooks={"pager": Webhook("pager", "acme", url)})


class Office:
    """Permits and incidents on a real database, with one engine for both; only time is not real."""

    def __init__(self, database_url: str, *pagers: str) -> None:
        """Connect as the worker."""
        self.clock = MovedClock()
        self.book = Versions(*pagers or ("https://one.example/", "https://two.example/"))
        self.database = connect(database_url, WORKER)
        self.duties: list[Duties[Any]] = [
            IncidentDuties(Courses(cast("AgreementBook", self.book))),
            PermitDuties(self.book),
        ]
        self.deadlines = Deadlines(self.duties)
        projections: list[Projection] = [self.deadlines, IncidentStates(Unconcerned()), Deliveries(self.book)]
        catalogue = Catalogue()
        catalogue.add(Incident, "incident")
        catalogue.add(Permit, "permit")
        self.ledger = Ledger(self.database, catalogue, self.clock, projections)
        self.incidents = Incidents(self.ledger, self.book, OwnStaff(NOBODY))

    @cached_property
    def engine(self) -> Engine:
        """The engine of both."""
        return Engine(self.ledger, self.duties, self.deadlines)

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    def grant(self, until: datetime = END) -> str:
        """Save a new permit; give its stream."""
        with self.ledger.command() as command:
            permit = granted(command.recorded_at, until)
            self.ledger.save(permit)
        return permit.id

    def renew(self, stream: str, until: datetime) -> None:
        """Let a permit end later."""
        self.ledger.witness(Permit, stream, lambda permit, at: permit.renew(until, at))

    def declare(self) -> str:
        """Declare an incident; give its stream."""
        report = Report("Payments fail", "payments-api", assessment=Assessment("critical", "immediate"))
        return self.incidents.declare(the_agreement().partnership, report, ME).incident.id

    def turn(self, at: datetime) -> int:
        """Move the clock to an instant and let the engine work until nothing is due; give how many it claimed."""
        self.clock.move(seconds=(at - self.clock.now()).total_seconds())
        return sum(iter(self.engine.run_once, 0))

    def get(self, stream: str) -> Permit:
        """Read a permit."""
        return self.ledger.get(Permit, stream)

    def names(self, stream: str) -> list[str]:
        """Give the names of what happened to a record."""
        with self.database.connect() as connection:
            [record] = self.ledger.get_many([stream], connection).values()
        return [type(fact).__name__ for fact in record.history]

    def deadline(self, stream: str) -> datetime | None:
        """Read a record's row."""
        with self.database.connect() as connection:
            found: datetime | None = connection.scalar(select(deadlines.c.due_at).where(deadlines.c.stream == stream))
            return found

    def rows(self) -> dict[str, Any]:
        """Read the deliveries, by recipient."""
        with self.database.connect() as connection:
            return {row.recipient: row for row in connection.execute(select(deliveries))}

    def sender(self, *channels: Channel) -> Sender:
        """Give one more sender; chance makes its waits neither longer nor shorter."""
        composer = Composer(self.book, "http://tocsin.example/")
        return Sender(self.incidents, composer, {each.name: each for each in channels}, chance=lambda: 0.5)
