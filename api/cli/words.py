"""Facts in words, for tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALUE = 60
"""Characters of a value in a table; JSON has all of it."""

NOT_FOR_PEOPLE = frozenset({"delivery", "tries", "cycle", "round", "late", "detected_at", "agreement_version"})
"""Details that a table leaves out, unless they say something: `late`."""


def happening(kind: str) -> str:
    """Give a type's name without what every row shares: `incident.clock_warned.v1` → clock warned."""
    return kind.removeprefix("incident.").rpartition(".")[0].replace("_", " ")


def details(data: Mapping[str, object], withheld: Mapping[str, str] | None = None) -> str:
    """Give what a fact says, without what is empty or only machines ask for."""
    told = [
        f"{name.replace('_', ' ')} {_value(value)}"
        for name, value in data.items()
        if value not in (None, [], "") and (name not in NOT_FOR_PEOPLE or value is True)
    ]
    return ", ".join([*told, *(f"{name} [{why}]" for name, why in (withheld or {}).items())])


def _value(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(str(item.get("recipient")) if isinstance(item, dict) else str(item) for item in value)
    return str(value)[:LONGEST_VALUE]
