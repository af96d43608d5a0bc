"""What every command shares: who asks for what, and the answer with its ETag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.http.access import principal, tocsin
from api.http.idempotency import replay_headers, request_key
from api.http.preconditions import etag, expected_revision
from api.http.views import incident_view
from incidents.incidents import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.incident import Incident
    from incidents.incidents import Answer

Body = dict[str, Any]
Shown = tuple[dict[str, Any], dict[str, str]]


def asked_of(stream: str, body: Mapping[str, Any]) -> Asked:
    """Read who asks for a change of an incident, when it was so and what they have seen."""
    incidents = tocsin().incidents
    return Asked(
        by=principal().actor,
        at=body.get("occurred_at"),
        revision=expected_revision(lambda: incidents.get(stream).revision),
        request=request_key(),
    )


def told(answer: Answer) -> Shown:
    """Show what a request led to, marked where it is the answer to an earlier sending."""
    body, headers = shown(answer.incident)
    return body, {**headers, **replay_headers(replayed=answer.replayed)}


def shown(incident: Incident) -> Shown:
    """Show an incident, with its ETag."""
    return incident_view(incident), {"ETag": etag(incident.revision)}
