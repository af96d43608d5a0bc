"""The bodies of commands."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from api.http.schemas.fields import Body, Instant, Text, Visibility, WholeNumber, assignee, name, reference
from incidents.incident import AUDIENCES
from incidents.incident.staffing import ROLES

MAX_CLOCKS = 20
MAX_ENTRY = 2**31 - 1


class Moment(Body):
    """A command that needs no more than its time."""

    occurred_at = Instant(metadata={"description": "When it was so; left out: now."})
    visibility = Visibility()


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
    """A note. Left out, its visibility is `internal`."""

    text = Text(required=True)
    visibility = Visibility(load_default="internal")


class Update(Moment):
    """A status update."""

    text = Text(required=True)
    audience = fields.String(required=True, validate=validate.OneOf(AUDIENCES, error="Use one of: {choices}."))

    @post_load
    def seen_by_its_audience(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Show an update to whom it is written for."""
        if data["audience"] == "internal":
            return {"visibility": "internal"} | data
        if data.get("visibility", "shared") != "shared":
            raise ValidationError({"visibility": ["An update for the partner is shared: leave it out."]})
        return data


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
    evidence = Text(metadata={"description": "Where the agreement asks for it, such as a message's id."})


class Resumption(Moment):
    """Which pause ends."""

    reason = name(required=True)


class Duplicate(Moment):
    """Which incident tells the same story."""

    of = reference(required=True)


class Parent(Body):
    """Which larger incident it is part of."""

    parent = reference(required=True)
    occurred_at = Instant(metadata={"description": "When it was so; left out: now."})


class Parting(Body):
    """Nothing more than its time."""

    occurred_at = Instant(metadata={"description": "When it was so; left out: now."})


class VisibilityChange(Moment):
    """Which earlier entry is for whose eyes from now on."""

    entry = WholeNumber(1, MAX_ENTRY, required=True, metadata={"description": "The entry's version in the timeline."})
    fields_ = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        data_key="fields",
        attribute="fields",
        validate=validate.Length(1, MAX_CLOCKS, error="Name 1 to {max} fields."),
        error_messages={"invalid": "Send a list of field names.", "null": "Send a list, or leave it out."},
        metadata={"description": "Left out: all of the entry that can be withheld."},
    )
    to = Visibility(required=True)
    reason = Text()
