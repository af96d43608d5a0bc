"""Declaring incidents. Working on them is in commands.py, reading them in reading.py, lists of them in lists.py."""

from __future__ import annotations

from http import HTTPStatus

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer
from api.http.idempotency import request_key
from api.http.resources.answers import Body, Shown, parties_of, told
from api.http.schemas.incidents import Declaration, IncidentView
from incidents.errors import InvalidField
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment
from notifications.addresses import INCIDENTS, incident_address

incidents = openapi.Blueprint(
    "incidents", __name__, url_prefix=INCIDENTS, description="What broke, and what was done about it."
)


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
    example={
        "body": {
            "partnership": "acme-globex",
            "service": "payments-api",
            "title": "Card payments fail in all shops",
            "impact": "critical",
            "urgency": "immediate",
        }
    },
    scope=Scope.INCIDENTS_WRITE,
)
def declare(body: Body) -> Shown:
    """Declare an incident.

    It is classified under the agreement in force, which it stays pinned to.
    """
    party = must_reach(body["partnership"]).party
    visible_to = parties_of(body.get("visibility", "shared"), party)
    if visible_to == ():
        raise InvalidField("visibility", "Your key is no party's, so nothing is internal to it. Name the parties.")
    if not viewer(body["partnership"]).is_among(visible_to):
        raise InvalidField("visibility", "You would not see the incident yourself. Name your own party, too.")
    asked = Asked(
        by=principal().actor,
        at=body.get("occurred_at"),
        request=request_key(),
        party=party,
        visible_to=visible_to,
    )
    report = Report(
        title=body["title"],
        service=body["service"],
        description=body.get("description"),
        assessment=assessment_of(body),
    )
    view, headers = told(tocsin().incidents.declare(body["partnership"], report, asked))
    return view, {**headers, "Location": incident_address(view["id"])}


def assessment_of(body: Body) -> Assessment:
    """Read how bad it looks."""
    return Assessment(
        impact=body.get("impact"),
        urgency=body.get("urgency"),
        users_affected_pct=body.get("users_affected_pct"),
        flags=tuple(dict.fromkeys(body.get("flags", ()))),
        severity=body.get("severity"),
    )
