"""The ladders of an incident, as answers show them (see notifications/ladder_view)."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Instant
from notifications.ladder_view.ahead import MAINTENANCE, QUIET_HOURS
from notifications.ladder_view.rungs import ANSWERED, NOT_APPLICABLE, SKIPPED, TO_COME, TOLD
from notifications.queue.delivery import FAILED, NOTICE, PAGE, SENT, WAITING, WITHDRAWN

_NAMES = {"description": "Names of addressees: a contact, PARTY.ROLE, schedule:PARTY.NAME, team:PARTY.NAME and so on."}
_URGENCY = {"description": "`page`: somebody must answer; `notice`: somebody is informed."}
_PLACE = {"description": "Its place in the ladder, from 0."}


class PageToldView(Schema):
    """Somebody who was told, and what became of it."""

    recipient = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A contact, a webhook or person:ID; of another party's person how they were called."},
    )
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "What a person of your party is called."}
    )
    called = fields.String(
        required=True, allow_none=True, metadata={"description": "The name that led to a person: a contact, a team."}
    )
    party = fields.String(required=True, allow_none=True, metadata={"description": "The party of a person."})
    channel = fields.String(required=True)
    urgency = fields.String(required=True, validate=validate.OneOf((PAGE, NOTICE)), metadata=_URGENCY)
    outcome = fields.String(required=True, validate=validate.OneOf((WAITING, SENT, FAILED, WITHDRAWN)))
    at = Instant(required=True, metadata={"description": "When that was so; of one that waits, when its turn comes."})
    why = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it failed, was withdrawn, or waits: queued until 12:03 UTC: 429 from a host."},
    )


def _pages() -> fields.List[Any]:
    return fields.List(
        fields.Nested(PageToldView),
        required=True,
        allow_none=True,
        metadata={"description": "null: withheld from you."},
    )


def _withheld() -> fields.String:
    return fields.String(required=True, allow_none=True, metadata={"description": "Why `pages` is null."})


class RoundView(Schema):
    """A round of a rung that was told."""

    entry = fields.Integer(required=True, metadata={"description": "The version of the fact in the timeline."})
    clock = fields.String(required=True, allow_none=True)
    cycle = fields.Integer(required=True)
    round = fields.Integer(required=True, metadata={"description": "From 0."})
    at = Instant(required=True)
    because = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "unanswered, undelivered, resumed, escalated, again, gone, asked; "
            "null: the report or a clock brought it."
        },
    )
    why = fields.String(required=True, metadata={"description": "Why it was told, in words."})
    skipped = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "no_one_to_reach or no_one_on_call; null: it was told."},
    )
    pages = _pages()
    withheld = _withheld()


class WhenView(Schema):
    """What a rung hangs on: a word of the agreement or a clock, and a share or seconds of that."""

    hangs_on = fields.String(required=True)
    percent = fields.Integer(required=True, allow_none=True)
    after = fields.Integer(required=True, metadata={"description": "Seconds."})
    text = fields.String(required=True, metadata={"description": "The same in words."})


class ConditionView(Schema):
    """When a rung counts at all; what is empty or null is no condition."""

    severities = fields.List(fields.String(), required=True)
    services = fields.List(fields.String(), required=True)
    during = fields.String(required=True, allow_none=True, metadata={"description": "A calendar that is open then."})
    outside = fields.String(required=True, allow_none=True, metadata={"description": "A calendar that is closed then."})


class RungView(Schema):
    """A rung, how it stands, and what was told of it. Durations are seconds."""

    rung = fields.Integer(required=True, metadata=_PLACE)
    when = fields.Nested(WhenView, required=True)
    page = fields.List(fields.String(), required=True, metadata=_NAMES)
    notify = fields.List(fields.String(), required=True, metadata=_NAMES)
    reach = fields.String(required=True, metadata={"description": "all, one_at_a_time or round_robin."})
    wait = fields.Integer(required=True)
    repeat_every = fields.Integer(required=True, allow_none=True)
    max_repeats = fields.Integer(required=True)
    only_ = fields.Nested(ConditionView, required=True, data_key="only", attribute="only")
    state = fields.String(
        required=True,
        validate=validate.OneOf((TOLD, SKIPPED, TO_COME, ANSWERED, NOT_APPLICABLE)),
        metadata={"description": "`answered`: it asks who takes the incident, and somebody has."},
    )
    rounds = fields.List(fields.Nested(RoundView), required=True)


class LadderEnd(Schema):
    """A ladder came to its end, and nobody had answered; `pages` are those to whom it was handed."""

    entry = fields.Integer(required=True, metadata={"description": "The version of the fact in the timeline."})
    at = Instant(required=True)
    times = fields.Integer(required=True, metadata={"description": "For which time since somebody had it in hand."})
    again = fields.Boolean(required=True, metadata={"description": "Whether it began again."})
    pages = _pages()
    withheld = _withheld()


class LadderView(Schema):
    """A ladder with its rungs."""

    ladder = fields.String(
        required=True,
        metadata={"description": "S1, default, globex/S1 and so on; legal, claims, and asked: people asked by name."},
    )
    side = fields.String(
        required=True, allow_none=True, metadata={"description": "The party whose own it is; null: all share it."}
    )
    current = fields.Boolean(required=True, metadata={"description": "Whether it acts now."})
    rungs = fields.List(fields.Nested(RungView), required=True)
    ends = fields.List(fields.Nested(LadderEnd), required=True)


class SideView(Schema):
    """Who has the incident in hand for a side, and until when."""

    side = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A party with a ladder of its own; null: all others together."},
    )
    ladder = fields.String(required=True)
    acknowledged_by = fields.String(required=True, allow_none=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    expires_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When the ladder goes on, unless something is heard of whoever has it."},
    )
    snoozed_until = Instant(required=True, allow_none=True)


class WouldBeReached(Schema):
    """Somebody who would be reached; a contact or webhook has no name of its own."""

    recipient = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class WhomView(Schema):
    """Whom a name would reach if it were told now."""

    called = fields.String(required=True)
    urgency = fields.String(required=True, validate=validate.OneOf((PAGE, NOTICE)), metadata=_URGENCY)
    people = fields.List(
        fields.Nested(WouldBeReached),
        required=True,
        allow_none=True,
        metadata={"description": "null: another party's people."},
    )


class NextView(Schema):
    """What is told next if nobody answers."""

    at = Instant(required=True)
    ladder = fields.String(required=True)
    rung = fields.Integer(
        required=True, allow_none=True, metadata={"description": "From 0; null: the ladder comes to its end."}
    )
    clock = fields.String(required=True, allow_none=True)
    round = fields.Integer(required=True)
    because = fields.String(required=True)
    expected = fields.Boolean(
        required=True, metadata={"description": "An estimate: what comes before it must stay without an answer."}
    )
    deferred_by = fields.String(
        required=True, allow_none=True, validate=validate.OneOf((QUIET_HOURS, MAINTENANCE, None))
    )
    whom = fields.List(fields.Nested(WhomView), required=True)


class Ladders(Schema):
    """All ladders of an incident, as of now."""

    as_of = Instant(required=True)
    sides = fields.List(fields.Nested(SideView), required=True)
    ladders = fields.List(fields.Nested(LadderView), required=True)
    next = fields.List(fields.Nested(NextView), required=True)
