"""How agreements come about and end: signatures, migrations, notice."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.agreements import AgreementSummary
from api.http.schemas.fields import Body, Instant, Text, WholeNumber, Word, reference
from escalation.agreement.sections.header import LARGEST_VERSION
from escalation.book.migrations import MOST
from escalation.book.versions import STAGES


def _links() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SignatureGiven(Body):
    """What is signed."""

    digest = Word(
        "^[0-9a-f]{64}$",
        "Send the `digest` of the version that you have read: 64 digits 0-9 and a-f.",
        required=True,
    )


class NoticeGiven(Body):
    """Why."""

    reason = Text(2000)


class MigrationWanted(Body):
    """Where incidents are to move, and which."""

    to_version = WholeNumber(1, LARGEST_VERSION, required=True, metadata={"description": "The version in force."})
    incidents = fields.List(
        reference(),
        validate=validate.Length(1, MOST, error="Name {min} to {max} incidents."),
        metadata={"description": "Running incidents; left out: all that fit the version."},
    )


class Signature(Schema):
    """A party that must sign."""

    party = fields.String(required=True)
    signed_at = Instant(required=True, allow_none=True, metadata={"description": "null: not yet."})


class VersionStanding(AgreementSummary):
    """A version as it stands."""

    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    published_at = Instant(required=True, metadata={"description": "When it came on record."})
    in_force_from = Instant(required=True, allow_none=True, metadata={"description": "From when on it holds."})
    ends_at = Instant(required=True, allow_none=True, metadata={"description": "Until when it holds; null: open."})
    proposed_for = fields.String(
        required=True, allow_none=True, metadata={"description": "The party that proposed it; null: the operator."}
    )
    lapses_at = Instant(
        required=True, allow_none=True, metadata={"description": "When a proposal lapses, unless all have signed."}
    )
    signatures = fields.List(
        fields.Nested(Signature), required=True, metadata={"description": "Empty: it needed no signature."}
    )


class StandingList(Schema):
    """Versions, by partnership and number."""

    items = fields.List(fields.Nested(VersionStanding), required=True)


class MovingIncident(Schema):
    """An incident of a migration."""

    id = fields.String(required=True)
    links = _links()


class MigrationView(Schema):
    """Running incidents that are to move to another version."""

    migration = fields.Integer(required=True)
    partnership = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(["proposed", "withdrawn", "carried_out"]))
    to_version = fields.Integer(required=True)
    incidents = fields.List(fields.Nested(MovingIncident), required=True)
    moved = fields.List(
        fields.Nested(MovingIncident),
        required=True,
        allow_none=True,
        metadata={"description": "Those that did: what was over by then stayed. null: not carried out."},
    )
    proposed_for = fields.String(required=True, allow_none=True)
    proposed_at = Instant(required=True)
    carried_out_at = Instant(required=True, allow_none=True)
    signatures = fields.List(fields.Nested(Signature), required=True)
    links = _links()


class MigrationList(Schema):
    """Migrations, oldest first."""

    items = fields.List(fields.Nested(MigrationView), required=True)


class Receiver(Schema):
    """A party that receives the record at the end."""

    party = fields.String(required=True)
    handed_over = fields.Boolean(required=True)


class EndView(Schema):
    """When the agreement ends, and what becomes of its record."""

    partnership = fields.String(required=True)
    ends_at = Instant(required=True, allow_none=True, metadata={"description": "null: open-ended."})
    notice_given = fields.Boolean(required=True)
    ended_at = Instant(required=True, allow_none=True, metadata={"description": "null: it has not ended."})
    handover = fields.List(fields.Nested(Receiver), required=True)
    records_kept_until = Instant(
        required=True, allow_none=True, metadata={"description": "null: the agreement has no end, or does not say."}
    )
    links = _links()
