"""Milestones and vetoes of pauses, the review, and the actions that follow an incident: commands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http.resources.commands import command
from api.http.schemas import following_up as schemas

if TYPE_CHECKING:
    from api.http.resources.answers import Body
    from incidents.incidents import Answer, Asked, Incidents


@command(
    "milestone",
    schemas.Milestone,
    "reachMilestone",
    example={"milestone": "request_sent_to_client", "evidence": "<4711@mail.acme.example>"},
)
def milestone(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that something came about that the agreement names; pauses that hang on it begin and end by themselves."""
    return incidents.reach_milestone(stream, body["milestone"], body.get("evidence"), body.get("text"), asked)


@command(
    "veto",
    schemas.Veto,
    "vetoPause",
    Scope.INCIDENTS_COORDINATE,
    example={"reason": "waiting_on_partner", "why": "You had our answer before you asked"},
)
def veto(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Strike a running pause out, where the agreement gives your party that veto: its time counts."""
    return incidents.veto_pause(stream, body["reason"], body["why"], asked)


@command(
    "review",
    schemas.Review,
    "publishReview",
    Scope.INCIDENTS_COORDINATE,
    example={"reference": "Review 17 in the shared folder"},
)
def review(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that the review of a resolved incident is there for both sides."""
    return incidents.publish_review(stream, body.get("reference"), asked)


@command(
    "actions",
    schemas.Action,
    "agreeAction",
    Scope.INCIDENTS_COORDINATE,
    example={"action": "A-1", "priority": "high", "text": "Watch the certificates' expiry"},
)
def action(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Agree on something to be done so that it does not happen again."""
    return incidents.agree_action(stream, body["action"], body["priority"], body["text"], asked)


@command(
    "close-action",
    schemas.ActionDone,
    "closeAction",
    Scope.INCIDENTS_COORDINATE,
    example={"action": "A-1", "text": "The monitor is in place"},
)
def close_action(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Say that an action was carried out."""
    return incidents.close_action(stream, body["action"], body.get("text"), asked)
