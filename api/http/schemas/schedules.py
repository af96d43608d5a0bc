"""On-call schedules: what is written down of one, and what it says."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, WholeNumber, Word
from api.http.schemas.fields import name as named
from api.http.schemas.members import PERSON
from escalation.oncall.book import NAME
from escalation.oncall.overriding import MOST_PEOPLE
from escalation.oncall.schedule import Rotation, Turns
from escalation.oncall.settings import MOST_WARNED
from escalation.oncall.swaps import SwapState
from escalation.oncall.writing import MOST_LAYERS, MOST_LENGTHS, MOST_PARTICIPANTS, MOST_WINDOWS, WEEKDAYS

SCHEDULE = r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.[a-z0-9][a-z0-9-]{0,62}|[0-9a-f]{32})$"
"""A schedule in an address: `acme.first`, or its id."""
MAX_NUMBER = 2**31 - 1
ADDRESSEE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
_ZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"


def person(**options: Any) -> Word:
    """Give a field for a person's id."""
    return Word(PERSON, "Send a person's id, as the list of people gives it.", **options)


class WindowBody(Body):
    """Hours of some days of the week, in the schedule's zone."""

    days = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS, error="Use one of: {choices}.")),
        required=True,
        validate=validate.Length(1, len(WEEKDAYS), error="Give {min} to {max} days."),
    )
    opens = Word(_TIME, "Send a time of day, such as 09:00.", required=True, data_key="from", attribute="from")
    closes = Word(
        _TIME,
        "Send a time of day, such as 17:00 or 24:00; one that is not later than `from` is of the next day.",
        required=True,
        data_key="to",
        attribute="to",
    )


class LayerBody(Body):
    """Turns that people take, one after the other."""

    name = named(metadata={"description": "What you call it."})
    rotation = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in Rotation], error="Use one of: {choices}."),
        metadata={"description": "The unit of a turn's length; `custom`: see `lengths`."},
    )
    interval = WholeNumber(1, 100_000, load_default=1, metadata={"description": "A turn's length in that unit."})
    start = Word(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$",
        "Send the first handoff as a clock in the schedule's zone shows it, such as 2026-03-02T09:00.",
        required=True,
    )
    participants = fields.List(
        person(),
        required=True,
        validate=validate.Length(1, MOST_PARTICIPANTS, error="Give {min} to {max}."),
        metadata={"description": "Who takes turns, in their order: people of the party, by id."},
    )
    restrictions = fields.List(
        fields.Nested(WindowBody),
        validate=validate.Length(0, MOST_WINDOWS, error="Give at most {max}."),
        metadata={"description": "The hours in which the layer has anybody; left out: always."},
    )
    turns = fields.String(
        load_default=Turns.CALENDAR.value,
        validate=validate.OneOf([each.value for each in Turns], error="Use one of: {choices}."),
        metadata={"description": "`worked`: a turn without an hour in it is not used up."},
    )
    finish_window = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Whether hours that run over a handoff are finished by whoever began them."},
    )
    lengths = fields.List(
        WholeNumber(1, 366),
        validate=validate.Length(0, MOST_LENGTHS, error="Give at most {max}."),
        metadata={"description": "Of a `custom` rotation: the turns' lengths in days, and again from the first."},
    )


def _layers() -> fields.List[Any]:
    return fields.List(
        fields.Nested(LayerBody),
        required=True,
        validate=validate.Length(0, MOST_LAYERS, error="Give at most {max} layers."),
        metadata={"description": "A later one wins where it has somebody."},
        error_messages={"required": "Give the layers; [] is none.", "invalid": "Send a list."},
    )


