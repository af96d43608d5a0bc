"""Lists of incidents, and search in them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.listing import ASCENDING, DESCENDING, FALSE, SORTS, TRUE
from api.http.schemas.fields import Body, Instant, QueryNumber, Text, Words, cursor, name, partnership
from api.http.schemas.incidents import MAX_PAGE, PAGE, STATUSES, IncidentSummary
from escalation.clocks.runs import ACKNOWLEDGES, RESOLVES, RESPONDS, UPDATES

MAX_HITS = 50
MAX_QUERY = 200
CLOCKS = (ACKNOWLEDGES, RESPONDS, UPDATES, RESOLVES)
_LOOKS = 'Words, "a phrase", or, -without; in one text of the incident, small or capital letters alike.'


class IncidentListed(IncidentSummary):
    """An incident in a list."""

    changed_at = Instant(required=True, metadata={"description": "When the last fact was recorded."})
    parties = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Who has a part in it: reporter, holders of roles, and who provides or uses its service "
            "or one that depends on it."
        },
    )
    breached = fields.List(fields.String(), required=True, metadata={"description": "Clocks that ran over, by name."})
    owed = fields.List(
        fields.String(), required=True, metadata={"description": "Clocks that still run or are paused, by name."}
    )
    next_due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When the first of these is due; past: overdue. null while none can be."},
    )


FIELDS = tuple(IncidentListed().fields)


def _one_of(*choices: str, told: str, **options: object) -> fields.String:
    right = validate.OneOf(choices, error="Use one of: {choices}.")
    return fields.String(validate=right, metadata={"description": told}, **options)  # type: ignore[arg-type] # marshmallow's own options


class IncidentQuery(Body):
    """Which incidents, in which order, which page of them, and what of each."""

    partnership = partnership()
    status = Words(STATUSES, metadata={"description": "Any of these, with commas: open,acknowledged."})
    severity = name()
    service = name()
    party = name(metadata={"description": "This party has a part in it."})
    reported_from = Instant(metadata={"description": "Reported then or later."})
    reported_to = Instant(metadata={"description": "Reported before."})
    resolved_from = Instant(metadata={"description": "Resolved then or later."})
    resolved_to = Instant(metadata={"description": "Resolved before."})
    changed_since = Instant(metadata={"description": "Its last fact was recorded then or later."})
    breached = _one_of(TRUE, FALSE, *CLOCKS, told="Some clock ran over, none did, or this one did.")
    owed = _one_of(TRUE, FALSE, *CLOCKS, told="Some clock still runs or is paused, none does, or this one does.")
    text = Text(MAX_QUERY, lines=False, metadata={"description": f"What people wrote in it. {_LOOKS}"})
    sort = _one_of(*SORTS, told="By what they are sorted.", load_default="reported_at")
    order = _one_of(
        ASCENDING,
        DESCENDING,
        told="Left out: desc, and by next_due_at asc. Those without a due clock come last in either order.",
    )
    limit = QueryNumber(1, MAX_PAGE, load_default=PAGE, metadata={"description": "How many on a page."})
    cursor = cursor()
    fields = Words(  # type: ignore[assignment] # marshmallow gives an instance's fields that name, and keeps them apart
        FIELDS,
        metadata={"description": "Only these fields of each, with commas: id,number,title."},
    )
    count = _one_of(TRUE, FALSE, told="Whether to count all that match, in `total`.")


class IncidentPage(Schema):
    """Some incidents."""

    items = fields.List(
        fields.Nested(IncidentListed(partial=True)),
        required=True,
        metadata={"description": "With all fields, or those of `fields`."},
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})
    total = fields.Integer(metadata={"description": "How many there are in all; only with `count=true`."})


class SearchQuery(Body):
    """What to search for, and where."""

    q = Text(MAX_QUERY, lines=False, required=True, metadata={"description": _LOOKS})
    partnership = partnership()
    limit = QueryNumber(1, MAX_HITS, load_default=20, metadata={"description": "How many on a page, at most."})
    cursor = cursor()


class HitView(Schema):
    """A text that has what was searched for."""

    partnership = fields.String(required=True)
    incident = fields.String(required=True, metadata={"description": "The incident's id."})
    number = fields.String(required=True, metadata={"description": "What people say: INC-1042."})
    version = fields.Integer(required=True, metadata={"description": "The entry of the timeline that it stands in."})
    type = fields.String(required=True, metadata={"description": "The entry's type: incident.noted.v1."})
    field = fields.String(required=True, metadata={"description": "The field of the entry's data."})
    recorded_at = Instant(required=True)
    snippet = fields.String(
        required=True,
        metadata={"description": "A part of the text, plain, around the first match; `…` where it is cut."},
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Hits(Schema):
    """Texts, the newest first."""

    items = fields.List(fields.Nested(HitView), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})
