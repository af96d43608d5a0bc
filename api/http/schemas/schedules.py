"""On-call schedules: what is written down of one."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, WholeNumber, Word
from api.http.schemas.fields import name as named
from api.http.schemas.on_call_fields import OnCallPerson, person
from escalation.oncall.book import NAME
from escalation.oncall.schedule import Rotation, Turns
from escalation.oncall.settings import MOST_WARNED
from escalation.oncall.writing import MOST_LAYERS, MOST_LENGTHS, MOST_PARTICIPANTS, MOST_WINDOWS, WEEKDAYS

SCHEDULE = r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.[a-z0-9][a-z0-9-]{0,62}|[0-9a-f]{32})$"
"""A schedule in an address: `acme.first`, or its id."""
ADDRESSEE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
_ZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"


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
