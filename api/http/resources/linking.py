"""Incidents that have to do with others: commands on a duplicate and on a child; the other is told by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http.access import stream_of
from api.http.resources.commands import command
from api.http.schemas import commands as schemas
from incidents.errors import NotFound
from incidents.linking_refusals import NoSuchParent
from incidents.refusals import NoSuchOriginal

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.http.resources.answers import Body
    from incidents.errors import InvalidField
    from incidents.incidents import Answer, Asked, Incidents


@command("duplicate", schemas.Duplicate, "markDuplicate", Scope.INCIDENTS_COORDINATE, example={"of": "INC-1002"})
def duplicate(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Point to the incident, of the same partnership, that tells the same story; it lists this one as a duplicate.

    Nobody is paged for a duplicate, and its clocks are cancelled. Where the other is a duplicate itself, its original
    is meant. What was part of this incident becomes part of the original.
    """
    _must_exist(body["of"], NoSuchOriginal)
    return incidents.mark_duplicate(stream, body["of"], asked)


@command("parent", schemas.Parent, "linkParent", Scope.INCIDENTS_COORDINATE, example={"parent": "INC-1002"})
def parent(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Make it part of a larger incident: acknowledging, updating, mitigating and resolving that does so here, too.

    The parent must be active, and exist for everybody for whom this incident does. There is one level: a parent has no
    parent, a child no children. If the parent is acknowledged, this incident is, too, from now on.
    """
    _must_exist(body["parent"], NoSuchParent)
    return incidents.link(stream, body["parent"], asked)


@command("parent/remove", schemas.Parting, "removeParent", Scope.INCIDENTS_COORDINATE, example={})
def remove_parent(incidents: Incidents, stream: str, _body: Body, asked: Asked) -> Answer:
    """Let it go its own way again. What was done so far stays done."""
    return incidents.unlink(stream, asked)


def _must_exist(reference: str, none: Callable[[], InvalidField]) -> None:
    """Let what does not exist for the sender not be found by guessing either."""
    try:
        stream_of(reference)
    except NotFound:
        raise none() from None
