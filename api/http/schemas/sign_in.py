"""Signing in."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

LONGEST_PATH = 2001


class SignInQuery(Schema):
    """Where to go once signed in."""

    return_to = fields.String(
        validate=validate.Length(min=1, max=LONGEST_PATH, error="Give at most 2,001 characters."),
        metadata={"description": "A path of this site, such as /docs. Nothing else is taken."},
    )
