"""Heartbeats of other systems, as they are set up and shown."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, WholeNumber, Word
from api.http.schemas.fields import name as named
from escalation.crew.team import NAME
from escalation.heartbeats.settings import LEAST_INTERVAL, LONGEST
from escalation.heartbeats.watching import State

HEARTBEAT = r"^[0-9a-f]{32}$"
"""A heartbeat's id."""


class HeartbeatSettings(Body):
    """How often it is to call, and what its silence comes to. What is left out is taken away."""

    interval = WholeNumber(
        LEAST_INTERVAL, LONGEST, required=True, metadata={"description": "Seconds within which it calls again."}
    )
    grace = WholeNumber(
        0,
        LONGEST,
        required=True,
        metadata={"description": "Seconds for which it may be late; after them its silence opens an incident."},
    )
    service = named(required=True, metadata={"description": "What the incident is about, by the agreement's name."})
    impact = named(required=True, metadata={"description": "The incident's; with the urgency it gives the severity."})
    urgency = named(required=True)
    title = Text(MAX_TITLE, lines=False, metadata={"description": "The incident's; left out: one with the name."})
    resolves = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        error_messages={"invalid": "Send true or false.", "null": "Send true or false, or leave it out."},
        metadata={"description": "Whether the incident is resolved once it calls again, if nobody has taken it."},
    )


class HeartbeatBody(HeartbeatSettings):
    """A new heartbeat."""

    name = Word(NAME, "Send small letters, digits and '-', at most 63, such as nightly-backup.", required=True)
    party = named(metadata={"description": "Whose; left out: yours."})


class HeartbeatView(Schema):
    """A heartbeat, without its address."""

    id = fields.String(required=True)
    party = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    service = fields.String(required=True)
    impact = fields.String(required=True)
    urgency = fields.String(required=True)
    interval = fields.Integer(required=True, metadata={"description": "Seconds."})
    grace = fields.Integer(required=True, metadata={"description": "Seconds."})
    resolves = fields.Boolean(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf([state.value for state in State]),
        metadata={
            "description": "never_heard: it counts, and has not called; alive; late: its grace runs; silent; paused; "
            "removed."
        },
    )
    last_heard_at = Instant(required=True, allow_none=True)
    expected_at = Instant(required=True, allow_none=True, metadata={"description": "By when it should call."})
    silent_at = Instant(
        required=True, allow_none=True, metadata={"description": "When its silence opens an incident, if it lasts."}
    )
    incident = fields.String(
        required=True, allow_none=True, metadata={"description": "The id of what its present silence opened."}
    )
    refusal = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why its silence could open no incident. It is tried again each hour."},
    )
    made_by = fields.String(required=True)
    made_at = Instant(required=True)
    paused_at = Instant(required=True, allow_none=True)
    removed_at = Instant(required=True, allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class NewHeartbeatView(HeartbeatView):
    """A heartbeat with a new address, which is shown this once."""

    address = fields.String(
        required=True,
        metadata={"description": "What is to call, by GET, HEAD or POST. Keep it secret; only its hash is kept here."},
    )


class HeartbeatList(Schema):
    """Heartbeats, by party and name."""

    items = fields.List(fields.Nested(HeartbeatView), required=True)
