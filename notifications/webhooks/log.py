"""What the delivery log keeps of a request and its answer: headers and the beginning of the body, no secrets. Pure.

Secrets are struck out before anything is written: by the name of a header; in a URL, whatever is behind its `?`; and
signatures and secrets of ours wherever they stand, for a receiver may answer with what it was sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BODY = 2048
"""Bytes of a body."""
MOST_HEADERS = 50
MOST_VALUE = 500
"""Characters of a header's value."""
STRUCK = "[struck out]"
WITHHELD_SINCE = "[struck out: your party may not see all of this event any more]"

_SECRET_NAME = re.compile(r"auth|cookie|signature|token|secret|passw|credential|session|api-?key", re.IGNORECASE)
_OURS = re.compile(r"whsec_[A-Za-z0-9+/=_-]+|v1a?,[A-Za-z0-9+/=]{20,}")
_BEHIND = re.compile(r"[?#].*", re.DOTALL)
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What PostgreSQL's jsonb does not take."""


def request_kept(url: str, headers: Iterable[tuple[str, str]], content: bytes) -> dict[str, Any]:
    """Give what is kept of a request."""
    return {"url": without_secrets(url), **_kept(headers, content)}


def response_kept(headers: Iterable[tuple[str, str]], content: bytes, *, cut: bool = False) -> dict[str, Any]:
    """Give what is kept of an answer; `cut`: its body went on, or broke off."""
    kept = _kept(headers, content)
    return kept | {"cut": kept["cut"] or cut}


def body_kept(content: bytes) -> str:
    """Give what is kept of a body."""
    return _written(content[:MOST_BODY].decode("utf-8", "replace"))


def request_struck(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was kept of a request without its body."""
    return {**kept, "body": WITHHELD_SINCE, "cut": False}


def response_struck(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give what was kept of an answer without what may repeat the request: its body, and its headers."""
    return None if kept is None else {"headers": [], "body": WITHHELD_SINCE, "cut": False}


def without_secrets(url: str) -> str:
    """Give a URL without what may be secret in it: name and password, query, fragment."""
    scheme, separator, rest = url.partition("://")
    netloc, slash, path = rest.partition("/")
    shown = f"{scheme}{separator}{netloc.rpartition('@')[2]}{slash}{path}"
    return _BEHIND.sub(f"?{STRUCK}", shown)


def host_of(url: str) -> str:
    """Give the host alone, as people may be told it; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _kept(headers: Iterable[tuple[str, str]], content: bytes) -> dict[str, Any]:
    shown = [[_written(name), _value(name, value)] for name, value in headers]
    return {"headers": shown[:MOST_HEADERS], "body": body_kept(content), "cut": len(content) > MOST_BODY}


def _value(name: str, value: str) -> str:
    if _SECRET_NAME.search(name):
        return STRUCK
    return _written(without_secrets(value) if "://" in value else value)[:MOST_VALUE]


def _written(text: str) -> str:
    return _OURS.sub(STRUCK, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text))
