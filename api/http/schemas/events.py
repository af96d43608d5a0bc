"""What is asked of the feed, and what it answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, Instant, QueryNumber, Word, partnership
from api.http.schemas.incidents import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_EVENTS = 1000
EVENTS = 100
MAX_WAIT = 30


class Types(fields.Field[list[str]]):
    """Names of types, with commas between them."""

    _PATTERN = r"^[a-z_.]{1,64}[0-9*]{0,9}(,[a-z_.]{1,64}[0-9*]{0,9}){0,49}$"
    default_error_messages = {"invalid": "Send types with commas between them, such as incident.noted,incident.*."}

    def __init__(self) -> None:
        """Document it."""
        said = "Only these types, with or without a version, or all of a kind: `incident.noted,agreement.*`."
        super().__init__(metadata={"type": "string", "pattern": self._PATTERN, "description": said})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:  # noqa: ARG002 - marshmallow's signature
        if not (isinstance(value, str) and re.fullmatch(self._PATTERN, value, re.ASCII)):
            raise self.make_error("invalid")
        return list(dict.fromkeys(value.split(",")))


class StreamQuery(Body):
    """Whose events, which of them, and where to begin."""

    partnership = partnership(metadata={"description": "May be left out by who belongs to one alone."})
    after = Word(
        "^[A-Za-z0-9_-]{1,2048}$",
        "Send a `cursor` of this feed as it was given to you, or `now`.",
        metadata={"description": "A `cursor` that was given; `now`: what comes next; left out: from the beginning."},
    )
    types = Types()


class EventQuery(StreamQuery):
    """Which page of the feed, and how long to wait for one."""

    limit = QueryNumber(1, MAX_EVENTS, load_default=EVENTS, metadata={"description": "How many at most."})
    wait = QueryNumber(
        0, MAX_WAIT, load_default=0, metadata={"description": "Seconds to wait for events where there are none yet."}
    )


class ExportQuery(StreamQuery):
    """Which events, and in which form."""

    format = fields.String(
        load_default="jsonl", validate=validate.OneOf(("jsonl", "csv"), error="Use one of: {choices}.")
    )
    until = Instant(metadata={"description": "What had been sequenced by then; left out: all there is now."})


class EventIncident(Schema):
    """The incident that an event is about."""

    id = fields.String(required=True)


class Event(Schema):
    """Something that happened."""

    id = fields.String(required=True, metadata={"description": "The same wherever the event is shown."})
    type = fields.String(required=True, metadata={"description": "A stable name: incident.acknowledged.v1."})
    incident = fields.Nested(EventIncident, required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Its place in the incident's timeline."})
    occurred_at = Instant(required=True, metadata={"description": "When it was so."})
    recorded_at = Instant(required=True, metadata={"description": "When Tocsin learned of it."})
    sequenced_at = Instant(required=True, metadata={"description": "When it came on record: what `as_of` goes by."})
    actor = fields.String(required=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "Whose the actor was."})
    source = fields.String(
        required=True, allow_none=True, metadata={"description": "How it came in: api, slack, cli, import or engine."}
    )
    visible_to = fields.List(
        fields.String(), required=True, allow_none=True, metadata={"description": "Parties; null: all."}
    )
    data = fields.Dict(keys=fields.String(), required=True)
    withheld = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=WITHHELD)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class EventPage(Schema):
    """Some events, in the one order."""

    events = fields.List(fields.Nested(Event), required=True)
    cursor = fields.String(required=True, metadata={"description": "Send it as `after` to go on."})
    more = fields.Boolean(
        required=True, metadata={"description": "Whether to go on at once: there is, or may be, more."}
    )
