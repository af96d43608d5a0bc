"""Overrides of schedules: who is on call for a time, whatever the layers say."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.idempotency import replay_headers
from api.http.resources.schedules import EXAMPLE_PEOPLE, REPLAYED, SCHEDULE_PATH, found, managed, names_in, schedules
from api.http.schedule_views import override_view
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.on_call_fields import MAX_NUMBER
from api.http.schemas.overrides import OverrideBody, OverrideList, OverrideView
from escalation.oncall.swaps import Span

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.oncall.happenings import OverrideAdded

_OVERRIDE = (
    *SCHEDULE_PATH,
    {
        "name": "override",
        "in": "path",
        "required": True,
        "description": "The override's number.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER},
        "example": 1,
    },
)


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/overrides",
    "listOverrides",
    gives=OverrideList,
    errors=openapi.READ_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
)
def list_overrides(partnership: str, schedule: str) -> dict[str, Any]:
    """List the overrides of a schedule that are not over."""
    record, names = found(partnership, schedule), names_in(partnership)
    return {"items": [override_view(each, names) for each in record.overrides_ahead(tocsin().clock.now())]}


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/overrides",
    "addOverride",
    takes=OverrideBody,
    gives=OverrideView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={
        "body": {
            "starts_at": "2026-12-24T09:00:00+01:00",
            "ends_at": "2026-12-26T09:00:00+01:00",
            "people": [EXAMPLE_PEOPLE[1]],
            "reason": "Bob takes the holidays",
        }
    },
)
def add(body: Body, partnership: str, schedule: str) -> Shown:
    """Put people of your party on call for a time, or nobody. A later override wins; at most 366 days each."""
    record, sender = managed(partnership, schedule)
    span = Span(body["starts_at"], body["ends_at"])
    change = tocsin().schedules.add_override(record.id, span, body["people"], body.get("reason"), sender)
    number = cast("OverrideAdded", change.record.history[-1]).override
    view = override_view(change.record.overrides[number], names_in(partnership))
    return view, dict(replay_headers(replayed=change.replayed))


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/overrides/<int:override>/remove",
    "removeOverride",
    takes=NoFields,
    gives=OverrideView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_OVERRIDE,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {}},
)
def remove(_body: Body, partnership: str, schedule: str, override: int) -> Shown:
    """Take an override back, from now on."""
    record, sender = managed(partnership, schedule)
    change = tocsin().schedules.remove_override(record.id, override, sender)
    view = override_view(change.record.overrides[override], names_in(partnership))
    return view, dict(replay_headers(replayed=change.replayed))
