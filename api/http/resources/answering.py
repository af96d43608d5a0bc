"""Who has an incident in hand: snoozing, escalating, reassigning; and people who are asked to come: commands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin
from api.http.resources.answers import asked_of, in_address, told
from api.http.resources.claims import ANSWERED, NUMBERED
from api.http.resources.commands import command
from api.http.resources.incidents import incidents
from api.http.schemas import answering as schemas
from api.http.schemas.incidents import IncidentView

if TYPE_CHECKING:
    from collections.abc import Callable

    from marshmallow import Schema

    from api.http.resources.answers import Body, Shown
    from incidents.incidents import Answer, Asked, Incidents

    Answering = Callable[[Incidents, str, int, Body, Asked], Answer]

_ONE = (
    openapi.REFERENCE_PARAMETER,
    {
        "name": "number",
        "in": "path",
        "required": True,
        "description": "The request: the version of the fact that asked.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
        "example": 2,
    },
)


@command(
    "snooze",
    schemas.Snooze,
    "snoozeIncident",
    example={"until": "2026-03-02T18:00:00Z", "reason": "The supplier replaces the part at 18:00"},
)
def snooze(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Want no reminder until an instant, of an incident that your side has acknowledged.

    Then the acknowledgement is over as well, and the ladder goes on where it stood. The clocks of the agreement run on.
    """
    return incidents.snooze(stream, body["until"], body["reason"], asked)


@command("wake", schemas.Now, "wakeIncident", example={})
def wake(incidents: Incidents, stream: str, _body: Body, asked: Asked) -> Answer:
    """End the snooze; the incident is still in hand."""
    return incidents.wake(stream, asked)


@command("escalate", schemas.Escalation, "escalateIncident", example={"reason": "Nobody here knows the switch"})
def escalate(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Have a rung of your side's ladder told now: the next one up, or the one you name.

    The incident is in nobody's hand on your side until somebody answers.
    """
    return incidents.escalate(stream, body.get("rung"), body.get("reason"), asked)


@command(
    "reassign",
    schemas.Reassignment,
    "reassignIncident",
    example={"to": "provider.duty_manager", "reason": "A storm"},
)
def reassign(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Make the incident somebody else's: they are paged at once, and it is in nobody's hand until they answer."""
    return incidents.reassign(stream, body["to"], body.get("reason"), asked)


@command(
    "responders",
    schemas.ResponderAsked,
    "askResponder",
    example={"whom": "acme-duty", "text": "We need somebody with access to the gateway"},
)
def ask_responder(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Ask somebody to come and help: they are paged once. The request is the last of `responders`."""
    return incidents.ask_responder(stream, body["whom"], body.get("text"), asked)


def _on_request(verb: str, schema: type[Schema], operation: str, example: Body) -> Callable[[Answering], None]:
    """Serve an answer to one request under a verb; its docstring documents the operation."""

    def serve(act: Answering) -> None:
        def view(body: Body, reference: str, number: int) -> Shown:
            stream = stream_of(reference)
            with in_address("request"):
                return told(act(tocsin().incidents, stream, number, body, asked_of(stream, body)))

        view.__name__, view.__doc__ = act.__name__, act.__doc__
        incidents.operation(
            "POST",
            f"/<reference>/responders/{NUMBERED}/{verb}",
            operation,
            takes=schema,
            gives=IncidentView,
            headers=ANSWERED,
            errors=openapi.COMMAND_ERRORS,
            path=_ONE,
            parameters=["If-Match", "Idempotency-Key"],
            scope=Scope.INCIDENTS_WRITE,
            example={"body": example},
        )(view)

    return serve


@_on_request("accept", schemas.Now, "acceptRequest", {})
def accept_request(incidents: Incidents, stream: str, number: int, _body: Body, asked: Asked) -> Answer:
    """Come, for your party, as somebody of it was asked to: you have the role of responder then."""
    return incidents.accept_request(stream, number, asked)


@_on_request("decline", schemas.RequestDeclined, "declineRequest", {"reason": "On a train until noon"})
def decline_request(incidents: Incidents, stream: str, number: int, body: Body, asked: Asked) -> Answer:
    """Not come. Whoever asked may ask somebody else."""
    return incidents.decline_request(stream, number, body.get("reason"), asked)
