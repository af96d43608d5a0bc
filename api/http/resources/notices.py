"""Change notices: given in time, acknowledged by the other parties, cancelled or completed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.matter_views import notice_view
from api.http.resources.matters import REPLAYED, changed, found, id_parameter, listed, told
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.matters import Announcing, MatterQuery, NoticeList, NoticeView, WithReason
from api.http.senders import sender_in
from escalation.matters import Notice
from escalation.matters.book import Change

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown

notices = openapi.Blueprint(
    "notices", __name__, url_prefix="/v1/notices", description="Changes that a party announces to the others."
)
_NOTICE = (id_parameter("notice", "5f0c1a7be2d94d5f9b7a60c1d2e3f405"),)
_ANSWER: dict[str, Any] = {
    "gives": NoticeView,
    "headers": REPLAYED,
    "errors": openapi.WRITE_ERRORS,
    "parameters": ["Idempotency-Key"],
    "scope": Scope.AGREEMENTS_DECIDE,
}


@notices.operation(
    "GET",
    "",
    "listNotices",
    takes=MatterQuery,
    gives=NoticeList,
    errors=openapi.READ_ERRORS,
    scope=Scope.AGREEMENTS_READ,
    example={"query": {"partnership": "acme-globex"}},
)
def list_notices(query: Body) -> dict[str, Any]:
    """List change notices, the latest first."""
    return listed(Notice, query, notice_view)


@notices.operation(
    "POST",
    "",
    "announceChange",
    takes=Announcing,
    status=HTTPStatus.CREATED,
    example={
        "body": {
            "partnership": "acme-globex",
            "kind": "maintenance",
            "services": ["payments-api"],
            "starts_at": "2027-05-02T02:00:00+02:00",
            "ends_at": "2027-05-02T06:00:00+02:00",
            "text": "New certificates on the gateway. Payments are refused for up to ten minutes.",
            "rollback": "The old certificates stay valid for a week.",
        }
    },
    **(_ANSWER | {"headers": {"Location": "LOCATION", **REPLAYED}}),
)
def announce(body: Body) -> Shown:
    """Give notice of a change for your party. One that comes later than the agreement asks for is marked so.

    The other signatories are reminded before it begins, and while they have not acknowledged it.
    """
    change = Change(
        kind=body["kind"],
        services=tuple(dict.fromkeys(body["services"])),
        starts_at=body["starts_at"],
        ends_at=body.get("ends_at"),
        text=body["text"],
        rollback=body.get("rollback"),
    )
    given = tocsin().matters.give_notice(body["partnership"], change, sender_in(body["partnership"]))
    view, headers = told(given, notice_view)
    return view, {**headers, "Location": view["links"]["self"]}


@notices.operation(
    "GET",
    "/<notice>",
    "getNotice",
    gives=NoticeView,
    errors=openapi.READ_ERRORS,
    path=_NOTICE,
    scope=Scope.AGREEMENTS_READ,
)
def get(notice: str) -> dict[str, Any]:
    """Read a change notice."""
    return notice_view(found(Notice, notice))


@notices.operation(
    "POST",
    "/<notice>/acknowledge",
    "acknowledgeNotice",
    takes=NoFields,
    path=_NOTICE,
    example={"body": {}},
    **_ANSWER,
)
def acknowledge(_body: Body, notice: str) -> Shown:
    """Say that your party has taken note of it. Twice is once."""
    return changed(
        Notice, notice, lambda it, party, sender, at: it.acknowledge(party, by=sender.by, at=at), notice_view
    )


@notices.operation(
    "POST", "/<notice>/cancel", "cancelNotice", takes=WithReason, path=_NOTICE, example={"body": {}}, **_ANSWER
)
def cancel(body: Body, notice: str) -> Shown:
    """Call off a change that your party announced."""
    return changed(
        Notice,
        notice,
        lambda it, party, sender, at: it.cancel(body.get("reason"), party, by=sender.by, at=at),
        notice_view,
    )


@notices.operation(
    "POST", "/<notice>/complete", "completeNotice", takes=NoFields, path=_NOTICE, example={"body": {}}, **_ANSWER
)
def complete(_body: Body, notice: str) -> Shown:
    """Say that a change which your party announced is done."""
    return changed(Notice, notice, lambda it, party, sender, at: it.complete(party, by=sender.by, at=at), notice_view)
