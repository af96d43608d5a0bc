"""Heartbeats of one's own party's systems: made, set, paused, removed. Those of other parties do not exist here."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import request

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer
from api.http.access_log import noted
from api.http.administration import manages, party_managed
from api.http.heartbeat_views import as_left, heartbeat_view
from api.http.idempotency import replay_headers, request_key
from api.http.refusals import InvalidRequest, OtherParty
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.heartbeats import (
    HEARTBEAT,
    HeartbeatBody,
    HeartbeatList,
    HeartbeatSettings,
    HeartbeatView,
    NewHeartbeatView,
)
from escalation.changes import Sender
from escalation.heartbeats.book import Place
from escalation.heartbeats.settings import Settings
from incidents.errors import NotFound

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.heartbeats.book import NewAddress
    from escalation.heartbeats.record import Heartbeat

heartbeats = openapi.Blueprint(
    "heartbeats", __name__, url_prefix=PARTNERSHIPS, description="Other systems' signs of life."
)
PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
_HEARTBEAT = (
    *PARTNERSHIP,
    {
        "name": "heartbeat",
        "in": "path",
        "required": True,
        "description": "The heartbeat's id.",
        "schema": {"type": "string", "pattern": HEARTBEAT},
        "example": "5f0c1a7be2d94d5f9b7a60c1d2e3f405",
    },
)
_BACKUP = {
    "interval": 86_400,
    "grace": 3_600,
    "service": "payments-api",
    "impact": "minor",
    "urgency": "normal",
    "title": "The nightly backup did not run",
    "resolves": True,
}
_id = re.compile(HEARTBEAT)
_SETTLING: dict[str, Any] = {
    "takes": NoFields,
    "gives": HeartbeatView,
    "headers": REPLAYED,
    "errors": openapi.WRITE_ERRORS,
    "path": _HEARTBEAT,
    "parameters": ["Idempotency-Key"],
    "scope": Scope.INTEGRATIONS_MANAGE,
    "example": {"body": {}},
}
"""What changes its state, and takes nothing but its name."""


@heartbeats.operation(
    "GET",
    "/<partnership>/heartbeats",
    "listHeartbeats",
    gives=HeartbeatList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
)
def list_heartbeats(partnership: str) -> dict[str, Any]:
    """List the heartbeats of your party, each with how it is now."""
    reader, now = viewer(partnership), tocsin().clock.now()
    rows = tocsin().heartbeats.book.listed(partnership)
    return {"items": [heartbeat_view(row, now) for row in rows if reader.is_among((row.party,))]}


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats",
    "makeHeartbeat",
    takes=HeartbeatBody,
    gives=NewHeartbeatView,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION"},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {"party": "acme", "name": "nightly-backup", **_BACKUP}},
)
def make(body: Body, partnership: str) -> Shown:
    """Make a heartbeat, and the secret address that it calls, which is shown this once.

    It counts from now on: where nothing has called once interval and grace have passed, that opens an incident.
    Sent again, the request shows no secret a second time: 409 `secret_shown_before`.
    """
    party = party_managed(must_reach(partnership), body.get("party"))
    if party is None:
        raise InvalidRequest([{"field": "party", "message": "Say for which party."}])
    sender = Sender(principal().actor, party, request_key())
    view = _addressed(tocsin().heartbeats.book.make(Place(partnership, party, body["name"]), _settings(body), sender))
    return view, {"Location": view["links"]["self"]}


@heartbeats.operation(
    "GET",
    "/<partnership>/heartbeats/<heartbeat>",
    "getHeartbeat",
    gives=HeartbeatView,
    errors=openapi.READ_ERRORS,
    path=_HEARTBEAT,
    scope=Scope.INCIDENTS_READ,
)
def get(partnership: str, heartbeat: str) -> dict[str, Any]:
    """Read a heartbeat of your party: how it is, when it was last heard, what its silence opened."""
    return heartbeat_view(_found(partnership, heartbeat), tocsin().clock.now())


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats/<heartbeat>/settings",
    "changeHeartbeatSettings",
    takes=HeartbeatSettings,
    gives=HeartbeatView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_HEARTBEAT,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": _BACKUP | {"grace": 7_200}},
)
def change_settings(body: Body, partnership: str, heartbeat: str) -> Shown:
    """Give a heartbeat other settings. Time goes on to count from its last call."""
    stream, sender = _managed(partnership, heartbeat)
    return _told(tocsin().heartbeats.book.edit(stream, _settings(body), sender))


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats/<heartbeat>/new-address",
    "changeHeartbeatAddress",
    takes=NoFields,
    gives=NewHeartbeatView,
    errors=openapi.WRITE_ERRORS,
    path=_HEARTBEAT,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {}},
)
def change_address(_body: Body, partnership: str, heartbeat: str) -> dict[str, Any]:
    """Give a heartbeat another secret address, which is shown this once. What calls the old one is not heard."""
    stream, sender = _managed(partnership, heartbeat)
    return _addressed(tocsin().heartbeats.book.change_address(stream, sender))


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats/<heartbeat>/pause",
    "pauseHeartbeat",
    **_SETTLING,
)
def pause(_body: Body, partnership: str, heartbeat: str) -> Shown:
    """Let a heartbeat's silence mean nothing until it is resumed. What it has opened is left to people."""
    stream, sender = _managed(partnership, heartbeat)
    return _told(tocsin().heartbeats.book.pause(stream, sender))


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats/<heartbeat>/resume",
    "resumeHeartbeat",
    **_SETTLING,
)
def resume(_body: Body, partnership: str, heartbeat: str) -> Shown:
    """Let a paused heartbeat count again, from now on."""
    stream, sender = _managed(partnership, heartbeat)
    return _told(tocsin().heartbeats.book.resume(stream, sender))


