"""Agreements: publish, list, read a version."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import request

from api.http import openapi
from api.http.access import authenticate, must_reach, principal, tocsin
from api.http.bodies import body_bytes, read_json
from api.http.idempotency import answered_before, replay_headers, request_key
from api.http.refusals import OperatorOnly, WrongMediaType
from api.http.schemas.agreements import AgreementList, AgreementQuery, AgreementVersion
from api.http.views import AGREEMENTS, agreement_address, agreement_view
from escalation.agreement import AgreementError, check_document, parse, read
from incidents.errors import NotFound

if TYPE_CHECKING:
    from escalation.agreement import Agreement

MAX_VERSION = 999_999

agreements = openapi.Blueprint(
    "agreements", __name__, url_prefix=AGREEMENTS, description="What the partners agreed, version by version."
)
agreements.before_request(authenticate)
_PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)


@agreements.operation(
    "POST",
    "",
    "publishAgreement",
    gives=AgreementVersion,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", "Idempotency-Replayed": "REPLAYED"},
    errors=(*openapi.WRITE_ERRORS, HTTPStatus.FORBIDDEN),
    parameters=["Idempotency-Key"],
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "string"}},
        },
    },
)
def publish() -> tuple[dict[str, Any], dict[str, str]]:
    """Publish a version of an agreement, as JSON or as the text of its YAML file.

    A version never changes. The same version with the same content again changes nothing and has the same answer.
    Only the operator publishes.
    """
    if principal().partnership is not None:
        raise OperatorOnly  # before the body is parsed, which may be long
    agreement = _agreement_sent()
    asked = request_key()
    headers = replay_headers(replayed=answered_before(asked))
    published = tocsin().book.publish(agreement, by=principal().actor, request=asked)
    location = agreement_address(published.partnership, published.version)
    return _full_view(published), {**headers, "Location": location}


@agreements.operation(
    "GET", "", "listAgreements", takes=AgreementQuery, gives=AgreementList, errors=openapi.READ_ERRORS
)
def list_agreements(query: dict[str, Any]) -> dict[str, Any]:
    """List published versions, by partnership and number."""
    partnership = query.get("partnership", principal().partnership)
    if partnership is not None:
        must_reach(partnership)
    return {"items": [agreement_view(row) for row in tocsin().book.versions(partnership)]}


@agreements.operation(
    "GET", "/<partnership>", "listVersions", gives=AgreementList, errors=openapi.READ_ERRORS, path=_PARTNERSHIP
)
def list_versions(partnership: str) -> dict[str, Any]:
    """List the published versions of one partnership."""
    must_reach(partnership)
    rows = tocsin().book.versions(partnership)
    if not rows:
        raise NotFound
    return {"items": [agreement_view(row) for row in rows]}


@agreements.operation(
    "GET",
    f"/<partnership>/<int(min=1, max={MAX_VERSION}):version>",
    "getAgreement",
    gives=AgreementVersion,
    errors=openapi.READ_ERRORS,
    path=_PARTNERSHIP,
)
def get(partnership: str, version: int) -> dict[str, Any]:
    """Read a version with its document."""
    must_reach(partnership)
    return _full_view(tocsin().book.get(partnership, version))


def _agreement_sent() -> Agreement:
    """Read and check the body. AgreementError with every mistake; Malformed; WrongMediaType."""
    if request.mimetype == "application/yaml":
        agreement, mistakes = read(body_bytes())
    elif request.mimetype == "application/json":
        document = read_json()
        mistakes = check_document(document)
        agreement = None if mistakes else parse(document)
    else:
        raise WrongMediaType("Send the agreement as `application/json`, or its file as `application/yaml`.")
    if agreement is None:
        raise AgreementError(mistakes)
    return agreement


def _full_view(agreement: Agreement) -> dict[str, Any]:
    return {**agreement_view(agreement), "document": agreement.document}
