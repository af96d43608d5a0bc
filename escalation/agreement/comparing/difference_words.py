"""Changes of an agreement in words, with the contract's terms. Pure."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.comparing.words import (
    LADDERS,
    NAMES,
    PARTIES,
    THINGS,
    inner,
    listed,
    plain,
    say,
    steps_of,
    subject,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.agreement.text.mistakes import Path

ABSENT = object()
"""Stands where there is no value at all, which null is."""


class Kind(Enum):
    """What became of something."""

    CHANGED = auto()
    ADDED = auto()
    REMOVED = auto()
    ITEM_ADDED = auto()
    ITEM_REMOVED = auto()
    ORDER = auto()


class Change(NamedTuple):
    """One change, at a path whose steps are keys, the names of list items, or their places from 0."""

    path: Path
    kind: Kind
    before: object
    after: object


_VERBS = {"to": "pages", "notify": "notifies"}


def words_for(change: Change) -> str:
    """Give a change in words."""
    path, kind, before, after = change
    holiday = _holiday(change)
    if holiday:
        return holiday
    if kind is Kind.CHANGED:
        return f"{subject(path)}: {' → '.join(_apart(before, after))}"
    if kind is Kind.ORDER:
        return f"{subject(path)}: in another order: {listed([_brief(item) for item in _items(after)])}"
    added = kind in {Kind.ADDED, Kind.ITEM_ADDED}
    value = after if added else before
    within = path[:-1] if kind in {Kind.ITEM_ADDED, Kind.ITEM_REMOVED} else path
    rung, verb = _rung_of(within)
    if rung and verb:
        return f"{subject(rung)}: {'now also' if added else 'no longer'} {verb} {say(value)}"
    if within is not path:
        return f"{subject(within)}: {'added' if added else 'removed'} {say(value)}"
    return _appeared(path, value) if added else _gone(path, value)


def _appeared(path: Path, value: object) -> str:
    rest = value
    if isinstance(value, dict) and _is_thing(path):
        rest = {key: each for key, each in value.items() if not (key in NAMES and each == path[-1])}
    return f"{subject(path)} added: {say(rest)}"


def _gone(path: Path, value: object) -> str:
    return f"{subject(path)} removed" if _is_thing(path) else f"{subject(path)} removed, was {say(value)}"


def _holiday(change: Change) -> str:
    """A holiday is told by its date."""
    steps = steps_of(change.path)
    if steps[:1] != ("calendars",) or steps[2:4] != ("holidays", "dates"):
        return ""
    if change.kind is Kind.ITEM_ADDED:
        return f"holiday {say(change.after)} added to {steps[1]}"
    if change.kind is Kind.ITEM_REMOVED:
        return f"holiday {say(change.before)} removed from {steps[1]}"
    return ""


def _is_thing(path: Path) -> bool:
    """Whether a path ends with the name of a party, a target and the like, or with a rung."""
    steps = steps_of(path)
    return (len(steps) > 1 and steps[-2] in THINGS) or bool(_rung_of((*path, "to"))[0])


def _rung_of(path: Path) -> tuple[Path, str]:
    """The rung that a path leads into (ladders.S1.0.to), and what the rung does to those who stand there."""
    found = path[-4:-3] == (LADDERS,) or path[-6:-4] == (LADDERS, PARTIES)
    found = found and isinstance(path[-2], int)
    return (path[:-1], _VERBS.get(str(path[-1]), "")) if found else ((), "")


def _apart(before: object, after: object) -> tuple[str, str]:
    """Both values in words; where words do not tell them apart (1 and "1"), as the document has them."""
    said = (say(before), say(after))
    return said if said[0] != said[1] else (plain(before), plain(after))


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _brief(item: object) -> str:
    """An item of a list whose order is told: its name, if it has one."""
    if isinstance(item, dict):
        return next((inner(item[key]) for key in (*NAMES, "when") if key in item), inner(item))
    return inner(item)
