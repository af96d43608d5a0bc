"""What schedules say: who is on call, the final schedule, and what is to be put right."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, Instant
from api.http.schemas.on_call_fields import OnCallPerson, SpanView


class AtQuery(Body):
    """An instant."""

    at = Instant(metadata={"description": "Which instant, of the past too; left out: now."})


class SpanQuery(Body):
    """A time."""

    start = Instant(data_key="from", metadata={"description": "From this instant on; left out: now."})
    end = Instant(data_key="to", metadata={"description": "Before this instant; left out: 28 days later."})


class OnCallView(Schema):
    """Who is on call at an instant."""

    schedule = fields.String(required=True)
    at = Instant(required=True)
    people = fields.List(fields.Nested(OnCallPerson), required=True, metadata={"description": "[]: nobody."})
    until = Instant(required=True, allow_none=True, metadata={"description": "null: for 31 days at least."})
    following = fields.List(fields.Nested(OnCallPerson), required=True, metadata={"description": "From `until` on."})


class OnCallList(Schema):
    """Who is on call for each schedule, by party and name."""

    items = fields.List(fields.Nested(OnCallView), required=True)


class ShiftView(SpanView):
    """A stretch with the same people; without any, nobody is on call."""

    people = fields.List(fields.Nested(OnCallPerson), required=True)
    layer = fields.Integer(required=True, allow_none=True, metadata={"description": "Which one, from 0."})
    override = fields.Integer(required=True, allow_none=True, metadata={"description": "Its number."})
    swap = fields.Integer(required=True, allow_none=True, metadata={"description": "Its number."})


class FinalView(Schema):
    """What comes of layers, overrides and swaps, without a hole."""

    schedule = fields.String(required=True)
    tz = fields.String(required=True)
    shifts = fields.List(fields.Nested(ShiftView), required=True)


class DoubleBookingView(SpanView):
    """Somebody is on call for several schedules of the party at once."""

    person = fields.Nested(OnCallPerson, required=True)
    schedules = fields.List(fields.String(), required=True)


class NotThereView(SpanView):
    """Somebody is on call who is not there."""

    person = fields.Nested(OnCallPerson, required=True)
    why = fields.String(
        required=True,
        validate=validate.OneOf(["away", "left"]),
        metadata={"description": "`away`: they said so; `left`: they are no active member of the party."},
    )


class ProblemsView(Schema):
    """What is to be put right."""

    schedule = fields.String(required=True)
    gaps = fields.List(fields.Nested(SpanView), required=True, metadata={"description": "Where somebody must be."})
    double_bookings = fields.List(fields.Nested(DoubleBookingView), required=True)
    not_there = fields.List(fields.Nested(NotThereView), required=True)
