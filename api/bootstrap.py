"""The one composition root: where every port gets its adapter (design: the house)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.access.journal import Journal
from api.access.keys import Keys
from api.access.limits import USUAL, Limit, Limits
from api.access.members import Members
from api.access.oidc.access_tokens import AccessTokens
from api.access.oidc.provider import Provider
from api.access.people import People
from api.access.reads import Reads
from api.access.roll import MemberRoll
from api.access.secret import Secrets
from api.access.sessions import Sessions
from api.access.sign_in import SignIn
from api.catalogue import catalogue
from api.metrics.counting import FactCounts, late
from api.metrics.figures import Figures
from api.rows import rows_of
from api.seats import Seats
from escalation.book import (
    AgreementBook,
    AgreementDuties,
    AgreementLife,
    Migrations,
)
from escalation.clocks.courses import Courses
from escalation.crew.book import Crew
from escalation.crew.own import OwnStaff
from escalation.engine.deadlines import Deadlines
from escalation.engine.engine import Engine
from escalation.engine.incident_duties import IncidentDuties
from escalation.heartbeats.room import HeartbeatRoom
from escalation.matters import (
    CertificateDuties,
    DisputeDuties,
    Matters,
    NoticeDuties,
)
from escalation.oncall.book import Schedules
from escalation.oncall.duties import ScheduleDuties
from escalation.oncall.feeds import Feeds
from escalation.performance.attainment import Attainment
from escalation.performance.duties import PerformanceDuties
from escalation.performance.judging import Judging
from escalation.performance.period_list import Periods
from incidents.feed import Feed
from incidents.hits import Search
from incidents.incidents import Incidents
from incidents.ledger.clock import Clock, DatabaseClock
from incidents.ledger.connections import LEADER_TIMEOUTS, WORKING_TIMEOUTS, connect
from incidents.ledger.followers import Follower, FollowerRunner
from incidents.ledger.ledger import Ledger
from incidents.ledger.reach import GATE, SEQUENCER, WORKER
from incidents.ledger.sequencer import Sequencer
from incidents.ledger.wake import Bell, Listener, Waker
from incidents.reading import Reading
from incidents.search import FORGET, SearchTexts
from notifications.acknowledging import AckLinks
from notifications.letters.book import Letters
from notifications.letters.reading import LetterReading
from notifications.letters.requeuing import Requeuing
from notifications.links import Links
from notifications.message.message import Composer
from notifications.page_secrets.book import PageSecrets
from notifications.webhooks.body import Bodies
from notifications.webhooks.book import Subscriptions
from notifications.webhooks.fan_out import FanOut
from notifications.webhooks.history import FORGET as FORGET_SENT
from notifications.webhooks.history import FORGET_LANE, FORGET_WAITING, History
from notifications.webhooks.secrets import FORGET as FORGET_SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine as Database

    from api.settings import OidcSettings
    from escalation.engine.duties import Duties
    from incidents.ledger.projections import Projection
    from notifications.posting.reachable import Network


@dataclass
class Tocsin:
    """Everything that a process may use, wired once."""

    url: str
    database: Database
    gate: Database
    """Connections that are always the gate's: every request needs one, and none has to change its role for that."""
    clock: Clock
    ledger: Ledger
    book: AgreementBook
    agreements: AgreementLife
    migrations: Migrations
    matters: Matters
    incidents: Incidents
    ack_links: AckLinks
    reading: Reading
    letters: LetterReading
    requeuing: Requeuing
    keys: Keys
    people: People
    members: Members
    crew: Crew
    schedules: Schedules
    calendar_feeds: Feeds
    heartbeats: HeartbeatRoom
    webhooks: Subscriptions
    page_secrets: PageSecrets
    webhook_history: History
    limits: Limits
    reads: Reads
    journal: Journal
    secret: Secrets
    sessions: Sessions
    sign_in: SignIn | None
    """None: no identity provider is configured."""
    access_tokens: AccessTokens | None
    engine: Engine
    attainment: Attainment
    periods: Periods
    feed: Feed
    bell: Bell
    seats: Seats
    search: Search
    search_texts: SearchTexts
    waker: Waker
    figures: Figures
    public_url: str
    """Where people find this installation; empty where nobody said."""

    @property
    def followed(self) -> tuple[Attainment, SearchTexts]:
        """The projections that followers keep."""
        return self.attainment, self.search_texts

    def followers(self) -> list[FollowerRunner]:
        """Give those who read the sequence, each to be moved along; one of them counts what it took, for metrics."""
        counting = FollowerRunner(
            self.database, self.ledger.mapper, self.attainment, FactCounts(self.ledger.recorder.reading)
        )
        others: tuple[Follower, ...] = (self.search_texts, FanOut(self.ledger.catalogue, self.clock))
        return [counting, *(FollowerRunner(self.database, self.ledger.mapper, follower) for follower in others)]

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
        """Let go of the database, and of the identity provider."""
        if self.sign_in is not None:
            self.sign_in.provider.close()
        self.waker.close()
        self.database.dispose()
        self.gate.dispose()
        self._sequencing.dispose()


