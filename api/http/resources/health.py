"""Health: whether this process lives, and whether it can serve. Both without a key."""

from __future__ import annotations

from typing import Any

from api.http import openapi
from api.http.access import tocsin
from api.http.readiness import readiness
from api.http.schemas.health import Alive, Readiness

health = openapi.Blueprint("health", __name__, description="For load balancers and people on call.")
NOT_READY = {
    "description": "Not ready; `checks` says why.",
    "content": {"application/json": {"schema": Readiness}},
}


@health.operation("GET", "/healthz", "isAlive", gives=Alive, scope=None)
def healthz() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": "ok"}


@health.operation("GET", "/readyz", "isReady", gives=Readiness, scope=None, responses={503: NOT_READY})
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether this process can serve: its database answers and has the tables of this version.

    How far the sequencer is behind, and since when the worker gave no sign of life, is told, but makes nobody unready:
    no request waits for them.
    """
    found = readiness(tocsin())
    return found, 200 if found["status"] == "ready" else 503
