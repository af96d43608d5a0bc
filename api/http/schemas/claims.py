"""Claims: questions that the agreement puts to a body, and the parties' votes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.http.schemas.commands import MAX_CLOCKS, MAX_ENTRY
from api.http.schemas.fields import Body, Instant, Text, Visibility, WholeNumber, name
from api.http.schemas.incidents import WITHHELD

KINDS = ("exclusion", "pause", "backdating", "extension")
"""What is claimed outright. Severities come before a body by a dispute, or by the wish to lower one."""
_KIND = "Use one of: {choices}. Another severity is proposed by a dispute: POST it to …/disputes."
ALL_KINDS = (*KINDS, "severity", "downgrade")
_NEEDS = {
    "exclusion": ("name", "start"),
    "pause": ("name", "start"),
    "backdating": ("entry", "start"),
    "extension": ("name", "until"),
}
_MAY = {
    "exclusion": ("until", "clocks", "at_fault", "evidence"),
    "pause": ("until", "clocks", "evidence"),
    "backdating": (),
    "extension": (),
}
_ABOUT = ("name", "entry", "start", "until", "clocks", "at_fault", "evidence")


class Question(Body):
    """What concerns a body. It counts from when it is recorded, so it has no time of its own."""

    visibility = Visibility()


class Claiming(Question):
    """What is claimed, and why.

    `exclusion`: a time that does not count (`name` of the exclusion, `start`, perhaps `until`). `pause`: one that must
    be granted. `backdating`: that an entry was so earlier (`entry`, `start`). `extension`: more time for an action
    (`name` of the action, `until`).
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error=_KIND))
    name_ = name(
        data_key="name",
        attribute="name",
        metadata={"description": "The exclusion, the reason to pause, or the action."},
    )
    entry = WholeNumber(1, MAX_ENTRY, metadata={"description": "The entry's version in the timeline."})
    start = Instant(metadata={"description": "When it began; of an entry: when it was so."})
    until = Instant(metadata={"description": "When it ended, or is to end; left out: no end is in sight."})
    clocks = fields.List(
        name(),
        validate=validate.Length(1, MAX_CLOCKS, error="Name 1 to {max} clocks."),
        error_messages={"invalid": "Send a list of names.", "null": "Send a list of names, or leave it out."},
        metadata={"description": "Left out: every clock that it may concern."},
    )
    at_fault = name(metadata={"description": "The party that caused it, where that is a third one."})
    evidence = Text()
    reason = Text(required=True)

    @validates_schema
    def fits_its_kind(self, data: dict[str, Any], **_: object) -> None:
        """Ask for what the kind needs, and refuse what it has no use for."""
        kind = data.get("kind")
        if kind not in _NEEDS:
            return
        missing = {field: [f"Give it: a claim of kind {kind} needs it."] for field in _NEEDS[kind] if field not in data}
        known = {*_NEEDS[kind], *_MAY[kind]}
        useless = {
            field: [f"Leave it out: a claim of kind {kind} has none."]
            for field in _ABOUT
            if field in data and field not in known
        }
        if missing or useless:
            raise ValidationError(missing | useless)


class Dispute(Question):
    """The severity that it should be, and why."""

    severity = name(required=True)
    reason = Text(required=True)


class Vote(Question):
    """What a party wants: `granted` or `refused`; in a dispute the severity that it should be."""

    vote = name(required=True, metadata={"description": "`granted`, `refused`; in a dispute, a severity."})
    reason = Text()


class Evidence(Question):
    """What supports a claim."""

    evidence = Text(required=True)


class Withdrawal(Question):
    """Why, if there is a reason to tell."""

    reason = Text()


class ClaimQuery(Body):
    """Which claims to list."""

    state = fields.String(
        validate=validate.OneOf(("open", "decided"), error="Use one of: {choices}."),
        metadata={"description": "Left out: all."},
    )


class ClaimView(Schema):
    """A claim as it stands."""

    number = fields.Integer(required=True, metadata={"description": "The version of the fact that made it."})
    kind = fields.String(required=True, validate=validate.OneOf(ALL_KINDS))
    name_ = fields.String(required=True, allow_none=True, data_key="name", attribute="name")
    state = fields.String(required=True, validate=validate.OneOf(("open", "decided")))
    outcome = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "granted, refused, withdrawn, or in a dispute a severity; null while it is open."},
    )
    party = fields.String(required=True, allow_none=True, attribute="by_party", metadata={"description": "Whose."})
    made_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    decision = fields.String(required=True, metadata={"description": "The authority that the agreement names."})
    body = fields.String(required=True)
    voters = fields.List(fields.String(), required=True, metadata={"description": "The parties that vote."})
    rule = fields.String(required=True, metadata={"description": "`both`: all must agree; `any`: one is enough."})
    votes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    due_at = Instant(required=True, allow_none=True, metadata={"description": "Until when it must be decided."})
    if_silent = fields.String(required=True, metadata={"description": "What holds if it is not."})
    escalations = fields.Integer(required=True, metadata={"description": "How many bodies have stayed silent."})
    standing = fields.String(required=True, allow_none=True, metadata={"description": "The severity that stood."})
    meanwhile = fields.String(
        required=True, allow_none=True, metadata={"description": "The one that holds until then."}
    )
    clocks = fields.List(fields.String(), required=True)
    entry = fields.Integer(required=True, allow_none=True)
    start = Instant(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True)
    at_fault = fields.String(required=True, allow_none=True)
    reason = Text(required=True, allow_none=True)
    evidence = fields.List(Text(allow_none=True), required=True)
    withheld = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=WITHHELD)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ClaimList(Schema):
    """The claims on an incident, in the order in which they were made."""

    items = fields.List(fields.Nested(ClaimView), required=True)