class ScheduleSettings(Body):
    """What a schedule is beside its layers. What is left out is taken away."""

    title = Text(MAX_TITLE, lines=False, metadata={"description": "What people call it."})
    tz = Word(_ZONE, "Send an IANA name, such as Europe/Berlin.", required=True)
    warn = fields.List(
        Word(ADDRESSEE, "Send a name as ladders have it, such as acme-duty or person:<id>."),
        load_default=list,
        validate=validate.Length(0, MOST_WARNED, error="Give at most {max}."),
        metadata={"description": "Who hears of gaps before they come; left out: the party's leading contacts."},
    )
    must_cover = fields.List(
        fields.Nested(WindowBody),
        validate=validate.Length(0, MOST_WINDOWS, error="Give at most {max}."),
        metadata={"description": "The hours in which somebody must be on call; left out: always; []: never."},
    )


class ScheduleBody(ScheduleSettings):
    """A new schedule."""

    name = Word(NAME, "Send small letters, digits and '-', at most 63, such as first.", required=True)
    party = named(metadata={"description": "Whose; left out: yours."})
    layers = _layers()


class LayersBody(Body):
    """By which layers turns are taken. They take the place of those before."""

    layers = _layers()


class SpanBody(Body):
    """A time: [start, end)."""

    start = Instant(required=True)
    end = Instant(required=True)


class OverrideBody(SpanBody):
    """Who is on call for a time, whatever the layers say."""

    people = fields.List(
        person(),
        required=True,
        validate=validate.Length(0, MOST_PEOPLE, error="Give at most {max}."),
        metadata={"description": "People of the party, by id; []: nobody."},
        error_messages={"required": "Say who; [] is nobody.", "invalid": "Send a list."},
    )
    reason = Text(MAX_TITLE, lines=False, metadata={"description": "Why, for people."})


class SwapBody(Body):
    """Hours of yours that somebody else is to have."""

    taker = person(required=True, data_key="with", metadata={"description": "Who is to have them."})
    give = fields.Nested(SpanBody, required=True, metadata={"description": "When they are in your place."})
    take = fields.Nested(SpanBody, metadata={"description": "When you are in theirs; left out: never."})


class AtQuery(Body):
    """An instant."""

    at = Instant(metadata={"description": "Which instant, of the past too; left out: now."})


class SpanQuery(Body):
    """A time."""

    start = Instant(data_key="from", metadata={"description": "From this instant on; left out: now."})
    end = Instant(data_key="to", metadata={"description": "Before this instant; left out: 28 days later."})


