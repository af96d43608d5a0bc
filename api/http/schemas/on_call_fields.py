"""What all that is said of schedules is made of: people by id, and times."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from api.http.schemas.fields import Body, Instant, Word
from api.http.schemas.members import PERSON

MAX_NUMBER = 2**31 - 1
"""Of an override or a swap."""


def person(**options: Any) -> Word:
    """Give a field for a person's id."""
    return Word(PERSON, "Send a person's id, as the list of people gives it.", **options)


class OnCallPerson(Schema):
    """Somebody on call."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null: erased, or they have left."})


class SpanBody(Body):
    """A time: [starts_at, ends_at)."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class SpanView(Schema):
    """A time: [starts_at, ends_at)."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
