"""Agreements: publish, list, read a version. How versions are signed, move incidents and end: see the others."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer, wanted
from api.http.access_log import noted, noted_all
from api.http.agreement_views import standing_view
from api.http.bodies import body_bytes, read_json
from api.http.idempotency import answered_before, replay_headers, request_key
from api.http.moments import memento_headers
from api.http.refusals import WrongMediaType
from api.http.schemas.agreement_life import StandingList
from api.http.schemas.agreements import AgreementQuery, AgreementVersion, InForceQuery, VersionsQuery
from api.http.views import agreement_view
from escalation.agreement import AgreementError, check_document, parse, read
from escalation.agreement.secrets import shown
from notifications.addresses import AGREEMENTS, agreement_address

if TYPE_CHECKING:
    from escalation.agreement import Agreement

    Answer = tuple[dict[str, Any], dict[str, str]]

MAX_VERSION = 999_999
EXAMPLE = Path(__file__).with_name("agreement_example.yaml").read_text(encoding="utf-8")
PROPOSAL_EXAMPLE = (
    EXAMPLE.replace("version: 1,", "version: 2, supersedes: 1,").replace("to: null}", "to: null, notice: P90D}")
    + "    amendments: {signed_by: [acme, globex], may_migrate_open: {needs: [acme, globex]}}\n"
    + "    disputes: {raise_within: P30D, steps: [mediation]}\n"
)
"""An amendment of it that both parties must sign."""

agreements = openapi.Blueprint(
    "agreements", __name__, url_prefix=AGREEMENTS, description="What the partners agreed, version by version."
)
PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
AGREEMENT_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "application/yaml": {"schema": {"type": "string"}},
    },
}
_MOMENT_HEADERS = {"Memento-Datetime": "MEMENTO", "Cache-Control": "CACHING"}


@agreements.operation(
    "POST",
    "",
    "publishAgreement",
    gives=AgreementVersion,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", "Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    example={"body": EXAMPLE, "content_type": "application/yaml"},
    scope=Scope.AGREEMENTS_WRITE,
    requestBody=AGREEMENT_BODY,
)
def publish() -> tuple[dict[str, Any], dict[str, str]]:
    """Publish a version of an agreement, as JSON or as the text of its YAML file.

    A version never changes. The same version with the same content again changes nothing and has the same answer.
    Only the operator publishes. Where the agreement, or the one in force, names who must sign (`signed_by` in
    `governance.amendments`), it is a proposal until they have.
    """
    agreement = agreement_sent()
    asked = request_key()
    headers = replay_headers(replayed=answered_before(asked))
    published = tocsin().book.publish(agreement, by=principal().actor, request=asked)
    location = agreement_address(published.partnership, published.version)
    return _full_view(published), {**headers, "Location": location}


@agreements.operation(
    "GET",
    "",
    "listAgreements",
    example={"query": {"partnership": "acme-globex"}},
    takes=AgreementQuery,
    gives=StandingList,
    errors=openapi.READ_ERRORS,
    scope=Scope.AGREEMENTS_READ,
)
def list_agreements(query: dict[str, Any]) -> dict[str, Any]:
    """List all versions, by partnership and number: proposed, in force, ended or withdrawn."""
    rows = tocsin().book.versions(wanted(query.get("partnership")))
    noted_all(row.partnership for row in rows)
    now = tocsin().clock.now()
    return {"items": [standing_view(row, now) for row in rows]}


@agreements.operation(
    "GET",
    "/<partnership>",
    "listVersions",
    example={"query": {"as_of": "2026-03-02T12:00:01Z"}},
    takes=VersionsQuery,
    gives=StandingList,
    headers=_MOMENT_HEADERS,
    errors=(*openapi.READ_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY),
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def list_versions(query: dict[str, Any], partnership: str) -> Answer:
    """List the versions of one partnership as they stand, or as they stood on record at an instant."""
    must_reach(partnership)
    as_of = query.get("as_of")
    book, at = tocsin().book, as_of or tocsin().clock.now()
    found = book.record(partnership) if as_of is None else book.known(partnership, as_of)
    view = {"items": [standing_view(version, at) for _, version in sorted(found.versions.items())]}
    return view, memento_headers(query, final=as_of is not None)


@agreements.operation(
    "GET",
    "/<partnership>/in-force",
    "getAgreementInForce",
    example={"query": {"at": "2026-03-02T12:00:00Z"}},
    takes=InForceQuery,
    gives=AgreementVersion,
    headers=_MOMENT_HEADERS,
    errors=(*openapi.READ_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY),
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def in_force(query: dict[str, Any], partnership: str) -> Answer:
    """Read the version that is in force at an instant: now, or another; of those on record now, or at another."""
    must_reach(partnership)
    as_of = query.get("as_of")
    at = query.get("at") or as_of or tocsin().clock.now()
    found = tocsin().book.in_force(partnership, at, as_of=as_of).agreement
    noted(partnership, str(found.version))
    return _full_view(found), memento_headers(query, final=as_of is not None and _may_be_kept(found))


@agreements.operation(
    "GET",
    f"/<partnership>/<int(min=1, max={MAX_VERSION}):version>",
    "getAgreement",
    example={"path": {"version": 1}},
    gives=AgreementVersion,
    headers={"Cache-Control": "CACHING"},
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def get(partnership: str, version: int) -> Answer:
    """Read a version with its document. The addresses of other parties' webhooks are withheld: they are secrets."""
    must_reach(partnership)
    found = tocsin().book.get(partnership, version)
    noted(partnership, str(version))
    return _full_view(found), memento_headers({}, final=_may_be_kept(found))


def agreement_sent() -> Agreement:
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
    document, withheld = shown(agreement, viewer(agreement.partnership))
    notes = list(agreement.later)
    return {**agreement_view(agreement), "document": document, "withheld": withheld, "notes": notes}


def _may_be_kept(agreement: Agreement) -> bool:
    """Say whether a client may keep the document for ever: its webhooks' addresses are secrets, shown to some alone."""
    return not agreement.webhooks
