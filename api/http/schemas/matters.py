"""Contract disputes, change notices and certificates."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TEXT, MAX_TITLE, Body, Instant, Text, Word, name, partnership
from escalation.matters.certificate import EXPIRED, RENEWED, VALID
from escalation.matters.dispute import ABOUT, EXHAUSTED, OPEN, SETTLED, WITHDRAWN
from escalation.matters.notice import CANCELLED, COMPLETED, GIVEN, KINDS

ID = "^[0-9a-f]{32}$"
MOST_SERVICES = 50


def public_id(**options: object) -> Word:
    """Give a field for the id of a record."""
    return Word(ID, "Send its id: 32 digits 0-9 and a-f.", **options)


def _links() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class MatterQuery(Body):
    """Whose."""

    partnership = partnership()


class WithReason(Body):
    """Why."""

    reason = Text(2000)


class Raising(Body):
    """What is disputed."""

    partnership = partnership(required=True)
    subject = Text(required=True, metadata={"description": "What your party does not agree with, and what it wants."})
    about = fields.String(
        required=True, validate=validate.OneOf(ABOUT, error="Use one of: {choices}."), metadata={"enum": list(ABOUT)}
    )
    reference = Word(
        "^([Ii][Nn][Cc]-[1-9][0-9]{0,16}|[0-9a-f]{32}|[1-9][0-9]{0,5})$",
        "Send the incident's number or id, the notice's id, or the agreement's version.",
    )
    happened_at = Instant(
        metadata={"description": "When it was so; needed where `about` is agreement or other: the others have a time."}
    )


class SettlementWanted(Body):
    """How to settle it."""

    outcome = Text(required=True)


class Step(Schema):
    """A step that the dispute reached."""

    to = fields.String(required=True, metadata={"description": "A body of the agreement, or a name such as mediation."})
    due_at = Instant(required=True, metadata={"description": "Until when it has time."})


class SettlementView(Schema):
    """How a party would settle it."""

    settlement = fields.Integer(required=True)
    party = fields.String(required=True)
    outcome = Text(required=True, allow_none=True, metadata={"description": "null: erased."})
    proposed_at = Instant(required=True)
    accepted_by = fields.List(fields.String(), required=True)


class DisputeView(Schema):
    """A dispute about the contract."""

    id = fields.String(required=True)
    partnership = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf([OPEN, EXHAUSTED, SETTLED, WITHDRAWN]))
    party = fields.String(required=True, metadata={"description": "Whose it is."})
    parties = fields.List(fields.String(), required=True, metadata={"description": "Who must agree to settle it."})
    subject = Text(required=True, allow_none=True, metadata={"description": "null: erased."})
    about = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    raised_at = Instant(required=True)
    steps = fields.List(fields.Nested(Step), required=True, metadata={"description": "The last one has it now."})
    settlements = fields.List(fields.Nested(SettlementView), required=True)
    settled_by = fields.Integer(required=True, allow_none=True, metadata={"description": "The settlement agreed to."})
    links = _links()


class DisputeList(Schema):
    """Disputes, the latest first."""

    items = fields.List(fields.Nested(DisputeView), required=True)


class Announcing(Body):
    """What will change."""

    partnership = partnership(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf(KINDS, error="Use one of: {choices}."), metadata={"enum": list(KINDS)}
    )
    services = fields.List(
        name(), required=True, validate=validate.Length(1, MOST_SERVICES, error="Name {min} to {max} services.")
    )
    starts_at = Instant(required=True)
    ends_at = Instant(metadata={"description": "Left out: it does not end, as with a deprecation."})
    text = Text(MAX_TEXT, required=True, metadata={"description": "What will be done, and what it means for others."})
    rollback = Text(MAX_TEXT, metadata={"description": "How it is taken back if it fails."})


class Acknowledgement(Schema):
    """A party that should take note, and when it did."""

    party = fields.String(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)


class NoticeView(Schema):
    """A change notice."""

    id = fields.String(required=True)
    partnership = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf([GIVEN, CANCELLED, COMPLETED]))
    party = fields.String(required=True, metadata={"description": "Who will change something."})
    kind = fields.String(required=True)
    services = fields.List(fields.String(), required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True, allow_none=True)
    text = Text(required=True, allow_none=True, metadata={"description": "null: erased."})
    rollback = Text(required=True, allow_none=True)
    given_at = Instant(required=True)
    short_notice = fields.Boolean(
        required=True, metadata={"description": "Whether it came later than the agreement asks for."}
    )
    acknowledgements = fields.List(fields.Nested(Acknowledgement), required=True)
    links = _links()


class NoticeList(Schema):
    """Change notices, the latest first."""

    items = fields.List(fields.Nested(NoticeView), required=True)


class Holding(Body):
    """What a party can show."""

    partnership = partnership(required=True)
    what = Text(MAX_TITLE, lines=False, required=True, metadata={"description": "Such as ISO/IEC 27001:2022."})
    reference = Text(MAX_TITLE, lines=False, metadata={"description": "What its issuer calls it."})
    issued_at = Instant(required=True)
    expires_at = Instant(required=True)
    renews = public_id(metadata={"description": "The certificate of your party whose place it takes."})


class CertificateView(Schema):
    """A certificate or assessment."""

    id = fields.String(required=True)
    partnership = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf([VALID, EXPIRED, RENEWED]))
    party = fields.String(required=True, metadata={"description": "Who holds it."})
    what = Text(required=True, allow_none=True, metadata={"description": "null: erased."})
    reference = Text(required=True, allow_none=True)
    issued_at = Instant(required=True)
    expires_at = Instant(required=True)
    recorded_at = Instant(required=True)
    renewed_by = fields.String(required=True, allow_none=True, metadata={"description": "The id of the one after it."})
    links = _links()


class CertificateList(Schema):
    """Certificates, the latest first."""

    items = fields.List(fields.Nested(CertificateView), required=True)
