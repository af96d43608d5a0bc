"""Attainment, counted, and the periods of objectives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, Instant, partnership

OUTCOMES = ("running", "met", "deviation", "breached", "excused", "cancelled")
JUDGEMENTS = ("met", "deviation", "breach", "too_few")


class AttainmentQuery(Body):
    """Whose attainment."""

    partnership = partnership()


class AttainmentCount(Schema):
    """How many runs of a clock, of incidents of one severity, came to this."""

    partnership = fields.String(required=True)
    clock = fields.String(required=True)
    severity = fields.String(required=True)
    duty_of = fields.List(fields.String(), required=True, metadata={"description": "The parties that owe it."})
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    runs = fields.Integer(required=True)


class AttainmentList(Schema):
    """All counts."""

    items = fields.List(fields.Nested(AttainmentCount), required=True)


class ObjectivePeriod(Schema):
    """How an objective of the agreement stands, or stood, in one of its periods."""

    partnership = fields.String(required=True)
    objective = fields.String(required=True)
    agreement_version = fields.Integer(required=True)
    clock = fields.String(required=True)
    severities = fields.List(fields.String(), required=True)
    starts = Instant(required=True)
    ends = Instant(required=True, metadata={"description": "The first instant that is not of it any more."})
    met = fields.Integer(required=True)
    of = fields.Integer(required=True)
    attainment = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "met / of, cut off after four digits; null where there was no clock."},
    )
    needed = fields.Float(required=True, metadata={"description": "The share that meets the objective."})
    breach_below = fields.Float(required=True, metadata={"description": "Below this share it is a breach."})
    min_sample = fields.Integer(required=True, metadata={"description": "With fewer clocks it is too_few."})
    judgement = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([*JUDGEMENTS, None]),
        metadata={"description": "null: it is not judged yet."},
    )
    judged_at = Instant(required=True, allow_none=True)
    corrected_at = Instant(
        required=True, allow_none=True, metadata={"description": "When a late fact or a decision last changed it."}
    )


class ObjectivePeriodList(Schema):
    """Periods, by objective, the newest first."""

    items = fields.List(fields.Nested(ObjectivePeriod), required=True)
