"""How incidents are read: which moment, which kinds of fact, and how two versions differ."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from api.http.schemas.fields import Body, Instant, QueryNumber, Words
from api.http.schemas.incidents import ChangeView

MAX_VERSION = 999_999_999


class MomentQuery(Body):
    """Which state: that of an instant, or after a version; neither: as it stands."""

    as_of = Instant(
        metadata={"description": "As of this instant: what had been sequenced by then. The answer never changes."}
    )
    at_version = QueryNumber(1, MAX_VERSION, metadata={"description": "As of this version."})

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: object) -> None:
        """Ask for one moment."""
        if "as_of" in data and "at_version" in data:
            raise ValidationError({"at_version": ["Leave it out where as_of is given."]})


class TimelineQuery(MomentQuery):
    """Which facts, of which state."""

    kinds = Words(metadata={"description": "Only these kinds, with commas: noted,update_posted."})


class DifferenceQuery(Body):
    """From which version to which."""

    since = QueryNumber(1, MAX_VERSION, required=True)
    until = QueryNumber(1, MAX_VERSION, required=True)


class Difference(Schema):
    """What changed from one version to another."""

    since = fields.Integer(required=True)
    until = fields.Integer(required=True)
    changes = fields.List(fields.Nested(ChangeView), required=True)
