"""From a document's root to an agreement: the envelope, and every part of `spec` beside the parts that it refers to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, cast

import rfc8785

from escalation.agreement.layers.reading import read_layers, with_layers
from escalation.agreement.model import Agreement, Contact, Party, Service, Webhook
from escalation.agreement.sections.addressees import Addressees, held_roles, party_names
from escalation.agreement.sections.clockwork import Named, read_clockwork
from escalation.agreement.sections.confidentiality import read_confidentiality
from escalation.agreement.sections.header import Header, Known, read_handover, read_header
from escalation.agreement.sections.opening_hours import calendar_names
from escalation.agreement.sections.people import read_contacts, read_parties, read_webhooks
from escalation.agreement.sections.rulebook import Rulebook, read_rulebook
from escalation.agreement.sections.services import ServiceContext, read_services
from escalation.agreement.text.fields import Field, Section, declared, fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.sections.clockwork import Clockwork
    from incidents.terms import FieldClass

API_VERSION = "partnership-sla/v1"
KIND = "PartnershipAgreement"

_SPEC = (
    "term",
    "defaults",
    "parties",
    "contacts",
    "webhooks",
    "bodies",
    "services",
    "calendars",
    "timezone_data",
    "severity",
    "clock_rules",
    "targets",
    "pauses",
    "exclusions",
    "tolerance",
    "ladders",
    "remedies",
    "notifications",
    "governance",
    "confidentiality",
    "layers",
)


class _People(NamedTuple):
    parties: dict[str, Party]
    webhooks: dict[str, Webhook]
    contacts: dict[str, Contact]
    services: dict[str, Service]
    confidentiality: dict[str, FieldClass]
    handover: tuple[str, ...]


def assemble(root: Field, known: Known = None) -> Agreement | None:
    """The agreement, or None if there is a mistake anywhere; mistakes go to the root's findings."""
    envelope = root.section(("apiVersion", "kind", "metadata", "spec"))
    fixed(envelope.need("apiVersion"), API_VERSION)
    fixed(envelope.need("kind"), KIND)
    spec = envelope.need("spec").section(_SPEC)
    header = read_header(envelope.need("metadata"), spec, known)
    people = _people(spec, header.tz)
    clocks = read_clockwork(spec, Named(people.parties, people.services, _addressees(spec, people)), header.tz)
    rules = read_rulebook(spec, people.parties, people.contacts, clocks)
    by_service = read_layers(spec.get("layers"), root, declared(spec.get("parties")), assemble)
    if len(root.findings) or not isinstance(root.value, dict):
        return None
    return with_layers(_agreement(root.value, header, people, clocks, rules), by_service)


def digest_of(document: Mapping[str, object]) -> str:
    """Hexadecimal SHA-256 of the document's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(cast("dict[str, None]", document))).hexdigest()


def _people(spec: Section, tz: str) -> _People:
    listed, posts, contacts = spec.need("parties"), spec.get("webhooks", []), spec.get("contacts", [])
    parties = read_parties(listed, tz)
    return _People(
        parties=parties,
        webhooks=read_webhooks(posts, declared(listed)),
        contacts=read_contacts(contacts, declared(listed), declared(posts)),
        services=read_services(
            spec.need("services"), ServiceContext(declared(listed), calendar_names(spec.get("calendars")))
        ),
        confidentiality=read_confidentiality(spec.get("confidentiality"), parties, party_names(listed)),
        handover=read_handover(spec.get("term"), listed, parties),
    )


def _addressees(spec: Section, people: _People) -> Addressees:
    return Addressees(
        contacts=declared(spec.get("contacts", [])),
        sides=party_names(spec.get("parties")),
        held=held_roles(people.parties, people.contacts),
        webhooks=declared(spec.get("webhooks", [])),
        bodies=declared(spec.get("bodies", [])),
    )


def _agreement(
    document: dict[str, object], header: Header, people: _People, clocks: Clockwork, rules: Rulebook
) -> Agreement:
    return Agreement(
        partnership=header.partnership,
        version=header.version,
        supersedes=header.supersedes,
        title=header.title,
        digest=digest_of(document),
        document=document,
        effective_from=header.effective_from,
        effective_to=header.effective_to,
        tz=header.tz,
        notice=header.notice,
        currency=header.currency,
        handover=people.handover,
        parties=people.parties,
        contacts=people.contacts,
        webhooks=people.webhooks,
        services=people.services,
        calendars=clocks.hours.calendars,
        known_until=clocks.hours.known_until,
        severity=clocks.severity,
        clock_rules=clocks.rules,
        targets=clocks.targets,
        pauses=clocks.pauses,
        ladders=clocks.ladders.rungs,
        powers=clocks.powers,
        quiet_hours=clocks.ladders.quiet_hours,
        exhausted=clocks.ladders.exhausted,
        acknowledging=clocks.ladders.acknowledging,
        exclusions=clocks.exclusions,
        tolerance=clocks.tolerance,
        confidentiality=people.confidentiality,
        bodies=rules.bodies,
        notifications=rules.notifications,
        governance=rules.governance,
        later=rules.later,
    )
