"""Time zones from the pinned `tzdata` wheel, never from the machine's own copy.

`zoneinfo` prefers the system's files, which differ from machine to machine; a due instant must not.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from incidents.errors import TocsinError


class UnknownZoneError(TocsinError):
    """The time zone is not in the IANA database."""

    code = "unknown_time_zone"


@cache
def names() -> frozenset[str]:
    """All IANA names that the wheel knows."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name.

    Raises:
        UnknownZoneError: the wheel has no such zone; the message proposes the nearest name.

    """
    if name not in names():
        raise UnknownZoneError(_unknown(name), zone=name)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _unknown(name: str) -> str:
    near = get_close_matches(name, names(), n=1)
    proposal = f"did you mean {near[0]!r}?" if near else "use an IANA name such as 'Europe/Berlin'."
    return f"Unknown time zone {name!r}: {proposal}"
