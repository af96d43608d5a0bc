"""Attainment, counted."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, partnership

OUTCOMES = ("running", "met", "breached", "cancelled")


class AttainmentQuery(Body):
    """Whose attainment."""

    partnership = partnership()


class AttainmentCount(Schema):
    """How many runs of a clock, of incidents of one severity, came to this."""

    partnership = fields.String(required=True)
    clock = fields.String(required=True)
    severity = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    runs = fields.Integer(required=True)


class AttainmentList(Schema):
    """All counts."""

    items = fields.List(fields.Nested(AttainmentCount), required=True)
