"""Swaps: hours that people give each other."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, Instant
from api.http.schemas.on_call_fields import OnCallPerson, SpanBody, SpanView, person
from escalation.oncall.swaps import SwapState


class SwapBody(Body):
    """Hours of yours that somebody else is to have."""

    taker = person(required=True, data_key="with", metadata={"description": "Who is to have them."})
    give = fields.Nested(SpanBody, required=True, metadata={"description": "When they are in your place."})
    take = fields.Nested(SpanBody, metadata={"description": "When you are in theirs; left out: never."})


class SwapView(Schema):
    """A swap."""

    swap = fields.Integer(required=True, metadata={"description": "Its number."})
    giver = fields.Nested(OnCallPerson, required=True, metadata={"description": "Who proposed it."})
    taker = fields.Nested(OnCallPerson, required=True)
    give = fields.Nested(SpanView, required=True)
    take = fields.Nested(SpanView, required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf([each.value for each in SwapState]))
    proposed_at = Instant(required=True)
    settled_at = Instant(required=True, allow_none=True)


class SwapList(Schema):
    """Swaps that are not over, the oldest first."""

    items = fields.List(fields.Nested(SwapView), required=True)
