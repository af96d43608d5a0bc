"""Events as clients see them, and the cursors between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import orjson

from api.access.permissions import Scope
from api.http import cursors
from api.http.access import principal, tocsin, viewer
from incidents.errors import InvalidField
from incidents.feed import BEGINNING, Wanted, types_named, usual_types
from notifications.feed_view import event_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from incidents.feed import Entry, Feed

KIND = "events"
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


def page_of(entries: Sequence[Entry], cursor: str, *, more: bool) -> bytes:
    """Write a page."""
    return orjson.dumps({"events": [event_view(entry) for entry in entries], "cursor": cursor, "more": more})


def _only_one() -> str:
    among = principal().partnerships(Scope.EVENTS_READ)
    if among is None or len(among) != 1:
        raise InvalidField("partnership", "Say of which partnership: you belong to several.")
    return among[0]