class OnCallPerson(Schema):
    """Somebody on call."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null: erased, or they have left."})


class WindowView(Schema):
    """Hours of some days of the week."""

    days = fields.List(fields.String(), required=True)
    opens = fields.String(required=True, data_key="from", attribute="from")
    closes = fields.String(required=True, data_key="to", attribute="to")


class LayerView(Schema):
    """A layer."""

    name = fields.String(required=True)
    rotation = fields.String(required=True)
    interval = fields.Integer(required=True)
    start = fields.String(required=True)
    participants = fields.List(fields.String(), required=True)
    restrictions = fields.List(fields.Nested(WindowView), required=True, allow_none=True)
    turns = fields.String(required=True)
    finish_window = fields.Boolean(required=True)
    lengths = fields.List(fields.Integer(), required=True)


class ScheduleView(Schema):
    """A schedule."""

    schedule = fields.String(required=True, metadata={"description": "As ladders and holders name it: `acme.first`."})
    id = fields.String(required=True, metadata={"description": "For good; by it a retired one is found as well."})
    party = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    tz = fields.String(required=True)
    warn = fields.List(fields.String(), required=True)
    must_cover = fields.List(fields.Nested(WindowView), required=True, allow_none=True)
    layers = fields.List(fields.Nested(LayerView), required=True)
    on_call = fields.List(fields.Nested(OnCallPerson), required=True, metadata={"description": "Now."})
    created_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ScheduleList(Schema):
    """Schedules, by party and name."""

    items = fields.List(fields.Nested(ScheduleView), required=True)


class OverrideView(Schema):
    """An override."""

    override = fields.Integer(required=True, metadata={"description": "Its number, for removing it."})
    start = Instant(required=True)
    end = Instant(required=True)
    people = fields.List(fields.Nested(OnCallPerson), required=True)
    reason = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, metadata={"description": "By whose word."})
    at = Instant(required=True, metadata={"description": "Since when it is on record. It acts from then on."})


class OverrideList(Schema):
    """Overrides that are not over, the first to begin first."""

    items = fields.List(fields.Nested(OverrideView), required=True)


class SpanView(Schema):
    """A time: [start, end)."""

    start = Instant(required=True)
    end = Instant(required=True)


class SwapView(Schema):
    """A swap."""

    swap = fields.Integer(required=True, metadata={"description": "Its number."})
    giver = fields.Nested(OnCallPerson, required=True, metadata={"description": "Who proposed it."})
    taker = fields.Nested(OnCallPerson, required=True)
    give = fields.Nested(SpanView, required=True)
    take = fields.Nested(SpanView, required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf([each.value for each in SwapState]))
    proposed_at = Instant(required=True)
    settled_at = Instant(required=True, allow_none=True)


class SwapList(Schema):
    """Swaps that are not over, the oldest first."""

    items = fields.List(fields.Nested(SwapView), required=True)


class OnCallView(Schema):
    """Who is on call at an instant."""

    schedule = fields.String(required=True)
    at = Instant(required=True)
    people = fields.List(fields.Nested(OnCallPerson), required=True, metadata={"description": "[]: nobody."})
    until = Instant(required=True, allow_none=True, metadata={"description": "null: for 31 days at least."})
    following = fields.List(fields.Nested(OnCallPerson), required=True, metadata={"description": "From `until` on."})


class OnCallList(Schema):
    """Who is on call for each schedule, by party and name."""

    items = fields.List(fields.Nested(OnCallView), required=True)


class ShiftView(SpanView):
    """A stretch with the same people; without any, nobody is on call."""

    people = fields.List(fields.Nested(OnCallPerson), required=True)
    layer = fields.Integer(required=True, allow_none=True, metadata={"description": "Which one, from 0."})
    override = fields.Integer(required=True, allow_none=True, metadata={"description": "Its number."})
    swap = fields.Integer(required=True, allow_none=True, metadata={"description": "Its number."})


class FinalView(Schema):
    """What comes of layers, overrides and swaps, without a hole."""

    schedule = fields.String(required=True)
    tz = fields.String(required=True)
    shifts = fields.List(fields.Nested(ShiftView), required=True)


class DoubleBookingView(SpanView):
    """Somebody is on call for several schedules of the party at once."""

    person = fields.Nested(OnCallPerson, required=True)
    schedules = fields.List(fields.String(), required=True)


class NotThereView(SpanView):
    """Somebody is on call who is not there."""

    person = fields.Nested(OnCallPerson, required=True)
    why = fields.String(
        required=True,
        validate=validate.OneOf(["away", "left"]),
        metadata={"description": "`away`: they said so; `left`: they are no active member of the party."},
    )


class ProblemsView(Schema):
    """What is to be put right."""

    schedule = fields.String(required=True)
    gaps = fields.List(fields.Nested(SpanView), required=True, metadata={"description": "Where somebody must be."})
    double_bookings = fields.List(fields.Nested(DoubleBookingView), required=True)
    not_there = fields.List(fields.Nested(NotThereView), required=True)


class FeedBody(Body):
    """Whose turns a calendar shows."""

    person = person(metadata={"description": "One person's alone; left out: everybody's, and gaps."})


class FeedView(Schema):
    """An address of a calendar, without its secret."""

    feed = fields.String(required=True, metadata={"description": "Its id, for revoking it."})
    person = fields.Nested(OnCallPerson, required=True, allow_none=True)
    made_by = fields.String(required=True)
    made_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)


class NewFeedView(FeedView):
    """A new address, which is shown this once."""

    address = fields.String(
        required=True,
        metadata={"description": "Whoever knows it reads the calendar: keep it. Only its hash is kept here."},
    )


class FeedList(Schema):
    """Addresses that are not revoked, the oldest first."""

    items = fields.List(fields.Nested(FeedView), required=True)
