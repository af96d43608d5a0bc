"""The shape of every error (RFC 9457)."""

from __future__ import annotations

from marshmallow import Schema, fields


class FieldError(Schema):
    """One field that is wrong."""

    field = fields.String(
        required=True,
        metadata={"description": "Its path, or the header's name; empty: the whole.", "examples": ["service"]},
    )
    message = fields.String(required=True, metadata={"description": "What would be right.", "examples": ["Give it."]})
    line = fields.Integer(metadata={"description": "The line, where a file was sent."})


class Problem(Schema):
    """Why a request was refused, and what to do next."""

    type = fields.String(
        required=True,
        metadata={
            "description": "`urn:tocsin:problem:` and the code.",
            "examples": ["urn:tocsin:problem:invalid_request"],
        },
    )
    title = fields.String(
        required=True, metadata={"description": "The status in words.", "examples": ["Unprocessable Entity"]}
    )
    status = fields.Integer(required=True, metadata={"description": "The HTTP status.", "examples": [422]})
    code = fields.String(
        required=True, metadata={"description": "A stable name for programs.", "examples": ["invalid_request"]}
    )
    detail = fields.String(
        required=True,
        metadata={
            "description": "What happened, and what to do next.",
            "examples": ["Some fields cannot be used. Correct each of those under `errors`."],
        },
    )
    errors = fields.List(fields.Nested(FieldError), metadata={"description": "Each field that is wrong."})
    details = fields.Dict(keys=fields.String(), metadata={"description": "What else is known, such as `revision`."})
    reference = fields.String(metadata={"description": "Under it the operator's log says more."})