@heartbeats.operation(
    "POST",
    "/<partnership>/heartbeats/<heartbeat>/remove",
    "removeHeartbeat",
    **_SETTLING,
)
def remove(_body: Body, partnership: str, heartbeat: str) -> Shown:
    """Let a heartbeat be no more. Its name is free again; its id still finds what it was."""
    stream, sender = _managed(partnership, heartbeat)
    return _told(tocsin().heartbeats.book.remove(stream, sender))


def _found(partnership: str, heartbeat: str) -> Any:  # noqa: ANN401 - a row
    """Find a heartbeat that exists for the sender. NotFound; Forbidden."""
    reader = viewer(partnership)
    if not _id.fullmatch(heartbeat):
        raise NotFound
    row = tocsin().heartbeats.book.found(partnership, heartbeat)
    if not reader.is_among((row.party,)):
        raise NotFound
    noted(partnership, f"heartbeat {row.name}")
    return row


def _managed(partnership: str, heartbeat: str) -> tuple[str, Sender]:
    """Give the stream of a heartbeat, and who changes it. NotFound; OtherParty for who sees it all the same."""
    row = _found(partnership, heartbeat)
    if not manages(must_reach(partnership), row.party):
        raise OtherParty
    return row.stream, Sender(principal().actor, row.party, request_key())


def _told(change: Changed[Heartbeat]) -> Shown:
    """Answer with a heartbeat as a request left it."""
    return _shown(change.record), dict(replay_headers(replayed=change.replayed))


def _addressed(made: NewAddress) -> dict[str, Any]:
    """Answer with a heartbeat and its new address."""
    base = tocsin().public_url or request.host_url.rstrip("/")
    return _shown(made.heartbeat) | {"address": f"{base}/v1/heartbeats/{made.token}"}


def _shown(record: Heartbeat) -> dict[str, Any]:
    heard_at = tocsin().heartbeats.book.found(record.partnership, record.public_id).heard_at
    return heartbeat_view(as_left(record, heard_at), tocsin().clock.now())


def _settings(body: Body) -> Settings:
    return Settings(
        service=body["service"],
        impact=body["impact"],
        urgency=body["urgency"],
        interval=body["interval"],
        grace=body["grace"],
        resolves=body["resolves"],
        title=body.get("title"),
    )
