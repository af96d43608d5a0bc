"""The clocks of an incident, as answers show them (see escalation/clocks/reading.py and escalation/clocks/why.py)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Instant


class PauseView(Schema):
    """A stretch in which a clock does not count; `until` is null while it lasts."""

    start = Instant(required=True)
    until = Instant(required=True, allow_none=True)
    reason = fields.String(required=True)


class WarningView(Schema):
    """A share of the target, and when it is used up."""

    percent = fields.Integer(required=True)
    at = Instant(required=True, allow_none=True)


class BecauseView(Schema):
    """Something that happened to a clock."""

    at = Instant(required=True)
    entry = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The fact's version; null: time passed."}
    )
    rule = fields.String(required=True, metadata={"description": "A path of the agreement, or a clock rule."})
    text = fields.String(required=True)


class ClockView(Schema):
    """One run of one clock. Durations are seconds of counted time; business days where `by` is not null."""

    clock = fields.String(required=True)
    cycle = fields.Integer(required=True)
    about = fields.String(
        required=True, allow_none=True, metadata={"description": "The action that it is about; null: the incident."}
    )
    severity = fields.String(required=True, metadata={"description": "The severity, or the priority of the action."})
    duty_of = fields.List(fields.String(), required=True, metadata={"description": "The parties that owe it."})
    state = fields.String(
        required=True,
        metadata={"description": "running, paused, met, deviation, breached, excused or cancelled."},
    )
    target = fields.Integer(required=True, allow_none=True, metadata={"description": "Seconds of counted time."})
    by = fields.Integer(required=True, allow_none=True, metadata={"description": "Business days."})
    calendar = fields.String(required=True)
    started_at = Instant(required=True)
    counted = fields.Integer(required=True, metadata={"description": "Counted time, or business days, so far."})
    pauses = fields.List(fields.Nested(PauseView), required=True)
    warnings = fields.List(fields.Nested(WarningView), required=True)
    due_at = Instant(required=True, allow_none=True)
    provisional = fields.Boolean(
        required=True, metadata={"description": "Whether holidays are not yet known for that date."}
    )
    last_safe_at = Instant(required=True, allow_none=True)
    stopped_at = Instant(required=True, allow_none=True)
    deviated_at = Instant(required=True, allow_none=True)
    breached_at = Instant(required=True, allow_none=True)
    detected_at = Instant(required=True, allow_none=True)
    why = fields.List(
        fields.Nested(BecauseView), required=True, metadata={"description": "How it came to this, in order."}
    )


class Clocks(Schema):
    """All clocks of an incident as of an instant."""

    as_of = Instant(required=True)
    clocks = fields.List(fields.Nested(ClockView), required=True)
