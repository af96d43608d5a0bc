"""Incidents as they are declared, listed and read; their timeline and clocks."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.http.schemas.fields import (
    MAX_TITLE,
    Body,
    Instant,
    QueryNumber,
    Text,
    WholeNumber,
    Word,
    name,
    partnership,
)

STATUSES = ("open", "acknowledged", "mitigated", "resolved", "closed", "cancelled", "duplicate")
PAGE = 50
MAX_PAGE = 200
MAX_FLAGS = 20


class Assessing(Body):
    """How bad it looks: impact and urgency, or a severity outright."""

    impact = name()
    urgency = name()
    severity = name()
    users_affected_pct = WholeNumber(0, 100)
    flags = fields.List(
        name(),
        validate=validate.Length(max=MAX_FLAGS, error="Send at most {max} flags."),
        error_messages={"invalid": "Send a list of names.", "null": "Send a list of names, or leave it out."},
    )
    occurred_at = Instant(metadata={"description": "When it was so; left out: now."})

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: object) -> None:
        """Ask for impact and urgency together, or severity alone."""
        if "severity" in data:
            both = {
                field: ["Leave it out where severity is given."] for field in ("impact", "urgency") if field in data
            }
            if both:
                raise ValidationError(both)
            return
        missing = {field: ["Give it, or give severity."] for field in ("impact", "urgency") if field not in data}
        if missing:
            raise ValidationError(missing)


class Declaration(Assessing):
    """A new incident."""

    partnership = partnership(required=True)
    service = name(required=True)
    title = Text(MAX_TITLE, lines=False, required=True)
    description = Text()


class IncidentQuery(Body):
    """Which incidents, and which page of them."""

    partnership = partnership()
    status = fields.String(validate=validate.OneOf(STATUSES, error="Use one of: {choices}."))
    severity = name()
    service = name()
    limit = QueryNumber(1, MAX_PAGE, load_default=PAGE, metadata={"description": "How many on a page."})
    cursor = Word(
        "^[A-Za-z0-9_-]{1,64}$",
        "Send the `next_cursor` of the page before, as it was.",
        metadata={"description": "Where to go on: the `next_cursor` of the page before."},
    )


class AgreementReference(Schema):
    """The agreement version that an incident is pinned to."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)


class Role(Schema):
    """Who has a role, and for which party."""

    role = fields.String(required=True)
    party = fields.String(required=True)
    assignee = fields.String(required=True)


class RunningPause(Schema):
    """A pause that has not ended."""

    reason = fields.String(required=True)
    since = Instant(required=True)


class IncidentSummary(Schema):
    """An incident in a list."""

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "What people say: INC-1042."})
    partnership = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Counts every fact."})
    revision = fields.Integer(required=True, metadata={"description": "Counts people's decisions; the ETag."})
    agreement = fields.Nested(AgreementReference, required=True)
    title = Text(required=True, allow_none=True, metadata={"description": "null once it has been erased."})
    service = fields.String(required=True)
    severity = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    reported_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    resolved_at = Instant(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class IncidentView(IncidentSummary):
    """An incident with all that is known of it."""

    description = Text(required=True, allow_none=True, metadata={"description": "null also once it has been erased."})
    impact = fields.String(required=True, allow_none=True)
    urgency = fields.String(required=True, allow_none=True)
    users_affected_pct = fields.Integer(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    acknowledged_by = fields.String(required=True, allow_none=True)
    mitigated_at = Instant(required=True, allow_none=True)
    duplicate_of = fields.String(required=True, allow_none=True, metadata={"description": "An incident's id."})
    roles = fields.List(
        fields.Nested(Role),
        required=True,
        metadata={"description": "By role, then party: one holder for each party, but any number of responders."},
    )
    pauses = fields.List(fields.Nested(RunningPause), required=True)


class IncidentPage(Schema):
    """Some incidents, the newest first."""

    items = fields.List(fields.Nested(IncidentSummary), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})


class TimelineEntry(Schema):
    """One fact."""

    version = fields.Integer(required=True)
    type = fields.String(required=True, metadata={"description": "A stable name: incident.acknowledged.v1."})
    occurred_at = Instant(required=True, attribute="at", metadata={"description": "When it was so."})
    recorded_at = Instant(required=True, metadata={"description": "When Tocsin learned of it."})
    actor = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), required=True)
    erased = fields.List(fields.String(), required=True, metadata={"description": "Names in `data` that are erased."})


class Timeline(Schema):
    """All facts of an incident, in the order of recording."""

    entries = fields.List(fields.Nested(TimelineEntry), required=True)


class PauseView(Schema):
    """A stretch in which a clock does not count."""

    start = Instant(required=True)
    until = Instant(required=True, allow_none=True)
    reason = fields.String(required=True)


class WarningView(Schema):
    """A share of the target, and when it is used up."""

    percent = fields.Integer(required=True)
    at = Instant(required=True, allow_none=True)


class ClockView(Schema):
    """One run of one clock. Durations are seconds of counted time."""

    clock = fields.String(required=True)
    cycle = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"description": "running, paused, met, breached or cancelled."})
    target = fields.Integer(required=True, metadata={"description": "Seconds of counted time."})
    calendar = fields.String(required=True)
    started_at = Instant(required=True)
    counted = fields.Integer(required=True, metadata={"description": "Seconds of counted time so far."})
    pauses = fields.List(fields.Nested(PauseView), required=True)
    warnings = fields.List(fields.Nested(WarningView), required=True)
    due_at = Instant(required=True, allow_none=True)
    last_safe_at = Instant(required=True, allow_none=True)
    stopped_at = Instant(required=True, allow_none=True)
    breached_at = Instant(required=True, allow_none=True)
    detected_at = Instant(required=True, allow_none=True)


class Clocks(Schema):
    """All clocks of an incident as of an instant."""

    as_of = Instant(required=True)
    clocks = fields.List(fields.Nested(ClockView), required=True)
