"""Milestones, vetoes, reviews and actions: what else an agreement's clocks hang on."""

from __future__ import annotations

from marshmallow import fields, validate

from api.http.schemas.commands import Moment
from api.http.schemas.fields import Text, name
from escalation.agreement.moments import MILESTONES


class Milestone(Moment):
    """Something that came about, as the agreement names it."""

    milestone = fields.String(
        required=True,
        validate=validate.OneOf(tuple(MILESTONES), error="Use one of: {choices}."),
        error_messages={"required": "Give it.", "null": "Give it.", "invalid": "Send text."},
        metadata={"description": "Those that the agreement gives a meaning begin and end pauses by themselves."},
    )
    evidence = Text(metadata={"description": "Where the agreement asks for it, such as a message's id."})
    text = Text()


class Veto(Moment):
    """Which pause is struck out, and why."""

    reason = name(required=True, metadata={"description": "The pause's reason."})
    why = Text(required=True)


class Review(Moment):
    """Where the review can be read."""

    reference = Text(500, lines=False)


class Action(Moment):
    """What is to be done so that it does not happen again."""

    action = name(required=True, metadata={"description": "A name for it, such as A-1."})
    priority = name(required=True, metadata={"description": "A priority of the agreement's clocks for actions."})
    text = Text(required=True)


class ActionDone(Moment):
    """Which action was carried out."""

    action = name(required=True)
    text = Text()
