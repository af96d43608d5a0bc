"""The services of a partnership, and how each is supported: as the agreement in force says."""

from __future__ import annotations

from typing import Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin
from api.http.crew_views import service_view
from api.http.resources.people import PARTNERSHIP, people
from api.http.schemas.services import ServiceList


@people.operation(
    "GET",
    "/<partnership>/services",
    "listServices",
    gives=ServiceList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def list_services(partnership: str) -> dict[str, Any]:
    """List the services: by which channels their support is reached, whether it is there now, and what it speaks."""
    must_reach(partnership)
    now = tocsin().clock.now()
    agreement = tocsin().book.in_force(partnership, now).agreement
    laid = [agreement.for_service(name) for name in agreement.services]
    items = [service_view(each.services[name], each, now) for name, each in zip(agreement.services, laid, strict=True)]
    return {"agreement_version": agreement.version, "items": items}
