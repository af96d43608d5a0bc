"""Who asks, and what exists for them: whatever they do not reach is not there (404, never 403)."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from flask import current_app, g

from api.access.permissions import Scope
from api.http.access_log import noted, noted_all
from api.http.callers import caller
from api.http.limits import count_request
from api.http.refusals import Forbidden, Unauthenticated
from incidents.disclosure import EVERYTHING, Viewer
from incidents.errors import NotFound
from incidents.ledger import reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.access.permissions import Anybody
    from api.access.principal import Membership, Principal
    from api.bootstrap import Tocsin

REFERENCE = r"^([Ii][Nn][Cc]-[1-9][0-9]{0,16}|[0-9a-f]{32})$"
"""An incident's id, or its number as people say it."""

PARTNERSHIP = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""A partnership's id."""

_reference, _partnership = re.compile(REFERENCE), re.compile(PARTNERSHIP)


def tocsin() -> Tocsin:
    """Give what this application was built from."""
    return cast("Tocsin", current_app.extensions["tocsin"])


@contextmanager
def entering(scope: Scope | Anybody) -> Iterator[None]:
    """Let in whoever may do what needs a scope, and reach, meanwhile, only the partnerships where they may.

    What anybody known may do reaches no partnership.
    Unauthenticated; CrossSite; ProviderAway; RateLimited; Forbidden where they have the scope nowhere.
    """
    found = caller(tocsin())
    if found is None:
        raise Unauthenticated
    g.principal, g.scope = found, scope
    token = reach.begin(found.partnerships(scope) if isinstance(scope, Scope) else ())
    try:
        count_request(tocsin().limits, found.actor)
        if isinstance(scope, Scope) and not found.may(scope):
            raise Forbidden(scope)
        yield
    finally:
        reach.end(token)


def principal() -> Principal:
    """Give who sends this request."""
    return cast("Principal", g.principal)


def must_reach(partnership: str) -> Membership:
    """Give what the sender may do in a partnership. NotFound where it is not theirs; Forbidden without the scope."""
    membership = principal().membership(partnership) if _partnership.fullmatch(partnership) else None
    if membership is None:
        raise NotFound
    if g.scope not in membership.scopes:
        raise Forbidden(g.scope)
    noted(partnership)
    return membership


def wanted(partnership: str | None) -> list[str] | None:
    """Give the partnerships that a list is about: the one asked for, or all of the sender's; None: all there are.

    Where it is None, the list says with `noted` whose rows it gave. NotFound; Forbidden.
    """
    if partnership is None:
        reached = principal().partnerships(g.scope)
        noted_all(reached or ())
        return reached
    must_reach(partnership)
    return [partnership]


def viewer(partnership: str) -> Viewer:
    """Give as whom the sender reads what belongs to a partnership. NotFound; Forbidden."""
    membership = must_reach(partnership)
    return EVERYTHING if Scope.AUDIT_READ in membership.scopes else Viewer(membership.party)


def still_viewer(partnership: str) -> Viewer:
    """Find anew who sends a request that has taken a while, and give as whom they read.

    Unauthenticated; NotFound; Forbidden; ProviderAway.
    """
    found = caller(tocsin())
    if found is None:
        raise Unauthenticated
    g.principal = found
    return viewer(partnership)


def viewers(partnership: str | None) -> dict[str, Viewer] | None:
    """Give as whom the sender reads each partnership that a list is about (see `wanted`); None: everything, everywhere.

    NotFound; Forbidden.
    """
    among = wanted(partnership)
    return None if among is None else {each: viewer(each) for each in among}


def stream_of(reference: str) -> str:
    """Find the stream of an incident that exists for the sender, by id or number. NotFound; Forbidden."""
    if not _reference.fullmatch(reference):
        raise NotFound
    stream, visible_to = tocsin().incidents.found(reference)
    if not viewer(stream.partition("/")[0]).is_among(visible_to):
        raise NotFound
    noted(stream.partition("/")[0], stream.rpartition("/")[2])
    return stream
