"""Incidents that page people: in memory for pure tests, and on a real database where only time is moved."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from sqlalchemy import select

from escalation.agreement.reading import read
from escalation.crew.own import OwnStaff
from escalation.crew.staff import NOBODY
from escalation.terms import AgreementTerms
from incidents import happenings as h
from incidents.incident import Incident
from incidents.incidents import Asked, Incidents
from incidents.ledger.catalogue import Catalogue
from incidents.ledger.command import Command, in_command
from incidents.ledger.connections import connect
from incidents.ledger.ledger import Ledger
from incidents.ledger.reach import WORKER
from incidents.opening import Report
from incidents.states import IncidentStates, Standing
from incidents.terms import Assessment
from notifications.message.message import Composer
from notifications.owed.deliveries import Deliveries
from notifications.queue.delivery import Delivery
from notifications.queue.queue import LEASE
from notifications.queue.sender import Sender
from notifications.queue.tables import deliveries
from tests.support.clock import MovedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from notifications.channels.channel import Channel

AGREEMENT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {id: acme-globex, version: 1, title: For tests}
spec:
  term: {effective_from: "2026-01-01T00:00:00Z", effective_to: null}
  defaults: {tz: UTC}
  parties:
    - {id: acme, role: provider, kind: signatory}
    - {id: globex, role: client, kind: signatory}
  contacts:
    - {id: acme-duty, party: acme, role: duty_manager}
    - {id: acme-ops, party: acme, role: head_of_operations}
    - {id: globex-ops, party: globex, role: service_owner}
  services:
    - {id: payments-api, provided_by: acme, used_by: globex, tier: critical}
  calendars:
    always: {tz: UTC, hours: {daily: [["00:00", "24:00"]]}}
  severity:
    scale: [S1, S2]
    impact: [critical, minor]
    urgency: [immediate, normal]
    matrix:
      critical: {immediate: S1, normal: S1}
      minor: {immediate: S2, normal: S2}
  targets:
    acknowledge: {from: reported, until: acknowledged, pausable: false, within: {S1: PT15M, S2: null}, calendar: always}
    resolve: {from: reported, until: resolved, pausable: false, within: {S1: PT8H, S2: null}, calendar: always}
  ladders:
    S1:
      - {when: opened, to: [acme-duty], notify: [globex-ops]}
      - {when: {clock: acknowledge, at: 100%}, to: [acme-ops], repeat_every: PT5M, max_repeats: 3}
      - {when: {clock: resolve, at: 75%}, to: [acme-ops]}
"""


def the_agreement() -> Agreement:
    """Read the agreement above."""
    agreement, mistakes = read(AGREEMENT)
    assert agreement is not None, mistakes
    return agreement


class OneAgreement:
    """Every incident is under the one agreement. Implements incidents.terms.Agreements and message.Agreements."""

    def __init__(self) -> None:
        """Read it once."""
        self._agreement = the_agreement()

    def get(self, partnership: str, version: int) -> Agreement:
        """Give it."""
        assert (partnership, version) == (self._agreement.partnership, self._agreement.version)
        return self._agreement

    def pinned(self, partnership: str, version: int) -> AgreementTerms:
        """Give its terms."""
        return AgreementTerms(self.get(partnership, version))

    def in_force(self, partnership: str, at: datetime) -> AgreementTerms:
        """Give its terms, at any time."""
        del at
        return self.pinned(partnership, 1)


class Addresses:
    """Stands for agreements where addresses are looked up: a page of these tests names its webhook by its URL."""

    def get(self, partnership: str, version: int) -> Agreement:
        """Give itself, for it can say where a message goes."""
        del partnership, version
        return cast("Agreement", self)

    def destination(self, contact: str, via: str) -> str:
        """Take the address at its word."""
        return via.removeprefix("webhook:") if via.startswith("webhook:") else contact


def page(
    recipient: str = "acme-duty", *, channel: str = "webhook", destination: str | None = None, urgency: int = 0
) -> dict[str, Any]:
    """Give a page as a rung lists it, under an id of its own."""
    via = f"webhook:{destination or f'https://{recipient}.example/pages'}" if channel == "webhook" else channel
    return {
        "delivery": uuid4().hex,
        "recipient": recipient,
        "channel": channel,
        "via": via,
        "urgency": urgency,
    }


def rung(*pages: dict[str, Any], number: int = 0, clock: str | None = None, nth: int = 0) -> dict[str, Any]:
    """Give the values of a fired rung of ladder S1: rung `number`, on `clock` (None: on the opening)."""
    return {"ladder": "S1", "rung": number, "clock": clock, "cycle": 1, "round": nth, "pages": list(pages)}


