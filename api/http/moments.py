"""Time travel over HTTP: which moment a query asks for, and what an answer says of it (RFC 7089).

An answer of the past never changes, but that a restriction or an erasure takes from it; a client may keep it.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from incidents.reading import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping

FOR_EVER = "private, max-age=31536000, immutable"
NEVER = "private, no-store"


def moment_of(query: Mapping[str, Any]) -> Moment:
    """Read which moment is asked for."""
    return Moment(version=query.get("at_version"), as_of=query.get("as_of"))


def memento_headers(query: Mapping[str, Any], *, final: bool) -> dict[str, str]:
    """Give the headers that say of which moment an answer is, and whether it may be kept."""
    as_of = query.get("as_of")
    told = {} if as_of is None else {"Memento-Datetime": format_datetime(as_of, usegmt=True)}
    return told | {"Cache-Control": FOR_EVER if final else NEVER}
