"""Disputes about the contract: raised, climbing from body to body, settled by both parties or withdrawn."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin
from api.http.matter_views import dispute_view
from api.http.resources.matters import REPLAYED, changed, found, id_parameter, listed, told
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.matters import DisputeList, DisputeView, MatterQuery, Raising, SettlementWanted, WithReason
from api.http.senders import sender_in
from escalation.matters import Dispute, Notice
from escalation.matters.book import Disputed
from incidents.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from api.http.resources.answers import Body, Shown

disputes = openapi.Blueprint(
    "disputes",
    __name__,
    url_prefix="/v1/contract-disputes",
    description="What the parties do not agree upon about their contract.",
)
_DISPUTE = (id_parameter("dispute", "8c1f0a4be2d94d5f9b7a60c1d2e3f405"),)
_ANSWER: dict[str, Any] = {
    "gives": DisputeView,
    "headers": REPLAYED,
    "errors": openapi.WRITE_ERRORS,
    "parameters": ["Idempotency-Key"],
    "scope": Scope.AGREEMENTS_DECIDE,
}


@disputes.operation(
    "GET",
    "",
    "listDisputes",
    takes=MatterQuery,
    gives=DisputeList,
    errors=openapi.READ_ERRORS,
    scope=Scope.AGREEMENTS_READ,
    example={"query": {"partnership": "acme-globex"}},
)
def list_disputes(query: Body) -> dict[str, Any]:
    """List disputes, the latest first."""
    return listed(Dispute, query, dispute_view)


@disputes.operation(
    "POST",
    "",
    "raiseDispute",
    takes=Raising,
    status=HTTPStatus.CREATED,
    example={
        "body": {
            "partnership": "acme-globex",
            "subject": "The outage of 1 March is no planned maintenance: nobody announced it",
            "about": "incident",
            "reference": "INC-1001",
        }
    },
    **(_ANSWER | {"headers": {"Location": "LOCATION", **REPLAYED}}),
)
def raise_(body: Body) -> Shown:
    """Raise a dispute for your party. It is before the first of the steps that the agreement names from then on.

    It must be raised in time (`governance.disputes.raise_within`): from the end of an incident, from when a notice was
    given, else from `happened_at`.
    """
    sender = sender_in(body["partnership"])
    reference, happened_at = _what(body, tocsin().clock.now())
    disputed = Disputed(body["subject"], body["about"], reference, happened_at)
    change = tocsin().matters.dispute(body["partnership"], disputed, sender)
    view, headers = told(change, dispute_view)
    return view, {**headers, "Location": view["links"]["self"]}


@disputes.operation(
    "GET",
    "/<dispute>",
    "getDispute",
    gives=DisputeView,
    errors=openapi.READ_ERRORS,
    path=_DISPUTE,
    scope=Scope.AGREEMENTS_READ,
)
def get(dispute: str) -> dict[str, Any]:
    """Read a dispute: the steps that it has reached, and what was proposed to settle it."""
    return dispute_view(found(Dispute, dispute))


@disputes.operation(
    "POST",
    "/<dispute>/settlements",
    "proposeSettlement",
    takes=SettlementWanted,
    path=_DISPUTE,
    example={"body": {"outcome": "It counts as a breach; the credit for March is halved"}},
    **_ANSWER,
)
def propose_settlement(body: Body, dispute: str) -> Shown:
    """Propose how to settle it, for your party."""
    return changed(
        Dispute,
        dispute,
        lambda it, party, sender, at: it.propose_settlement(body["outcome"], party, by=sender.by, at=at),
        dispute_view,
    )


@disputes.operation(
    "POST",
    "/<dispute>/settlements/<int(min=1, max=999999999):settlement>/accept",
    "acceptSettlement",
    takes=NoFields,
    path=_DISPUTE,
    example={"path": {"settlement": 2}, "body": {}},
    **_ANSWER,
)
def accept(_body: Body, dispute: str, settlement: int) -> Shown:
    """Agree to a settlement for your party. Once all have agreed, the dispute is settled."""
    return changed(
        Dispute,
        dispute,
        lambda it, party, sender, at: it.accept(settlement, party, by=sender.by, at=at),
        dispute_view,
    )


@disputes.operation(
    "POST", "/<dispute>/withdraw", "withdrawDispute", takes=WithReason, path=_DISPUTE, example={"body": {}}, **_ANSWER
)
def withdraw(body: Body, dispute: str) -> Shown:
    """Take back a dispute that your party raised."""
    return changed(
        Dispute,
        dispute,
        lambda it, party, sender, at: it.withdraw(body.get("reason"), party, by=sender.by, at=at),
        dispute_view,
    )


def _what(body: Body, now: datetime) -> tuple[str | None, datetime]:
    """Give the public id of what is disputed, and when it was so. InvalidField."""
    reference = body.get("reference")
    if body["about"] == "incident":
        return _incident(body["partnership"], reference, now)
    if body["about"] == "notice":
        return _notice(body["partnership"], reference)
    if "happened_at" not in body:
        raise InvalidField("happened_at", "Say when it was so.")
    if body["happened_at"] > now:
        raise InvalidField("happened_at", "It lies in the future. Give a past instant.")
    return reference, body["happened_at"]


def _notice(partnership: str, reference: str | None) -> tuple[str, datetime]:
    wrong = InvalidField("reference", "Give the id of a notice of this partnership.")
    try:
        notice = found(Notice, reference or "")
    except NotFound:
        raise wrong from None
    if notice.partnership != partnership:
        raise wrong
    return notice.public_id, notice.opened_at


def _incident(partnership: str, reference: str | None, now: datetime) -> tuple[str, datetime]:
    """Give an incident's public id and its end; one that still runs is disputed in time."""
    wrong = InvalidField("reference", "Give an incident of this partnership that all parties may see.")
    try:
        stream = stream_of(reference or "")
    except NotFound:
        raise wrong from None
    incident = tocsin().incidents.get(stream)
    if incident.partnership != partnership or incident.visible_to is not None:
        raise wrong
    return incident.public_id, incident.resolved_at or incident.closed_at or now
