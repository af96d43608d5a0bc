"""Incidents as they are declared, listed and read; their timeline and clocks."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.http.schemas.fields import (
    MAX_TITLE,
    Body,
    Instant,
    Text,
    Visibility,
    WholeNumber,
    name,
    partnership,
)
from incidents.incident.responding import ACCEPTED, ASKED, DECLINED

STATUSES = ("open", "acknowledged", "mitigated", "resolved", "closed", "cancelled", "duplicate")
PAGE = 50
MAX_PAGE = 200
MAX_FLAGS = 20
WITHHELD = {"description": "What is kept from you, by field, and why: internal, named_parties, class:<id> or erased."}


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
    visibility = Visibility()

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


class AgreementReference(Schema):
    """The agreement version that an incident is pinned to."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)


class Role(Schema):
    """Who has a role, and for which party."""

    role = fields.String(required=True)
    party = fields.String(required=True)
    assignee = fields.String(required=True, allow_none=True)


class AcknowledgedBy(Schema):
    """Who has an incident in hand for a side, and whether that side wants no reminder for a while."""

    side = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A party with a ladder of its own; null: all others together."},
    )
    acknowledged_by = fields.String(required=True)
    acknowledged_at = Instant(required=True)
    snoozed_until = Instant(required=True, allow_none=True)


class ResponderRequest(Schema):
    """Somebody was asked to come and help."""

    request = fields.Integer(required=True, metadata={"description": "The version of the fact that asked."})
    whom = fields.String(
        required=True, allow_none=True, metadata={"description": "An addressee, such as team:acme.payments."}
    )
    asked_by = fields.String(required=True)
    asked_at = Instant(required=True)
    answer = fields.String(required=True, validate=validate.OneOf((ASKED, ACCEPTED, DECLINED)))
    answered_by = fields.String(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class RunningPause(Schema):
    """A pause that has not ended."""

    reason = fields.String(required=True)
    since = Instant(required=True)


class OpenClaim(Schema):
    """A claim that waits for its body."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)
    due_at = Instant(
        required=True, allow_none=True, metadata={"description": "null: it waits for as long as it takes."}
    )


class FilingMade(Schema):
    """A legal notification that was made."""

    number = fields.Integer(required=True)
    notification = fields.String(required=True)
    complete = fields.Boolean(required=True)
    filed_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)


class LinkedIncident(Schema):
    """An incident that this one is linked with."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class IncidentSummary(Schema):
    """An incident in a list."""

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "What people say: INC-1042."})
    partnership = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Counts every fact."})
    revision = fields.Integer(required=True, metadata={"description": "Counts people's decisions; the ETag."})
    agreement = fields.Nested(AgreementReference, required=True)
    title = Text(required=True, allow_none=True, metadata={"description": "null where it is withheld."})
    service = fields.String(required=True)
    severity = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    reported_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    resolved_at = Instant(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    withheld = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=WITHHELD)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class IncidentView(IncidentSummary):
    """An incident with all that is known of it."""

    description = Text(required=True, allow_none=True, metadata={"description": "null also where it is withheld."})
    impact = fields.String(required=True, allow_none=True)
    urgency = fields.String(required=True, allow_none=True)
    users_affected_pct = fields.Integer(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True, allow_none=True)
    acknowledged_by = fields.String(required=True, allow_none=True)
    acknowledgements = fields.List(
        fields.Nested(AcknowledgedBy),
        required=True,
        metadata={"description": "By side; that of all who share a ladder is in `acknowledged_by` as well."},
    )
    mitigated_at = Instant(required=True, allow_none=True)
    duplicate_of = fields.String(required=True, allow_none=True, metadata={"description": "An incident's id."})
    original = fields.Nested(
        LinkedIncident, required=True, allow_none=True, metadata={"description": "What it is a duplicate of."}
    )
    duplicates = fields.List(fields.Nested(LinkedIncident), required=True)
    parent = fields.Nested(
        LinkedIncident, required=True, allow_none=True, metadata={"description": "What it is a part of."}
    )
    children = fields.List(
        fields.Nested(LinkedIncident), required=True, metadata={"description": "As far as they exist for you."}
    )
    roles = fields.List(
        fields.Nested(Role),
        required=True,
        metadata={"description": "By role, then party: one holder for each party, but any number of responders."},
    )
    responders = fields.List(
        fields.Nested(ResponderRequest), required=True, metadata={"description": "Everybody who was asked to come."}
    )
    pauses = fields.List(fields.Nested(RunningPause), required=True)
    claims = fields.List(fields.Nested(OpenClaim), required=True, metadata={"description": "Those not decided yet."})
    filings = fields.List(fields.Nested(FilingMade), required=True)
    visible_to = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "For whom it exists; null: all."},
    )
    breached = fields.List(fields.String(), required=True, metadata={"description": "Clocks that ran over."})


class ChangeView(Schema):
    """A field that a fact changed."""

    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class TimelineEntry(Schema):
    """One fact. Of one that is withheld as a whole (`withheld` has `*`) only the version is told."""

    version = fields.Integer(required=True)
    type = fields.String(
        required=True, allow_none=True, metadata={"description": "A stable name: incident.acknowledged.v1."}
    )
    occurred_at = Instant(required=True, allow_none=True, attribute="at", metadata={"description": "When it was so."})
    recorded_at = Instant(required=True, allow_none=True, metadata={"description": "When Tocsin learned of it."})
    actor = fields.String(required=True, allow_none=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "Whose the actor was."})
    source = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "How it came in: api, slack, cli, import, heartbeat or engine."},
    )
    visible_to = fields.List(
        fields.String(), required=True, allow_none=True, metadata={"description": "Parties; null: all."}
    )
    data = fields.Dict(keys=fields.String(), required=True)
    changes = fields.List(fields.Nested(ChangeView), required=True)
    withheld = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=WITHHELD)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Timeline(Schema):
    """All facts of an incident, in the order of recording."""

    entries = fields.List(fields.Nested(TimelineEntry), required=True)
    withheld_entries = fields.Integer(
        required=True, metadata={"description": "How many facts are withheld from you as a whole."}
    )
