"""People as pages reach them: what they say of themselves, and what their party sees of it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, WholeNumber, Word
from escalation.crew.profile import LATEST_STEP, MOST_LANGUAGES, MOST_STEPS

MAX_ABSENCE = 2**31 - 1
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,6}$"
_VIA = r"^(terminal|webhook:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$"
_ZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"


class StepBody(Body):
    """One way of reaching somebody."""

    via = Word(
        _VIA, "Send `terminal`, or `webhook:ID`: an address that an agreement gives to your party.", required=True
    )
    after = WholeNumber(
        0,
        LATEST_STEP,
        load_default=0,
        metadata={"description": "Seconds after they were first to be reached; no fewer than in the step before."},
    )


def _steps(description: str) -> fields.List[Any]:
    return fields.List(
        fields.Nested(StepBody),
        required=True,
        validate=validate.Length(0, MOST_STEPS, error="Give at most {max} steps."),
        metadata={"description": description},
        error_messages={"required": "Say in which ways; [] is: on the terminal, at once.", "invalid": "Send a list."},
    )


class Describing(Body):
    """Where you live, and what you speak. What is left out is taken away."""

    tz = Word(_ZONE, "Send an IANA name, such as Europe/Berlin.", metadata={"description": "Left out: your party's."})
    languages = fields.List(
        Word(_LANGUAGE, "Send a language tag (BCP 47), such as de, en-GB or pt-BR."),
        load_default=list,
        validate=validate.Length(0, MOST_LANGUAGES, error="Give at most {max}."),
        metadata={"description": "BCP 47, the best first."},
    )


class ContactRules(Body):
    """In which ways you are reached. Both lists take the place of those before."""

    high = _steps("How you are paged, when somebody must answer. None: on the terminal, at once.")
    low = _steps("How you are informed, when nobody needs to get up. None: on the terminal, at once.")


class Leaving(Body):
    """When somebody is away."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True, metadata={"description": "Back from then on: at most two years later."})
    note = Text(MAX_TITLE, lines=False, metadata={"description": "Read by the person alone."})


class StepView(Schema):
    """One way of reaching somebody."""

    via = fields.String(required=True)
    after = fields.Integer(required=True)


class ProfileView(Schema):
    """What somebody has said of how they are reached."""

    person = fields.String(required=True)
    tz = fields.String(required=True, allow_none=True, metadata={"description": "null: their party's."})
    languages = fields.List(fields.String(), required=True)
    high = fields.List(fields.Nested(StepView), required=True)
    low = fields.List(fields.Nested(StepView), required=True)


class AbsenceView(Schema):
    """When somebody is away."""

    absence = fields.Integer(required=True, metadata={"description": "Its number, for taking it back."})
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class OwnAbsenceView(AbsenceView):
    """When you are away."""

    note = fields.String(required=True, allow_none=True)


class OwnAbsenceList(Schema):
    """Absences that are not over, the first to begin first."""

    items = fields.List(fields.Nested(OwnAbsenceView), required=True)


class PersonView(Schema):
    """Somebody of your party."""

    person = fields.String(required=True, metadata={"description": "Their id: facts name them as `person:<id>`."})
    party = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null once erased."})
    tz = fields.String(required=True, allow_none=True, metadata={"description": "null: their party's."})
    languages = fields.List(fields.String(), required=True)
    absent = fields.Boolean(required=True, metadata={"description": "Whether they are away now: nobody pages them."})
    absences = fields.List(fields.Nested(AbsenceView), required=True, metadata={"description": "Not over yet."})
    on_call = fields.List(
        fields.String(), required=True, metadata={"description": "The schedules for which they are on call now."}
    )


class PersonList(Schema):
    """People, by party and name."""

    items = fields.List(fields.Nested(PersonView), required=True)
