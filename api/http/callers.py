"""Who sends a request: a program with a key or an access token, or a person with a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import g, request

from api.access.tokens import PREFIX
from api.http.cookies import SESSION, cookie, must_be_same_site
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from flask import Response

    from api.access.principal import Principal
    from api.bootstrap import Tocsin


def caller(tocsin: Tocsin) -> Principal | None:
    """Find who sends this request; None: nobody who is known here. ProviderAway; CrossSite.

    Whoever sends an Authorization header means that: a session beside it does not count.
    """
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return _signed_in(tocsin)
    scheme, _, rest = authorization.partition(" ")
    return _bearer(tocsin, rest.strip()) if scheme.lower() == "bearer" else None


def known_before(tocsin: Tocsin) -> Principal | None:
    """Find who shows a key that this process has known, for while the database cannot be asked; None: nobody."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    return tocsin.keys.known_before(rest.strip(), datetime.now(UTC)) if scheme.lower() == "bearer" else None


def keep_private(response: Response) -> Response:
    """Keep answers to a session out of caches, those too that a program may keep: the next person may be another's.

    Shared caches know what Authorization means (RFC 9111, 3.5), not cookies; that a cache of one's own must tell two
    keys apart, it is told here.
    """
    if g.get("by_session"):
        response.headers["Cache-Control"] = "private, no-store"
    elif "principal" in g:
        response.vary.add("Authorization")
    return response


def _bearer(tocsin: Tocsin, token: str) -> Principal | None:
    """Find who shows a token (RFC 6750, section 2.1)."""
    if token.startswith(f"{PREFIX}_"):
        with at_the_gate():
            return tocsin.keys.find(token)
    return None if tocsin.access_tokens is None else tocsin.access_tokens.find(token)


def _signed_in(tocsin: Tocsin) -> Principal | None:
    """Find whose session a browser shows."""
    sign_in = tocsin.sign_in
    token = "" if sign_in is None else cookie(SESSION, sign_in.public_url)
    person = tocsin.sessions.person_of(token) if token else None
    if sign_in is None or person is None:
        return None
    must_be_same_site(sign_in.public_url)
    g.by_session = True
    return tocsin.people.principal_of(person)
