"""What an agreement says for one service, once its layers are laid over it."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin, viewer
from api.http.access_log import noted
from api.http.moments import memento_headers
from api.http.resources.agreements import MAX_VERSION, agreements
from api.http.schemas.agreements import EffectiveAgreement, EffectiveQuery
from escalation.agreement.layers.merging import merged
from escalation.agreement.secrets import shown
from incidents.errors import InvalidField
from notifications.addresses import agreement_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement import Agreement
    from escalation.agreement.text.mistakes import Path


@agreements.operation(
    "GET",
    f"/<partnership>/<int(min=1, max={MAX_VERSION}):version>/effective",
    "getEffectiveAgreement",
    example={"path": {"version": 1}, "query": {"service": "payments-api"}},
    takes=EffectiveQuery,
    gives=EffectiveAgreement,
    headers={"Cache-Control": "CACHING"},
    errors=(*openapi.READ_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY),
    path=(openapi.PARTNERSHIP_PARAMETER,),
    scope=Scope.AGREEMENTS_READ,
)
def effective(query: dict[str, Any], partnership: str, version: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Read what a version says for one service: its layers merged, and which layer each value came from.

    The addresses of other parties' webhooks are withheld, as in the version itself.
    """
    must_reach(partnership)
    found = tocsin().book.get(partnership, version)
    service = query["service"]
    if service not in found.services:
        raise InvalidField("service", f"It must be one of: {', '.join(found.services)}.")
    noted(partnership, str(version))
    return _view(found, service), memento_headers({}, final=not found.webhooks)


def _view(agreement: Agreement, service: str) -> dict[str, Any]:
    laid = merged(agreement.document, service)
    document, withheld = shown(replace(agreement, document=laid.document), viewer(agreement.partnership))
    address = agreement_address(agreement.partnership, agreement.version)
    return {
        "partnership": agreement.partnership,
        "version": agreement.version,
        "service": service,
        "layers": [{"id": layer["id"], "level": layer["level"]} for layer in laid.layers],
        "spec": document["spec"],
        "origins": _dotted(laid.origins),
        "removed": _dotted(laid.removed),
        "withheld": withheld,
        "links": {"agreement": address},
    }


def _dotted(layers: Mapping[Path, str]) -> dict[str, str]:
    return {".".join(map(str, path)): layer for path, layer in layers.items()}
