"""Keys of a partnership."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.access.permissions import OF_A_PARTNERSHIP, Scope
from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text
from api.http.schemas.fields import name as named

SCOPES = [scope.value for scope in Scope if scope in OF_A_PARTNERSHIP]
KEY = r"^[0-9a-f]{16}$"
"""A key's id."""


class KeyIssue(Body):
    """What a key is for."""

    name = Text(MAX_TITLE, lines=False, required=True, metadata={"description": "What you call it."})
    party = named(metadata={"description": "For which party; left out: yours."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES, error="Use one of: {choices}.")),
        required=True,
        validate=validate.Length(1, len(SCOPES), error="Give {min} to {max} scopes."),
        metadata={"description": "What it may do."},
        error_messages={"required": "Say what it may do.", "null": "Say what it may do.", "invalid": "Send a list."},
    )
    expires_at = Instant(metadata={"description": "From then on it lets nobody in; left out: it has no end."})


class KeyRotation(Body):
    """How long both secrets are good."""

    old_until = Instant(
        metadata={
            "description": "Until when the old secret is good, at most 30 days; left out: for 24 hours; now: no more."
        }
    )


class KeyView(Schema):
    """A key, without its secrets."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    partnership = fields.String(required=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "null: for neither side."})
    scopes = fields.List(fields.String(), required=True)
    issued_at = Instant(required=True)
    expires_at = Instant(required=True, allow_none=True)
    old_until = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Until when the secret before the last rotation is, or was, good."},
    )
    revoked_at = Instant(required=True, allow_none=True)
    last_used_at = Instant(required=True, allow_none=True, metadata={"description": "To the minute; null: never."})


class NewKeyView(KeyView):
    """A key with its new token, which is shown this once."""

    token = fields.String(
        required=True, metadata={"description": "`tocsin_<id>_<secret>`: keep it; only its hash is kept here."}
    )


class KeyList(Schema):
    """Keys, the oldest first."""

    items = fields.List(fields.Nested(KeyView), required=True)
