"""Who asks, and what exists for them: whatever a key does not reach is not there (404, never 403)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request

from api.http.refusals import Unauthenticated
from incidents.errors import NotFound

if TYPE_CHECKING:
    from api.bootstrap import Tocsin
    from api.keys import Principal

REFERENCE = r"^([Ii][Nn][Cc]-[1-9][0-9]{0,16}|[0-9a-f]{32})$"
"""An incident's id, or its number as people say it."""

PARTNERSHIP = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""A partnership's id."""

_reference, _partnership = re.compile(REFERENCE), re.compile(PARTNERSHIP)


def tocsin() -> Tocsin:
    """Give what this application was built from."""
    return cast("Tocsin", current_app.extensions["tocsin"])


def authenticate() -> None:
    """Let in whoever shows a key (RFC 6750, section 2.1). Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = tocsin().keys.find(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Unauthenticated
    g.principal = found


def principal() -> Principal:
    """Give who sends this request."""
    return cast("Principal", g.principal)


def must_reach(partnership: str) -> None:
    """Hide a partnership that the caller's key is not for, and what can be none. NotFound."""
    if not (_partnership.fullmatch(partnership) and principal().reaches(partnership)):
        raise NotFound


def stream_of(reference: str) -> str:
    """Find the stream of an incident that the caller may see, by id or number. NotFound."""
    if not _reference.fullmatch(reference):
        raise NotFound
    stream = tocsin().incidents.stream_of(reference)
    must_reach(stream.partition("/")[0])
    return stream
