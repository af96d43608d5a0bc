"""Events as clients see them, and the cursors between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import orjson

from api.access.permissions import Scope
from api.http import cursors
from api.http.access import principal, tocsin, viewer
from api.http.views import agreement_address, incident_address
from escalation.matters import Certificate, Dispute, Notice
from incidents.errors import InvalidField
from incidents.feed import BEGINNING, Wanted, types_named, usual_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from incidents.feed import Entry, Feed

KIND = "events"
MATTERS = {kind.KIND: kind for kind in (Certificate, Dispute, Notice)}
NOW = "now"
"""Instead of a cursor: begin with what comes next."""


def feed() -> Feed:
    """Give the feed of this application."""
    return tocsin().feed


def wanted(query: Mapping[str, Any], *, every_type: bool = False) -> Wanted:
    """Read whose log is wanted, and which events.

    Args:
        query: With `partnership` and `types`, if they were given.
        every_type: Whether records of reads are among them where no types are named.

    Raises:
        InvalidField: the sender belongs to several partnerships and names none; or there is no such type.
        NotFound, Forbidden: as `viewer`.
    """
    partnership = query.get("partnership") or _only_one()
    catalogue = tocsin().ledger.catalogue
    named = query.get("types")
    types = types_named(named, catalogue) if named else None if every_type else usual_types(catalogue)
    return Wanted(partnership, viewer(partnership), types)


def place_after(partnership: str, after: str | None) -> int:
    """Give the index that a cursor stands for; without one, what is before the first. InvalidField."""
    if after is None:
        return BEGINNING
    if after == NOW:
        return feed().size(partnership) - 1
    try:
        of, index = cast("tuple[str, int]", cursors.open_(KIND, after))
    except InvalidField:
        of, index = "", BEGINNING
    if of != partnership:
        raise InvalidField("after", "Send a `cursor` of this partnership's feed as it was given to you, or `now`.")
    return index


def cursor_at(partnership: str, index: int) -> str:
    """Give the cursor after which a reader goes on behind an index."""
    return cursors_of(partnership)(index)


def cursors_of(partnership: str) -> Callable[[int], str]:
    """Give what gives cursors, also after this request's view has returned."""
    actor, secret = principal().actor, tocsin().secret(cursors.OWN_SECRET)
    return lambda index: cursors.sealed(KIND, [partnership, index], actor=actor, secret=secret)


def event_view(entry: Entry) -> dict[str, Any]:
    """Show an event, in the words of timelines."""
    of, _, identity = entry.stream.rpartition("/")
    incident = identity if of.endswith("/incident") else None
    return {
        "id": entry.id,
        "type": entry.type,
        "incident": None if incident is None else {"id": incident},
        "version": entry.version,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "sequenced_at": entry.sequenced_at,
        "actor": entry.actor,
        "party": entry.party,
        "source": entry.source,
        "visible_to": entry.visible_to,
        "data": entry.data,
        "withheld": entry.withheld,
        "links": _links(entry, incident),
    }


def page_of(entries: Sequence[Entry], cursor: str, *, more: bool) -> bytes:
    """Write a page."""
    return orjson.dumps({"events": [event_view(entry) for entry in entries], "cursor": cursor, "more": more})


def _links(entry: Entry, incident: str | None) -> dict[str, str]:
    if incident is not None:
        return {"self": f"{incident_address(incident)}/timeline/{entry.version}"}
    if entry.type.startswith(("agreement.published.", "agreement.proposed.")):
        partnership, version = entry.stream.partition("/")[0], cast("int", entry.data["version"])
        return {"self": agreement_address(partnership, version)}
    matter = MATTERS.get(entry.type.partition(".")[0])
    return {} if matter is None else {"self": f"/v1/{matter.PLURAL}/{entry.stream.rpartition('/')[2]}"}


def _only_one() -> str:
    among = principal().partnerships(Scope.EVENTS_READ)
    if among is None or len(among) != 1:
        raise InvalidField("partnership", "Say of which partnership: you belong to several.")
    return among[0]