SEATS = 4
"""For those who wait, where nobody says how many requests a process answers at the same time."""


def build(  # noqa: PLR0913 - each is a choice of one way to run
    url: str,
    *,
    role: str = WORKER,
    pool_size: int = 10,
    clock: Clock | None = None,
    committed: Callable[[], None] | None = None,
    limit: Limit = USUAL,
    seats: Seats | None = None,
    oidc: OidcSettings | None = None,
    public_url: str = "",
    outbound_allow: Sequence[Network] = (),
) -> Tocsin:
    """Wire everything to a migrated database. `clock` and `committed` default to the production ones.

    `role` is what a connection acts as where nothing else is said: RUNTIME, for what serves requests, reaches nothing.
    """
    database = connect(url, role, pool_size=pool_size, settings=WORKING_TIMEOUTS)
    gate = connect(url, GATE, pool_size=pool_size, settings=WORKING_TIMEOUTS)
    clock = clock or DatabaseClock(database)
    projections: list[Projection] = []
    waker = Waker(database)
    ledger = Ledger(database, catalogue(), clock, projections, committed or waker.notify)
    ledger.forgetting += [FORGET, FORGET_SENT, FORGET_WAITING, FORGET_LANE, FORGET_SECRETS]
    book = AgreementBook(ledger)
    courses = Courses(book)
    roll = MemberRoll(ledger.recorder.reading)
    schedules = Schedules(ledger, book, roll)
    crew = Crew.of(ledger, book, roll, schedules)
    staff = crew.directory
    duties: list[Duties[Any]] = [
        IncidentDuties(courses, staff),
        AgreementDuties(staff),
        PerformanceDuties(ledger, book),
        DisputeDuties(book, staff),
        NoticeDuties(book, staff),
        CertificateDuties(book, staff),
        ScheduleDuties(book, staff),
    ]
    deadlines = Deadlines(duties)
    # The deadline row comes first: writers of one incident wait there, before they hold what the others need.
    projections += [deadlines, *rows_of(courses, book)]
    feed = Feed(ledger)
    people, secret = People(ledger), Secrets(ledger.recorder.reading)
    incidents = Incidents(ledger, book, OwnStaff(staff))
    links = Links(lambda: secret("links"), public_url)
    provider = None if oidc is None else Provider(oidc)
    return Tocsin(
        url=url,
        database=database,
        gate=gate,
        clock=clock,
        ledger=ledger,
        book=book,
        agreements=AgreementLife(ledger, book),
        migrations=Migrations(ledger, book),
        matters=Matters(ledger, book),
        incidents=incidents,
        ack_links=AckLinks(incidents, book, staff, links),
        reading=Reading(ledger, book),
        letters=LetterReading(ledger, Letters(ledger.recorder.reading), book, staff),
        requeuing=Requeuing(incidents, Composer(book, public_url, staff)),
        keys=Keys(ledger, book),
        people=people,
        members=Members(ledger, book, people),
        crew=crew,
        schedules=schedules,
        calendar_feeds=Feeds(ledger, crew.roll),
        heartbeats=HeartbeatRoom.of(book, incidents),
        page_secrets=PageSecrets(ledger, book),
        webhooks=Subscriptions(ledger, book, crew, feed, outbound_allow),
        webhook_history=History(ledger.recorder.reading, Bodies(feed, public_url)),
        limits=Limits(gate, clock, limit),
        reads=Reads(ledger.recorder.reading),
        journal=Journal(ledger),
        secret=secret,
        sessions=Sessions(ledger.recorder.reading, clock),
        sign_in=None if provider is None else SignIn(provider, people, secret, clock, public_url.rstrip("/")),
        access_tokens=None if provider is None else AccessTokens(provider, people, clock),
        engine=Engine(ledger, duties, deadlines, late),
        attainment=Attainment(ledger, book, Judging(ledger, book, staff)),
        periods=Periods(ledger, book),
        feed=feed,
        bell=Bell(Listener(database)),
        seats=seats or Seats(SEATS),
        search=Search(ledger, book),
        search_texts=SearchTexts(),
        waker=waker,
        figures=Figures(database, clock),
        public_url=public_url.rstrip("/"),
    )
