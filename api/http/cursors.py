"""Cursors: where a list goes on. Opaque to clients, so that what is inside may change."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from incidents.errors import InvalidField

_INSIDE = re.compile(r"incidents:([0-9]{1,18})", re.ASCII)


def cursor_after(number: int) -> str:
    """Give the cursor of the page that follows an incident's number."""
    return urlsafe_b64encode(f"incidents:{number}".encode()).decode().rstrip("=")


def number_of(cursor: str) -> int:
    """Give the number after which a page begins. InvalidField."""
    try:
        inside = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        inside = ""
    found = _INSIDE.fullmatch(inside)
    if found is None:
        raise InvalidField("cursor", "Send the `next_cursor` of the page before, as it was; or leave it out.")
    return int(found[1])
