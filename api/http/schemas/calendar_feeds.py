"""Addresses of calendars, which show the turns of a schedule."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Body, Instant
from api.http.schemas.on_call_fields import OnCallPerson
from api.http.schemas.on_call_fields import person as person_field


class FeedBody(Body):
    """Whose turns a calendar shows."""

    person = person_field(metadata={"description": "One person's alone; left out: everybody's, and gaps."})


class FeedView(Schema):
    """An address of a calendar, without its secret."""

    feed = fields.String(required=True, metadata={"description": "Its id, for revoking it."})
    person = fields.Nested(OnCallPerson, required=True, allow_none=True)
    made_by = fields.String(required=True)
    made_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)


class NewFeedView(FeedView):
    """A new address, which is shown this once."""

    address = fields.String(
        required=True,
        metadata={"description": "Whoever knows it reads the calendar: keep it. Only its hash is kept here."},
    )


class FeedList(Schema):
    """Addresses that are not revoked, the oldest first."""

    items = fields.List(fields.Nested(FeedView), required=True)
