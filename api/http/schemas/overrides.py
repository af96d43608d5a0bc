"""Overrides of schedules: who is on call for a time, whatever the layers say."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Instant, Text
from api.http.schemas.on_call_fields import OnCallPerson, SpanBody, person
from escalation.oncall.overriding import MOST_PEOPLE


class OverrideBody(SpanBody):
    """Who is on call for a time, whatever the layers say."""

    people = fields.List(
        person(),
        required=True,
        validate=validate.Length(0, MOST_PEOPLE, error="Give at most {max}."),
        metadata={"description": "People of the party, by id; []: nobody."},
        error_messages={"required": "Say who; [] is nobody.", "invalid": "Send a list."},
    )
    reason = Text(MAX_TITLE, lines=False, metadata={"description": "Why, for people."})


class OverrideView(Schema):
    """An override."""

    override = fields.Integer(required=True, metadata={"description": "Its number, for removing it."})
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    people = fields.List(fields.Nested(OnCallPerson), required=True)
    reason = fields.String(required=True, allow_none=True)
    added_by = fields.String(required=True, metadata={"description": "By whose word."})
    added_at = Instant(required=True, metadata={"description": "Since when it is on record. It acts from then on."})


class OverrideList(Schema):
    """Overrides that are not over, the first to begin first."""

    items = fields.List(fields.Nested(OverrideView), required=True)
