"""What the law wants known: awareness, and filings of notifications."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.commands import Moment
from api.http.schemas.fields import Instant, Text, name
from api.http.schemas.incidents import MAX_FLAGS, WITHHELD


class Awareness(Moment):
    """When one's party came to know what the law counts from: `occurred_at`, which may lie before the report."""


def _names(what: str) -> fields.List[str]:
    return fields.List(
        name(),
        validate=validate.Length(1, MAX_FLAGS, error="Send 1 to {max} flags."),
        error_messages={"invalid": "Send a list of names.", "null": "Send a list of names, or leave it out."},
        metadata={"description": what},
    )


class Flags(Moment):
    """Flags that the incident gets, and flags that it loses."""

    add = _names("Flags that hold from now on, such as personal_data_breach.")
    remove = _names("Flags that hold no more.")


class Filing(Moment):
    """A notification that was made: to whom and by when, the agreement says."""

    notification = name(required=True)
    complete = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        error_messages={"invalid": "Send true or false.", "null": "Send true or false, or leave it out."},
        metadata={"description": "false: a first phase, of a notification that may follow in phases."},
    )
    reference = Text(500, lines=False, metadata={"description": "Under which the receiver knows it."})
    reasons = Text(metadata={"description": "Why it is late, where it is."})
    evidence = Text()


class FilingConfirmation(Moment):
    """The receiver's confirmation."""

    reference = Text(500, lines=False)


class FilingAmendment(Moment):
    """What is added to a filing, or put right."""

    text = Text(required=True)
    complete = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        error_messages={"invalid": "Send true or false.", "null": "Send true or false, or leave it out."},
        metadata={"description": "true: with this nothing more is owed."},
    )
    evidence = Text()


class AmendmentView(Schema):
    """Something that was added to a filing."""

    at = Instant(required=True)
    text = Text(required=True, allow_none=True)
    evidence = Text(required=True, allow_none=True)


class FilingView(Schema):
    """A filing as it stands."""

    number = fields.Integer(required=True, metadata={"description": "The version of the fact that made it."})
    notification = fields.String(required=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "Who filed it."})
    state = fields.String(required=True, validate=validate.OneOf(("submitted", "acknowledged", "amended")))
    complete = fields.Boolean(required=True)
    submitted_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    reference = Text(required=True, allow_none=True)
    reasons = Text(required=True, allow_none=True)
    evidence = Text(required=True, allow_none=True)
    amendments = fields.List(fields.Nested(AmendmentView), required=True)
    withheld = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=WITHHELD)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FilingList(Schema):
    """The filings of an incident, in the order in which they were made."""

    items = fields.List(fields.Nested(FilingView), required=True)
    aware = fields.Dict(
        keys=fields.String(),
        values=Instant(),
        required=True,
        metadata={"description": "Since when each party has been aware."},
    )
