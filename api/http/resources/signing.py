"""Versions on their way: proposed by a party, signed by each that must, or withdrawn."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin
from api.http.access_log import noted
from api.http.agreement_views import standing_view
from api.http.idempotency import replay_headers
from api.http.resources.agreements import (
    AGREEMENT_BODY,
    MAX_VERSION,
    PARTNERSHIP,
    PROPOSAL_EXAMPLE,
    agreement_sent,
    agreements,
)
from api.http.schemas.agreement_life import SignatureGiven, VersionStanding
from api.http.schemas.fields import Body as NoFields
from api.http.senders import sender_in
from incidents.errors import InvalidField
from notifications.addresses import agreement_address

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.book import Agreements
    from escalation.changes import Changed

_VERSION = f"/<partnership>/<int(min=1, max={MAX_VERSION}):version>"
_EXAMPLE_DIGEST = "48bd818c5582b734b6a75ed5beacfd96721bec4dbb0bec7e9e935391ca4d6552"
"""Of PROPOSAL_EXAMPLE: written down, so that no start of a server reads an agreement for it; its own test sends it."""
_REPLAYED = {"Idempotency-Replayed": "REPLAYED"}


@agreements.operation(
    "POST",
    "/<partnership>/proposals",
    "proposeVersion",
    gives=VersionStanding,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **_REPLAYED},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"body": PROPOSAL_EXAMPLE, "content_type": "application/yaml"},
    scope=Scope.AGREEMENTS_DECIDE,
    requestBody=AGREEMENT_BODY,
)
def propose(partnership: str) -> Shown:
    """Propose an amendment for your party, as JSON or as the text of its YAML file. It binds nobody until all sign.

    The agreement in force says who may (`governance.amendments.proposed_by`) and who must sign (`signed_by`). It lapses
    if not all have signed by the day on which it would act. The operator may propose a first version, too.
    """
    sender = sender_in(partnership)
    agreement = agreement_sent()
    if agreement.partnership != partnership:
        raise InvalidField("metadata.id", f"Propose it to its own partnership, or write {partnership} here.")
    changed = tocsin().agreements.propose(agreement, sender)
    view, headers = _shown(changed, max(changed.record.versions) if changed.replayed else agreement.version)
    return view, {**headers, "Location": agreement_address(partnership, view["version"])}


@agreements.operation(
    "GET",
    f"{_VERSION}/signatures",
    "listSignatures",
    gives=VersionStanding,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    example={"path": {"version": 2}},
    scope=Scope.AGREEMENTS_READ,
)
def signatures(partnership: str, version: int) -> dict[str, Any]:
    """Read how a version stands: who must sign, who has signed, and from when on it holds."""
    must_reach(partnership)
    found = tocsin().book.record(partnership).numbered(version)
    noted(partnership, str(version))
    return standing_view(found, tocsin().clock.now())


@agreements.operation(
    "POST",
    f"{_VERSION}/signatures",
    "signVersion",
    takes=SignatureGiven,
    gives=VersionStanding,
    headers=_REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"path": {"version": 2}, "body": {"digest": _EXAMPLE_DIGEST}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def sign(body: Body, partnership: str, version: int) -> Shown:
    """Sign a version for your party, by the digest of the document that you have read. Twice is once.

    With the last signature it enters into force: a first version from its `effective_from`, an amendment at once, or
    when its notice is over, but not before its `effective_from`.
    """
    sender = sender_in(partnership)
    return _shown(tocsin().agreements.sign(partnership, version, body["digest"], sender), version)


@agreements.operation(
    "POST",
    f"{_VERSION}/withdraw",
    "withdrawVersion",
    takes=NoFields,
    gives=VersionStanding,
    headers=_REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"path": {"version": 2}, "body": {}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def withdraw(_body: Body, partnership: str, version: int) -> Shown:
    """Take back a version that your party proposed and that is not in force. Its number is not used again."""
    return _shown(tocsin().agreements.withdraw(partnership, version, sender_in(partnership)), version)


def _shown(changed: Changed[Agreements], version: int) -> Shown:
    """Show a version as the request left it."""
    at = changed.record.history[-1].timestamp if changed.replayed else tocsin().clock.now()
    return standing_view(changed.record.numbered(version), at), dict(replay_headers(replayed=changed.replayed))
