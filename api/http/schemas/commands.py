"""The bodies of commands."""

from __future__ import annotations

from marshmallow import fields, validate

from api.http.schemas.fields import Body, Instant, Text, assignee, name, reference
from incidents.incident import AUDIENCES, ROLES

MAX_CLOCKS = 20


class Moment(Body):
    """A command that needs no more than its time."""

    occurred_at = Instant(metadata={"description": "When it was so; left out: now."})


class SeverityChange(Moment):
    """Another severity, and why."""

    severity = name(required=True)
    reason = Text(required=True)


class MaybeReason(Moment):
    """A reason, if there is one to tell."""

    reason = Text()


class Reason(Moment):
    """Why."""

    reason = Text(required=True)


class Assignment(Moment):
    """Who takes which role, for which party."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES, error="Use one of: {choices}."))
    assignee = assignee(required=True)
    party = name(required=True)


class Note(Moment):
    """A note."""

    text = Text(required=True)


class Update(Moment):
    """A status update."""

    text = Text(required=True)
    audience = fields.String(required=True, validate=validate.OneOf(AUDIENCES, error="Use one of: {choices}."))


class MaybeText(Moment):
    """Words, if there are any to say."""

    text = Text()


class Pause(Moment):
    """Why clocks stand still, and which."""

    reason = name(required=True)
    clocks = fields.List(
        name(),
        validate=validate.Length(1, MAX_CLOCKS, error="Name 1 to {max} clocks."),
        error_messages={"invalid": "Send a list of names.", "null": "Send a list of names, or leave it out."},
        metadata={"description": "Left out: every clock that the agreement lets this reason stop."},
    )
    note = Text()


class Resumption(Moment):
    """Which pause ends."""

    reason = name(required=True)


class Duplicate(Moment):
    """Which incident tells the same story."""

    of = reference(required=True)
