"""The cookies of people who are signed in or signing in (RFC 6265bis), and whether a request is from our own pages.

Over https their names begin with `__Host-`: no other site, a subdomain of ours included, can set such a cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from api.access.oidc import attempt
from api.access.oidc.refusals import CrossSite
from api.access.sessions import LASTS

if TYPE_CHECKING:
    from datetime import timedelta

    from flask import Response

SESSION = "tocsin"
ATTEMPT = "tocsin-sign-in"
LIFETIMES: dict[str, timedelta] = {SESSION: LASTS, ATTEMPT: attempt.LASTS}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PORTS = {"http": 80, "https": 443}


def cookie(name: str, public_url: str) -> str:
    """Give what a cookie of ours holds in this request; nothing is an empty string."""
    return request.cookies.get(_full_name(name, public_url), "")


def set_cookie(response: Response, name: str, value: str, public_url: str) -> None:
    """Hand a cookie out: for this site alone, out of scripts' sight; for as long as what it stands for."""
    response.set_cookie(
        _full_name(name, public_url),
        value,
        max_age=LIFETIMES[name],
        path="/",
        secure=_is_https(public_url),
        httponly=True,
        samesite="Lax",  # not Strict: people come back from the provider, and from links in messages
    )


def take_cookie(response: Response, name: str, public_url: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        _full_name(name, public_url), path="/", secure=_is_https(public_url), httponly=True, samesite="Lax"
    )


def must_be_same_site(public_url: str) -> None:
    """Refuse a request that may change something and is not from a page of ours. CrossSite.

    Browsers say where it comes from: `Origin` (Fetch Standard, 3.2), or `Sec-Fetch-Site`. Who says neither is refused.
    """
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    own = same_origin(origin, public_url) if origin else request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not own:
        raise CrossSite


def same_origin(one: str, other: str) -> bool:
    """Say whether two URLs have one scheme, host and port (RFC 6454, section 5). Pure."""
    found = _origin(one)
    return found is not None and found == _origin(other)


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None


def _full_name(name: str, public_url: str) -> str:
    return f"__Host-{name}" if _is_https(public_url) else name


def _is_https(public_url: str) -> bool:
    return public_url.startswith("https://")
