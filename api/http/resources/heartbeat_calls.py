"""Where other systems call to show that they are alive: a secret address, without a key, as cheap as can be."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from api.http import openapi
from api.http.access import tocsin
from api.http.limits import count_request
from escalation.secret_addresses import TOKEN

heartbeat_calls = openapi.Blueprint(
    "heartbeat-calls", __name__, url_prefix="/v1/heartbeats", description="Where heartbeats call."
)
_ERRORS = (HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_HEADERS = {"Cache-Control": "CACHING", **openapi.OF_LIMITS}
_TOKEN = (
    {
        "name": "token",
        "in": "path",
        "required": True,
        "description": "The secret part of the address.",
        "schema": {"type": "string", "pattern": TOKEN},
        "example": "5f0c1a7be2d94d5f9b7a60c1d2e3f405_a-secret-that-only-its-maker-was-ever-shown",
    },
)


@heartbeat_calls.operation(
    "GET",
    "/<token>",
    "callHeartbeat",
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers=_HEADERS,
    errors=_ERRORS,
    path=_TOKEN,
    scope=None,
)
def call(token: str) -> Response:
    """Say that a system is alive. HEAD does the same."""
    return _heard(token)


@heartbeat_calls.operation(
    "POST",
    "/<token>",
    "postHeartbeat",
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers=_HEADERS,
    errors=_ERRORS,
    path=_TOKEN,
    scope=None,
    example={},
)
def post(token: str) -> Response:
    """Say that a system is alive. What the request carries is not read."""
    return _heard(token)


def _heard(token: str) -> Response:
    calls = tocsin().heartbeats.calls
    caller = calls.found(token)
    count_request(tocsin().limits, caller.actor)
    calls.hear(caller, tocsin().clock.now())
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
