"""What is asked of the access log, and what it answers."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Body, Instant, QueryNumber, Word, cursor
from api.http.schemas.incidents import MAX_PAGE, PAGE


class AccessLogQuery(Body):
    """Which entries, and which page of them."""

    actor = Word(
        r"^[a-z]+:[A-Za-z0-9_.:-]{1,128}$",
        "Send an actor as entries name it, such as key:5d2f8a1c9b3e4f60.",
        metadata={"description": "Whose reads.", "example": "key:5d2f8a1c9b3e4f60"},
    )
    operation = Word(
        r"^[A-Za-z]{1,64}$",
        "Send an operationId of this document, such as getTimeline.",
        metadata={"description": "By which operation: its `operationId` in this document."},
    )
    since = Instant(metadata={"description": "From this instant on."})
    until = Instant(metadata={"description": "Before this instant."})
    limit = QueryNumber(1, MAX_PAGE, load_default=PAGE, metadata={"description": "How many on a page."})
    cursor = cursor()


class AccessLogEntry(Schema):
    """Somebody was given data of the partnership."""

    at = Instant(required=True)
    actor = fields.String(required=True, metadata={"description": "Whose key or session it was: `key:…`, `person:…`."})
    party = fields.String(required=True, allow_none=True, metadata={"description": "null: for neither side."})
    operation = fields.String(required=True, metadata={"description": "The `operationId`."})
    target = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What it read, such as an incident's id; null: several."},
    )


class AccessLogPage(Schema):
    """Some entries, the newest first."""

    items = fields.List(fields.Nested(AccessLogEntry), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})