class Story:
    """An incident in memory, with a clock of its own that moves a second before each thing that happens."""

    def __init__(self, *, source: str | None = None, title: str = "Payments fail") -> None:
        """Declare an incident of severity S1."""
        self.clock = MovedClock()
        self.projection = Deliveries(Addresses())
        self.terms = AgreementTerms(the_agreement())
        with self.moment():
            self.incident: Incident = Incident._create(  # noqa: SLF001 - the library's own way to create with a given id
                Incident.Declared,
                id="acme-globex/incident/5f0c",
                number=1042,
                title=title,
                description="Not for everybody",
                service="payments-api",
                agreement_version=1,
                impact="critical",
                urgency="immediate",
                users_affected_pct=None,
                flags=[],
                severity="S1",
                because="matrix",
                source=source,
                source_id=source,
                by="key:1",
                at=self.clock.now(),
            )

    @contextmanager
    def moment(self) -> Iterator[datetime]:
        """Be in a command, a second later."""
        with in_command(Command(recorded_at=self.clock.move(seconds=1))) as command:
            yield command.recorded_at

    def fire(self, *pages: dict[str, Any], clock: str | None = None) -> None:
        """Fire a rung."""
        with self.moment() as at:
            self.incident.tell(h.RungFired, at, **rung(*pages, clock=clock))

    def sent(self, told: dict[str, Any]) -> None:
        """Record that a page left."""
        whom = {name: told[name] for name in ("delivery", "recipient", "channel")}
        with self.moment() as at:
            self.incident.tell(h.PageSent, at, kind="page", **whom, tries=1)

    def acknowledge(self, by: str = "key:2") -> None:
        """Take it."""
        with self.moment() as at:
            self.incident.acknowledge(self.terms, by=by, at=at)

    def unacknowledge(self) -> None:
        """Give it back."""
        with self.moment() as at:
            self.incident.unacknowledge(None, self.terms, by="key:2", at=at)

    def resolve(self) -> None:
        """Say that it is over."""
        with self.moment() as at:
            self.incident.resolve(None, by="key:2", at=at)

    def delivery(self, kind: str, version: int | None = None) -> Delivery:
        """Claim a delivery of this incident, caused by its last fact or that of a version."""
        return a_delivery(kind, self.incident, self.incident.version if version is None else version)


def a_delivery(kind: str, incident: Incident, version: int, destination: str = "acme-duty") -> Delivery:
    """Give a claimed delivery."""
    return Delivery(
        id="d1",
        stream=incident.id,
        version=version,
        kind=kind,
        recipient="acme-duty",
        channel="webhook",
        destination=destination,
        urgency=0,
        tries=1,
        leased_until=MovedClock().now() + LEASE,
        owed_at=MovedClock().now(),
        partnership=incident.partnership,
    )


class Unconcerned:
    """Implements incidents.states.Standings: nobody is concerned, and nothing is owed."""

    def of(self, _: Incident) -> Standing:
        """Say so."""
        return Standing((), 0, (), None)


class House:
    """Incidents and their deliveries on a real database; only time is not real."""

    def __init__(self, database_url: str) -> None:
        """Connect as the runtime role."""
        self.clock = MovedClock()
        catalogue = Catalogue()
        catalogue.add(Incident, "incident")
        self.engine = connect(database_url, WORKER)
        self.agreements = OneAgreement()
        self.ledger = Ledger(
            self.engine, catalogue, self.clock, [IncidentStates(Unconcerned()), Deliveries(Addresses())]
        )
        self.incidents = Incidents(self.ledger, self.agreements, OwnStaff(NOBODY))

    def declare(self, visible_to: tuple[str, ...] | None = None) -> str:
        """Declare an incident of severity S1, by the provider; give its stream."""
        report = Report("Payments fail", "payments-api", assessment=Assessment("critical", "immediate"))
        return self.incidents.declare(
            "acme-globex", report, Asked("key:1", party="acme", visible_to=visible_to)
        ).incident.id

    def fire(self, stream: str, *pages: dict[str, Any], number: int = 0, clock: str | None = None) -> None:
        """Fire a rung, as the engine does."""
        values = rung(*pages, number=number, clock=clock)
        self.incidents.witness(stream, lambda it, at: it.tell(h.RungFired, at, **values))

    def sender(self, *channels: Channel, at_once: int = 8) -> Sender:
        """Give one more sender; chance makes its waits neither longer nor shorter."""
        named = {channel.name: channel for channel in channels}
        composer = Composer(self.agreements, "http://tocsin.example")
        return Sender(self.incidents, composer, named, at_once=at_once, chance=lambda: 0.5)

    def rows(self, kind: str = "page") -> list[Any]:
        """Read the deliveries of a kind."""
        with self.engine.connect() as connection:
            query = select(deliveries).where(deliveries.c.kind == kind).order_by(deliveries.c.due_at)
            return list(connection.execute(query))
