"""Heartbeats as clients see them. Pure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from api.http.crew_views import PARTNERSHIPS
from escalation.heartbeats.rows import row_of
from escalation.heartbeats.watching import expected_at, silent_at, state

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.heartbeats.record import Heartbeat


def as_left(heartbeat: Heartbeat, heard_at: datetime | None) -> SimpleNamespace:
    """Give the row of a heartbeat as a request left it; when it called is no part of its record."""
    return SimpleNamespace(**row_of(heartbeat) | {"heard_at": heard_at})


def heartbeat_view(row: Any, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a row, or what `as_left` gives
    """Show a heartbeat at an instant."""
    identity = row.stream.rpartition("/")[2]
    counts = row.paused_at is None and row.removed_at is None
    links = {"self": f"{PARTNERSHIPS}/{row.partnership}/heartbeats/{identity}"}
    if row.incident is not None:
        links["incident"] = f"/v1/incidents/{row.incident}"
    return {
        "id": identity,
        "party": row.party,
        "name": row.name,
        "title": row.title,
        "service": row.service,
        "impact": row.impact,
        "urgency": row.urgency,
        "interval": row.interval_seconds,
        "grace": row.grace_seconds,
        "resolves": row.resolves,
        "state": state(row, now).value,
        "last_heard_at": row.heard_at,
        "expected_at": expected_at(row) if counts else None,
        "silent_at": silent_at(row) if counts else None,
        "incident": row.incident,
        "refusal": row.refusal,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "paused_at": row.paused_at,
        "removed_at": row.removed_at,
        "links": links,
    }
