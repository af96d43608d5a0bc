"""The shape of every error (RFC 9457)."""

from __future__ import annotations

from marshmallow import Schema, fields


class FieldError(Schema):
    """One field that is wrong."""

    field = fields.String(required=True, metadata={"description": "Its path, or the header's name; empty: the whole."})
    message = fields.String(required=True, metadata={"description": "What would be right."})
    line = fields.Integer(metadata={"description": "The line, where a file was sent."})


class Problem(Schema):
    """Why a request was refused, and what to do next."""

    type = fields.String(required=True, metadata={"description": "`urn:tocsin:problem:` and the code."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "A stable name for programs."})
    detail = fields.String(required=True, metadata={"description": "What happened, and what to do next."})
    errors = fields.List(fields.Nested(FieldError), metadata={"description": "Each field that is wrong."})
    details = fields.Dict(keys=fields.String(), metadata={"description": "What else is known, such as `revision`."})
    reference = fields.String(metadata={"description": "Under it the operator's log says more."})
