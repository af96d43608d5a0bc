"""Snoozing, escalating, reassigning, and asking people to come. All of it acts from when it is recorded."""

from __future__ import annotations

from typing import Any

from api.http.schemas.fields import Body, Instant, Text, Visibility, WholeNumber, Word

MOST_RUNGS = 1000


def addressee(**options: Any) -> Word:
    """Give a field for somebody who can be reached, by the one name that they have everywhere (crew/staff.py)."""
    return Word(
        r"^[A-Za-z0-9][A-Za-z0-9:_.-]{0,191}$",
        "Send a contact, PARTY.ROLE, body:ID, webhook:ID, schedule:PARTY.NAME, team:PARTY.NAME or person:ID.",
        **options,
    )


class Now(Body):
    """A command that needs no more; it acts from when it is recorded, so it has no time of its own."""

    visibility = Visibility()


class Snooze(Now):
    """Until when no reminder is wanted, and why."""

    until = Instant(required=True, metadata={"description": "At most 24 hours ahead."})
    reason = Text(required=True)


class Escalation(Now):
    """Which rung is told now, and why."""

    rung = WholeNumber(
        0,
        MOST_RUNGS,
        metadata={"description": "Its place in the ladder, from 0. Left out: the next one up that pages somebody."},
    )
    reason = Text()


class Reassignment(Now):
    """Whose it is to be, and why."""

    to = addressee(required=True)
    reason = Text()


class ResponderAsked(Now):
    """Who is asked to come, and for what."""

    whom = addressee(required=True)
    text = Text()


class RequestDeclined(Now):
    """Why, if there is a reason to tell."""

    reason = Text()
