"""Incidents: declare, list, read; and what can be read beside them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from api.http import cursors, listing, openapi
from api.http.access import authenticate, must_reach, principal, stream_of, tocsin
from api.http.idempotency import request_key
from api.http.resources.answers import Body, Shown, shown, told
from api.http.schemas.incidents import Clocks, Declaration, IncidentPage, IncidentQuery, IncidentView, Timeline
from api.http.views import INCIDENTS, incident_address, summary_view
from escalation.clocks import readings
from incidents import timeline as timelines
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment

incidents = openapi.Blueprint(
    "incidents", __name__, url_prefix=INCIDENTS, description="What broke, and what was done about it."
)
incidents.before_request(authenticate)
_REFERENCE = (openapi.REFERENCE_PARAMETER,)


@incidents.operation(
    "POST",
    "",
    "declareIncident",
    takes=Declaration,
    gives=IncidentView,
    status=HTTPStatus.CREATED,
    headers={"ETag": "REVISION", "Location": "LOCATION", "Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
)
def declare(body: Body) -> Shown:
    """Declare an incident.

    It is classified under the agreement in force, which it stays pinned to.
    """
    must_reach(body["partnership"])
    asked = Asked(by=principal().actor, at=body.get("occurred_at"), request=request_key())
    report = Report(
        title=body["title"],
        service=body["service"],
        description=body.get("description"),
        assessment=assessment_of(body),
    )
    view, headers = told(tocsin().incidents.declare(body["partnership"], report, asked))
    return view, {**headers, "Location": incident_address(view["id"])}


@incidents.operation(
    "GET",
    "",
    "listIncidents",
    takes=IncidentQuery,
    gives=IncidentPage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
)
def list_incidents(query: Body) -> tuple[dict[str, Any], dict[str, str]]:
    """List incidents, the newest first."""
    wanted = dict(query)
    if "partnership" in wanted:
        must_reach(wanted["partnership"])
    elif principal().partnership is not None:
        wanted["partnership"] = principal().partnership
    before = cursors.number_of(query["cursor"]) if "cursor" in query else None
    rows, following = listing.page(tocsin().ledger.recorder.reading, wanted, before=before, most=query["limit"])
    cursor = None if following is None else cursors.cursor_after(following)
    page = {"items": [summary_view(row) for row in rows], "next_cursor": cursor}
    if cursor is None:
        return page, {}
    return page, {"Link": f'<{INCIDENTS}?{urlencode(query | {"cursor": cursor})}>; rel="next"'}


@incidents.operation(
    "GET",
    "/<reference>",
    "getIncident",
    gives=IncidentView,
    headers={"ETag": "REVISION"},
    errors=openapi.READ_ERRORS,
    path=_REFERENCE,
)
def get(reference: str) -> Shown:
    """Read an incident."""
    return shown(tocsin().incidents.get(stream_of(reference)))


@incidents.operation(
    "GET", "/<reference>/timeline", "getTimeline", gives=Timeline, errors=openapi.READ_ERRORS, path=_REFERENCE
)
def timeline(reference: str) -> dict[str, Any]:
    """Read all facts of an incident, in the order of recording."""
    found = tocsin().incidents.get(stream_of(reference))
    return {"entries": timelines.timeline(found, tocsin().ledger.catalogue)}


@incidents.operation(
    "GET", "/<reference>/clocks", "getClocks", gives=Clocks, errors=openapi.READ_ERRORS, path=_REFERENCE
)
def clocks(reference: str) -> dict[str, Any]:
    """Read the clocks of an incident, computed as of now."""
    found = tocsin().incidents.get(stream_of(reference))
    agreement = tocsin().book.get(found.partnership, found.agreement_version)
    now = tocsin().clock.now()
    return {"as_of": now, "clocks": readings(found, agreement, now)}


def assessment_of(body: Body) -> Assessment:
    """Read how bad it looks."""
    return Assessment(
        impact=body.get("impact"),
        urgency=body.get("urgency"),
        users_affected_pct=body.get("users_affected_pct"),
        flags=tuple(dict.fromkeys(body.get("flags", ()))),
        severity=body.get("severity"),
    )
