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


class EffectiveQuery(Body):
    """For which service."""

    service = fields.String(required=True, metadata={"description": "A service of the agreement."})


class Layer(Schema):
    """A layer that reaches the service."""

    id = fields.String(required=True)
    level = fields.String(required=True, metadata={"enum": ["service", "customer", "corporate"]})


def _layers_by_path(description: str) -> fields.Dict:
    said = fields.String()
    return fields.Dict(keys=fields.String(), values=said, required=True, metadata={"description": description})


class EffectiveAgreement(Schema):
    """What a version says for one service."""

    partnership = fields.String(required=True)
    version = fields.Integer(required=True)
    service = fields.String(required=True)
    layers = fields.List(fields.Nested(Layer), required=True, metadata={"description": "The first wins."})
    spec = fields.Dict(keys=fields.String(), required=True, metadata={"description": "The merged spec."})
    origins = _layers_by_path("The layer of each value that a layer says, by dotted path; all others are the base's.")
    removed = _layers_by_path("The layer that removed what stood at a dotted path.")
    withheld = _layers_by_path("What of the document you may not read: the reason, by dotted path.")
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


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
    notes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Parts that are kept and checked, but that this version does not act upon, in words."},
    )
