"""The services of an agreement, and how each is supported."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Instant


class ChannelView(Schema):
    """A way in which people reach the support."""

    kind = fields.String(required=True, metadata={"description": "Such as phone, email, chat or portal."})
    address = fields.String(required=True)


class HoursView(Schema):
    """When the support is there."""

    calendar = fields.String(required=True, metadata={"description": "A calendar of the agreement."})
    tz = fields.String(required=True)
    open = fields.Boolean(required=True, metadata={"description": "Whether it is there now."})
    opens_at = Instant(
        required=True, allow_none=True, metadata={"description": "null: it is open, or never opens again."}
    )


class SupportView(Schema):
    """How a service is supported."""

    channels = fields.List(fields.Nested(ChannelView), required=True, metadata={"description": "In their order."})
    hours = fields.Nested(HoursView, required=True, allow_none=True, metadata={"description": "null: not agreed upon."})
    languages = fields.List(fields.String(), required=True, metadata={"description": "BCP 47."})


class ServiceView(Schema):
    """A service."""

    service = fields.String(required=True)
    provided_by = fields.String(required=True)
    used_by = fields.List(fields.String(), required=True)
    tier = fields.String(required=True, allow_none=True)
    depends_on = fields.List(fields.String(), required=True)
    support = fields.Nested(
        SupportView, required=True, allow_none=True, metadata={"description": "null: not agreed upon."}
    )


class ServiceList(Schema):
    """The services of the agreement in force, in its order."""

    agreement_version = fields.Integer(required=True)
    items = fields.List(fields.Nested(ServiceView), required=True)
