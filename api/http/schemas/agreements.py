"""Agreements, as lists and as one version with its document."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.http.schemas.fields import Body, Instant, partnership


class AgreementQuery(Body):
    """Whose agreements."""

    partnership = partnership()


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

    document = fields.Dict(keys=fields.String(), required=True)


class AgreementList(Schema):
    """Published versions, by partnership and number."""

    items = fields.List(fields.Nested(AgreementSummary), required=True)
