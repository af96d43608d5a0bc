"""Health."""

from __future__ import annotations

from marshmallow import Schema, fields


class Alive(Schema):
    """The process answers."""

    status = fields.String(required=True)


class SequencerLag(Schema):
    """How far the sequencer is behind."""

    pending_commits = fields.Integer(required=True, metadata={"description": "Counted up to 10,000."})
    oldest_pending_seconds = fields.Float(required=True, allow_none=True)


class Readiness(Schema):
    """What was looked at."""

    status = fields.String(required=True, metadata={"description": "ready or not_ready"})
    checks = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    sequencer = fields.Nested(SequencerLag, required=True, allow_none=True)
    worker = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        allow_none=True,
        metadata={"description": "Seconds since each part's last sign of life; of several workers, the youngest."},
    )
