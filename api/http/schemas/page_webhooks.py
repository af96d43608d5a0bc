"""The secrets of page webhooks."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Instant

WEBHOOK = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
"""A webhook's id in the agreement."""


class PageSecretKnown(Schema):
    """A secret that is good, without itself."""

    made_at = Instant(required=True)
    expires_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Until when pages are signed by it; null: until another one takes its place."},
    )


class PageWebhookView(Schema):
    """A webhook that the agreement gives to a party."""

    webhook = fields.String(required=True, metadata={"description": "Its id in the agreement."})
    party = fields.String(required=True)
    url = fields.String(required=True)
    secrets = fields.List(
        fields.Nested(PageSecretKnown),
        required=True,
        metadata={"description": "By which its pages are signed, the newest first; none: they are not signed."},
    )


class PageWebhookList(Schema):
    """Page webhooks of a party."""

    items = fields.List(fields.Nested(PageWebhookView), required=True)


class NewPageSecret(Schema):
    """A new secret, which is shown this once."""

    webhook = fields.String(required=True)
    party = fields.String(required=True)
    secret = fields.String(required=True, metadata={"description": "`whsec_` and base64: keep it."})
    made_at = Instant(required=True)
    old_until = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Until when pages are signed by the secret before it too; null: there was none."},
    )
