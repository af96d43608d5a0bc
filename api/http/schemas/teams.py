"""Teams, and the contacts of agreements with those who hold them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, Text, Word
from api.http.schemas.fields import name as named
from api.http.schemas.members import PERSON
from api.http.schemas.people import StepView
from escalation.crew.team import MOST_MEMBERS, NAME

OF_A_PARTY = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.[a-z0-9][a-z0-9-]{0,62}$"
"""A team's name in an address: `acme.payments`."""
HOLDER = r"^(person:[0-9a-f]{32}|(team|schedule):[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.[a-z0-9][a-z0-9_-]{0,62})$"


def _members(**options: Any) -> fields.List[Any]:
    return fields.List(
        Word(PERSON, "Send a person's id, as the list of people gives it."),
        validate=validate.Length(0, MOST_MEMBERS, error="Give at most {max}."),
        metadata={"description": "People of the party, by id, in the order in which they are reached one at a time."},
        **options,
    )


def _title() -> Text:
    return Text(MAX_TITLE, lines=False, metadata={"description": "What people call it."})


class TeamBody(Body):
    """A new team."""

    name = Word(NAME, "Send small letters, digits and '-', at most 63, such as payments.", required=True)
    title = _title()
    party = named(metadata={"description": "Whose; left out: yours."})
    members = _members(load_default=list)


class TeamMembers(Body):
    """Who a team consists of."""

    members = _members(required=True)


class TeamTitle(Body):
    """What a team is called; left out: nothing but its name."""

    title = _title()


class TeamMember(Schema):
    """Somebody in a team."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    there = fields.Boolean(required=True, metadata={"description": "false: they left the party, and are not reached."})


class TeamView(Schema):
    """A team."""

    team = fields.String(required=True, metadata={"description": "As ladders and holders name it: `acme.payments`."})
    party = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    members = fields.List(fields.Nested(TeamMember), required=True)
    created_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class TeamList(Schema):
    """Teams, by party and name."""

    items = fields.List(fields.Nested(TeamView), required=True)


class Naming(Body):
    """Who holds a contact."""

    holder = Word(HOLDER, "Send `person:ID`, `team:PARTY.NAME` or `schedule:PARTY.NAME`.", required=True)


class ReachedView(Schema):
    """Somebody who is reached."""

    recipient = fields.String(required=True, metadata={"description": "`person:<id>`, or the contact itself."})
    name = fields.String(required=True, allow_none=True, metadata={"description": "Of a person, unless erased."})
    ways = fields.List(fields.Nested(StepView), required=True)


class ContactView(Schema):
    """A contact of the agreement. Who holds another party's, and whom it reaches, is theirs to know: null."""

    contact = fields.String(required=True)
    party = fields.String(required=True)
    role = fields.String(required=True)
    holder = fields.String(required=True, allow_none=True, metadata={"description": "null: nobody was named."})
    since = Instant(required=True, allow_none=True, metadata={"description": "Since when they hold it."})
    reaches = fields.List(
        fields.Nested(ReachedView),
        required=True,
        allow_none=True,
        metadata={"description": "Whom a page to it would reach now. Empty: nobody, and the ladder goes on."},
    )
    gaps = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "The schedules for which nobody is on call now."},
    )


class ContactList(Schema):
    """The contacts of the agreement in force, and of versions that wait for signatures."""

    items = fields.List(fields.Nested(ContactView), required=True)
