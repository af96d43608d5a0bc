"""Reading what may break: spec.services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import Service
from escalation.agreement.sections.support import read_support
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, declared, distinct, keyed, show

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What services may name; None: that part could not be read."""

    parties: Collection[str] | None
    calendars: Collection[str] | None


def read_services(field: Field, context: ServiceContext) -> dict[str, Service]:
    """spec.services; a service may depend on one that is declared after it."""
    known = declared(field)
    if field.value == []:
        field.mistake("no service", "declare at least one: each incident names the service that it is about")
    return keyed(field.items(), lambda item: _service(item, context, known), "id")


def _service(field: Field, context: ServiceContext, services: Collection[str] | None) -> Service:
    entry = field.section(("id", "provided_by", "used_by", "tier", "depends_on", "support"))
    users = distinct(entry.need("used_by").one_or_many())
    service = Service(
        id=values.name(entry.need("id")),
        provided_by=values.refer(entry.need("provided_by"), context.parties, "party"),
        used_by=tuple(values.refer(item, context.parties, "party") for item in users),
        tier=values.name(entry.get("tier")) or None,
        depends_on=tuple(
            values.refer(item, services, "service") for item in distinct(entry.get("depends_on", []).items())
        ),
        support=read_support(entry.get("support"), context.calendars),
    )
    if service.id and service.id in service.depends_on:
        entry.get("depends_on").mistake("a service cannot depend on itself", f"remove {show(service.id)}")
    return service
