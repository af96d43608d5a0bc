"""Reading the ladders of an incident: who was told when and why, and what comes next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin, viewer
from api.http.resources.incidents import incidents
from api.http.schemas.ladder import Ladders
from notifications.ladder_view import ladders_of

if TYPE_CHECKING:
    from notifications.ladder_view.shapes import Ladders as Shown


@incidents.operation(
    "GET",
    "/<reference>/ladder",
    "getLadder",
    example={},
    gives=Ladders,
    errors=openapi.READ_ERRORS,
    path=(openapi.REFERENCE_PARAMETER,),
    scope=Scope.INCIDENTS_READ,
)
def ladder(reference: str) -> Shown:
    """Read the ladders of an incident as of now: who was told, when and why, who has it in hand, and what comes next.

    Of another party's people you read the names by which the agreement calls them.
    """
    stream = stream_of(reference)
    partnership = stream.partition("/")[0]
    reader = viewer(partnership)
    seen = tocsin().reading.incident(stream, reader)
    versions = partial(tocsin().book.get, partnership)
    waits = tocsin().letters.waits(seen, reader)
    return ladders_of(seen, versions, tocsin().crew.directory, reader, tocsin().clock.now(), waits=waits)
