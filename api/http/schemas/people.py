"""People as pages reach them: what they say of themselves, and what their party sees of it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, WholeNumber, Word
from escalation.crew.addresses import KINDS, NAME
from escalation.crew.contact_rules import LATEST_STEP, MOST_STEPS, RIGHT_VIA, VIA
from escalation.crew.profile import MOST_LANGUAGES

MAX_ABSENCE = 2**31 - 1
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,6}$"
_ZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"


class StepBody(Body):
    """One way of reaching somebody."""

    via = Word(f"^({VIA})$", RIGHT_VIA, required=True)
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


class AddressGiving(Body):
    """Where you can be reached, by a name of your own. One that you gave so before is replaced."""

    address = Word(
        f"^{NAME}$", "Send a name: a small letter, then letters, digits, '-' or '_', at most 32.", required=True
    )
    kind = fields.String(
        required=True,
        validate=validate.OneOf(KINDS, error="Send one of: {choices}."),
        metadata={"description": "A phone takes text messages (`sms:ID`) and calls (`voice:ID`)."},
    )
    value = Text(
        MAX_TITLE,
        lines=False,
        required=True,
        metadata={"description": "A mail address; or a number with + and its country code, such as +4930123456."},
    )


class Leaving(Body):
    """When somebody is away."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True, metadata={"description": "Back from then on: at most two years later."})
    note = Text(MAX_TITLE, lines=False, metadata={"description": "Read by the person alone."})


class StepView(Schema):
    """One way of reaching somebody."""

    via = fields.String(required=True)
    after = fields.Integer(required=True)


class AddressView(Schema):
    """An address of yours. Nobody else is shown it."""

    address = fields.String(required=True, metadata={"description": "Its name, which contact rules use."})
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    value = fields.String(required=True, allow_none=True, metadata={"description": "null once erased."})


class AddressList(Schema):
    """Addresses, in the order in which they were first given."""

    items = fields.List(fields.Nested(AddressView), required=True)


class ProfileView(Schema):
    """What somebody has said of how they are reached."""

    person = fields.String(required=True)
    tz = fields.String(required=True, allow_none=True, metadata={"description": "null: their party's."})
    languages = fields.List(fields.String(), required=True)
    high = fields.List(fields.Nested(StepView), required=True)
    low = fields.List(fields.Nested(StepView), required=True)
    addresses = fields.List(fields.Nested(AddressView), required=True)


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
