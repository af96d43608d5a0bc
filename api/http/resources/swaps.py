"""Swaps: people give each other hours of theirs. Each acts for themselves alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.idempotency import replay_headers
from api.http.resources.schedules import EXAMPLE_PEOPLE, REPLAYED, SCHEDULE_PATH, found, managed, names_in, schedules
from api.http.schedule_views import swap_view
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.on_call_fields import MAX_NUMBER
from api.http.schemas.swaps import SwapBody, SwapList, SwapView
from escalation.oncall.swaps import Span

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.oncall.happenings import SwapProposed
    from escalation.oncall.record import OnCallSchedule

_SWAP = (
    *SCHEDULE_PATH,
    {
        "name": "swap",
        "in": "path",
        "required": True,
        "description": "The swap's number.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER},
        "example": 1,
    },
)
_SETTLING: dict[str, Any] = {
    "takes": NoFields,
    "gives": SwapView,
    "headers": REPLAYED,
    "errors": openapi.WRITE_ERRORS,
    "path": _SWAP,
    "parameters": ["Idempotency-Key"],
    "scope": Scope.INCIDENTS_WRITE,
    "example": {"body": {}},
}


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/swaps",
    "listSwaps",
    gives=SwapList,
    errors=openapi.READ_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
)
def list_swaps(partnership: str, schedule: str) -> dict[str, Any]:
    """List the swaps of a schedule that are not over, whatever became of them."""
    record, names, now = found(partnership, schedule), names_in(partnership), tocsin().clock.now()
    return {"items": [swap_view(each, names) for each in record.swaps.values() if now < each.end]}


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/swaps",
    "proposeSwap",
    takes=SwapBody,
    gives=SwapView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_WRITE,
    example={
        "body": {
            "with": EXAMPLE_PEOPLE[1],
            "give": {"starts_at": "2026-03-16T09:00:00+01:00", "ends_at": "2026-03-17T09:00:00+01:00"},
        }
    },
)
def propose(body: Body, partnership: str, schedule: str) -> Shown:
    """Offer hours of yours to somebody of your party, who may give you some in turn. It holds once they accept."""
    record, sender = managed(partnership, schedule)
    give, take = _span(body["give"]), _span(body["take"]) if "take" in body else None
    change = tocsin().schedules.propose_swap(record.id, body["taker"], give, take, sender)
    return _told(change, cast("SwapProposed", change.record.history[-1]).swap)


@schedules.operation("POST", "/<partnership>/schedules/<schedule>/swaps/<int:swap>/accept", "acceptSwap", **_SETTLING)
def accept(_body: Body, partnership: str, schedule: str, swap: int) -> Shown:
    """Accept a swap that was proposed to you. It acts from now on: of a shift that runs, the rest is swapped."""
    record, sender = managed(partnership, schedule)
    return _told(tocsin().schedules.accept_swap(record.id, swap, sender), swap)


@schedules.operation("POST", "/<partnership>/schedules/<schedule>/swaps/<int:swap>/decline", "declineSwap", **_SETTLING)
def decline(_body: Body, partnership: str, schedule: str, swap: int) -> Shown:
    """Decline a swap that was proposed to you."""
    record, sender = managed(partnership, schedule)
    return _told(tocsin().schedules.decline_swap(record.id, swap, sender), swap)


@schedules.operation(
    "POST", "/<partnership>/schedules/<schedule>/swaps/<int:swap>/withdraw", "withdrawSwap", **_SETTLING
)
def withdraw(_body: Body, partnership: str, schedule: str, swap: int) -> Shown:
    """Take back a swap that you proposed, before it is accepted."""
    record, sender = managed(partnership, schedule)
    return _told(tocsin().schedules.withdraw_swap(record.id, swap, sender), swap)


def _told(change: Changed[OnCallSchedule], number: int) -> Shown:
    view = swap_view(change.record.swaps[number], names_in(change.record.partnership))
    return view, dict(replay_headers(replayed=change.replayed))


def _span(body: Body) -> Span:
    return Span(body["starts_at"], body["ends_at"])
