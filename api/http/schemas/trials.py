"""Test pages: what is asked, and how each of their steps came out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.deliveries import DeliveryView
from api.http.schemas.fields import Body, Instant

TEST_PAGE = "^[0-9a-f]{32}$"
"""The id of a test page."""
PAGED, INFORMED = "high", "low"
"""As in contact rules."""


class TrialBody(Body):
    """As what somebody wants to be reached."""

    urgency = fields.String(
        load_default=PAGED,
        validate=validate.OneOf((PAGED, INFORMED), error="Use one of: {choices}."),
        metadata={"description": "`high`: as for a page, by those contact rules; `low`: as for a notice."},
    )


class TrialView(Schema):
    """A test page: every step is a delivery like any other."""

    id = fields.String(required=True)
    partnership = fields.String(required=True)
    person = fields.String(required=True)
    urgency = fields.String(required=True, validate=validate.OneOf((PAGED, INFORMED)))
    asked_at = Instant(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(("under_way", "over")),
        metadata={"description": "`over`: nothing of it waits any more."},
    )
    steps = fields.List(fields.Nested(DeliveryView), required=True, metadata={"description": "In the order of time."})
