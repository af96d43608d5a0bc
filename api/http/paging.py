"""Walking through lists: cursors that know which list they are for, and the links from page to page (RFC 8288)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from api.http import cursors

if TYPE_CHECKING:
    from collections.abc import Sequence

FREE = frozenset({"cursor", "limit", "fields", "count"})
"""Parameters that may be others on each page. All the rest say which list it is, and in which order."""


def place_in(kind: str) -> Any:  # noqa: ANN401 - whatever the list takes for a place
    """Give the place in a list from which the request's cursor goes on; None without a cursor.

    InvalidField for a cursor that was not given to this reader for this kind of list with the same parameters.
    """
    cursor = request.args.get("cursor")
    if cursor is None:
        return None
    match cursors.open_(kind, cursor):
        case [str(asked), list(place)] if asked == _asked():
            return tuple(place)
    raise cursors.wrong_cursor()


def cursor_to(kind: str, place: Sequence[Any] | None) -> str | None:
    """Give the cursor that goes on after a place; None where nothing follows."""
    if place is None:
        return None
    plain = [each.isoformat() if isinstance(each, datetime) else each for each in place]
    return cursors.seal(kind, [_asked(), plain])


def links(cursor: str | None) -> dict[str, str]:
    """Give the Link header of a page: to the next one, if there is one, and to the first."""
    here = {name: value for name, value in request.args.items() if name != "cursor"}
    to = [] if cursor is None else [("next", here | {"cursor": cursor})]
    found = [
        f'<{request.path}{"?" if query else ""}{urlencode(query)}>; rel="{rel}"'
        for rel, query in [*to, ("first", here)]
    ]
    return {"Link": ", ".join(found)}


def _asked() -> str:
    """Tell lists apart: by their parameters, of which nothing can be read from this."""
    asked = sorted((name, value) for name, value in request.args.items() if name not in FREE)
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
