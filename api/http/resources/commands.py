"""Commands: each is POST /v1/incidents/{reference}/{verb} with If-Match, and answers with the incident it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin, viewer
from api.http.resources.answers import Body, Shown, asked_of, parties_of, told
from api.http.resources.incidents import assessment_of, incidents
from api.http.schemas import commands as schemas
from api.http.schemas.incidents import Assessing, IncidentView
from incidents.incident.visibility import VisibilityChange
from incidents.refusals import NotYours

if TYPE_CHECKING:
    from collections.abc import Callable

    from marshmallow import Schema

    from incidents.incidents import Answer, Asked, Incidents

    Act = Callable[[Incidents, str, Body, Asked], Answer]


def command(
    verb: str,
    schema: type[Schema],
    operation: str,
    scope: Scope = Scope.INCIDENTS_WRITE,
    *,
    example: Body | None = None,
) -> Callable[[Act], Act]:
    """Serve an act under a verb; its docstring documents the operation, its example is a body for it."""

    def serve(act: Act) -> Act:
        def view(body: Body, reference: str) -> Shown:
            stream = stream_of(reference)
            asked = asked_of(stream, body)
            return told(act(tocsin().incidents, stream, body, asked))

        view.__name__, view.__doc__ = act.__name__, act.__doc__
        incidents.operation(
            "POST",
            f"/<reference>/{verb}",
            operation,
            takes=schema,
            gives=IncidentView,
            headers={"ETag": "REVISION", "Idempotency-Replayed": "REPLAYED"},
            errors=openapi.COMMAND_ERRORS,
            path=(openapi.REFERENCE_PARAMETER,),
            parameters=["If-Match", "Idempotency-Key"],
            scope=scope,
            example=None if example is None else {"body": example},
        )(view)
        return act

    return serve


@command("classify", Assessing, "classifyIncident", example={"impact": "minor", "urgency": "normal"})
def classify(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Assess impact, urgency and flags again; the agreement gives the severity."""
    return incidents.classify(stream, assessment_of(body), asked)


@command(
    "severity",
    schemas.SeverityChange,
    "changeSeverity",
    Scope.INCIDENTS_COORDINATE,
    example={"severity": "S2", "reason": "Only one shop in ten is affected"},
)
def severity(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Set another severity, with a reason."""
    return incidents.change_severity(stream, body["severity"], body["reason"], asked)


@command("acknowledge", schemas.Moment, "acknowledgeIncident", example={})
def acknowledge(incidents: Incidents, stream: str, _body: Body, asked: Asked) -> Answer:
    """Take the incident: the ladder stops climbing."""
    return incidents.acknowledge(stream, asked)


@command(
    "unacknowledge",
    schemas.MaybeReason,
    "unacknowledgeIncident",
    example={"reason": "Handing over to the network team"},
)
def unacknowledge(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Give the incident back: the ladder goes on."""
    return incidents.unacknowledge(stream, body.get("reason"), asked)


@command(
    "assign",
    schemas.Assignment,
    "assignRole",
    Scope.INCIDENTS_COORDINATE,
    example={"role": "commander", "assignee": "user:4711", "party": "acme"},
)
def assign(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Give somebody of a party a role."""
    return incidents.assign(stream, body["role"], body["assignee"], body["party"], asked)


@command("note", schemas.Note, "addNote", example={"text": "The gateway refuses connections since 09:12"})
def note(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Write a note for those who work on the incident."""
    return incidents.note(stream, body["text"], asked)


@command(
    "update",
    schemas.Update,
    "postUpdate",
    example={"text": "We are replacing a certificate. Next update at 10:00.", "audience": "partner"},
)
def update(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Post a status update, for one's own side or for the partner."""
    return incidents.post_update(stream, body["text"], body["audience"], asked)


@command(
    "pause",
    schemas.Pause,
    "pauseClocks",
    example={"reason": "waiting_on_partner", "note": "Asked Globex for the new certificate"},
)
def pause(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Stop clocks for a reason that the agreement lists."""
    names = tuple(dict.fromkeys(body["clocks"])) if "clocks" in body else None
    return incidents.pause(stream, body["reason"], names, body.get("note"), asked, evidence=body.get("evidence"))


@command("resume", schemas.Resumption, "resumeClocks", example={"reason": "waiting_on_partner"})
def resume(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """End a pause."""
    return incidents.resume(stream, body["reason"], asked)


@command("mitigate", schemas.MaybeText, "mitigateIncident", example={"text": "Payments go through the second gateway"})
def mitigate(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that the users no longer feel it."""
    return incidents.mitigate(stream, body.get("text"), asked)


@command(
    "resolve", schemas.MaybeText, "resolveIncident", example={"text": "Expired certificate on the gateway replaced"}
)
def resolve(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that it is over; running pauses end with it."""
    return incidents.resolve(stream, body.get("text"), asked)


@command("reopen", schemas.Reason, "reopenIncident", example={"reason": "Payments fail again"})
def reopen(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that it was not over."""
    return incidents.reopen(stream, body["reason"], asked)


@command(
    "cancel",
    schemas.Reason,
    "cancelIncident",
    Scope.INCIDENTS_COORDINATE,
    example={"reason": "A monitoring probe was misconfigured"},
)
def cancel(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Call it a false alarm."""
    return incidents.cancel(stream, body["reason"], asked)


@command("close", schemas.Moment, "closeIncident", Scope.INCIDENTS_COORDINATE, example={})
def close(incidents: Incidents, stream: str, _body: Body, asked: Asked) -> Answer:
    """Be done with a resolved incident."""
    return incidents.close(stream, asked)


@command(
    "visibility",
    schemas.VisibilityChange,
    "changeVisibility",
    Scope.INCIDENTS_COORDINATE,
    example={"entry": 2, "to": "shared", "reason": "Globex helps to look for the cause"},
)
def visibility(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Let an earlier entry of your party, or some of its fields, be seen by these parties only, or by all again.

    It acts on the past as well: timelines, lists, feed, exports and search. Restricting the first entry hides the
    incident from the others, as long as none of them has worked on it. Entries of neither party are for those to decide
    about who see everything.
    """
    if asked.party is None and not viewer(stream.partition("/")[0]).everything:
        raise NotYours
    named = tuple(body["fields"]) if "fields" in body else None
    to = parties_of(body["to"], asked.party)
    return incidents.change_visibility(stream, VisibilityChange(body["entry"], named, to, body.get("reason")), asked)
