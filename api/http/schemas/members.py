"""Members of a partnership, and whoever asks about themselves."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.access.people import LONGEST_EMAIL
from api.access.permissions import ROLES
from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, Word
from api.http.schemas.fields import name as named

PERSON = r"^[0-9a-f]{32}$"
"""A person's id."""


class RoleGrant(Body):
    """Who is to have which roles: somebody by `person`, or by `email`, with a `name` in case they are not known yet."""

    person = Word(PERSON, "Send a person's id, as the list of members gives it.")
    email = Text(LONGEST_EMAIL, lines=False, metadata={"description": "Theirs alone, as their sign-in gives it."})
    name = Text(MAX_TITLE, lines=False, metadata={"description": "What they are called."})
    party = named(metadata={"description": "For which party; left out: yours."})
    roles = fields.List(
        fields.String(validate=validate.OneOf(list(ROLES), error="Use one of: {choices}.")),
        required=True,
        validate=validate.Length(1, len(ROLES), error="Give {min} to {max} roles."),
        metadata={"description": "All that they are to have: roles that are not named here are taken away."},
        error_messages={"required": "Say which roles.", "null": "Say which roles.", "invalid": "Send a list."},
    )

    @validates_schema
    def one_way_to_name_them(self, data: dict[str, Any], **_: object) -> None:
        """Name them one way."""
        if ("person" in data) == ("email" in data):
            raise ValidationError({"email": ["Give either `email`, with `name`, or `person`."]})
        if "email" in data and "name" not in data:
            raise ValidationError({"name": ["Say what they are called."]})


class MemberView(Schema):
    """A member."""

    person = fields.String(required=True, metadata={"description": "Their id: facts name them as `person:<id>`."})
    kind = fields.String(required=True, validate=validate.OneOf(["person", "service"]))
    name = fields.String(required=True, allow_none=True, metadata={"description": "null once erased."})
    email = fields.String(required=True, allow_none=True, metadata={"description": "null: a service, or erased."})
    party = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    since = Instant(required=True)
    active = fields.Boolean(required=True, metadata={"description": "Whether they are let in."})


class MemberList(Schema):
    """Members, by party, the longest-standing first."""

    items = fields.List(fields.Nested(MemberView), required=True)


class MembershipView(Schema):
    """Where somebody belongs."""

    partnership = fields.String(required=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "null: for neither side."})
    roles = fields.List(fields.String(), required=True, metadata={"description": "Of a person; a key has none."})
    scopes = fields.List(fields.String(), required=True)


class Me(Schema):
    """Whoever sends the request."""

    actor = fields.String(required=True, metadata={"description": "As facts name them: `person:…` or `key:…`."})
    kind = fields.String(required=True, validate=validate.OneOf(["person", "service", "key"]))
    name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    operator = fields.Boolean(required=True, metadata={"description": "Whether they reach every partnership."})
    memberships = fields.List(fields.Nested(MembershipView), required=True)
