"""Agreements, as lists and as one version with its document."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Body, Instant, partnership


class AgreementQuery(Body):
    """Whose agreements."""

    partnership = partnership()


class VersionsQuery(Body):
    """Which versions of one partnership."""

    as_of = Instant(metadata={"description": "Those on record at this instant. The answer never changes."})


class InForceQuery(VersionsQuery):
    """In force when."""

    at = Instant(metadata={"description": "In force at this instant, past or future; left out: at as_of, else now."})


class AgreementSummary(Schema):
    """A published version."""

    partnership = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of the document's canonical JSON."})
    effective_from = Instant(required=True)
    effective_to = Instant(required=True, allow_none=True, metadata={"description": "null: open-ended."})
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AgreementVersion(AgreementSummary):
    """A published version with all that it says."""

    document = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "As published, but for null where `withheld` says so; the digest is of the whole."},
    )
    withheld = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What of the document you may not read: the reason, by dotted path."},
    )


class AgreementList(Schema):
    """Published versions, by partnership and number."""

    items = fields.List(fields.Nested(AgreementSummary), required=True)
