"""What differs between two documents of an agreement, each difference in words for people. Pure, on plain JSON.

Two documents with the same digest have no difference, and any two others have at least one: what has no words of its
own is told by its path.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import rfc8785

from escalation.agreement.comparing.difference_words import ABSENT, Change, Kind, words_for
from escalation.agreement.comparing.words import NAMES, THINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from escalation.agreement.text.mistakes import Path

_WHEN = "when"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        path: Dotted; items of a list by their name where they have one, else by their place from 0.
        section: The part of the agreement, such as `targets`; `metadata` and the like outside of spec.
        before: What stood there; None also where nothing did.
        after: What stands there now.
        words: All of it, for people.
    """

    path: str
    section: str
    before: object
    after: object
    words: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give every difference, section by section in the order of the documents."""
    return [_told(change) for change in _compared((), before, after)]


def _told(change: Change) -> Difference:
    path = change.path
    section = str(path[1] if path[0] == "spec" and len(path) > 1 else path[0]) if path else ""
    before, after = (None if value is ABSENT else value for value in (change.before, change.after))
    return Difference(".".join(map(str, path)), section, before, after, words_for(change))


def _same(one: object, other: object) -> bool:
    """As the digest sees it: true is not 1, but 1.0 is."""
    return _canonical(one) == _canonical(other)


def _canonical(value: object) -> bytes:
    return rfc8785.dumps(cast("None", value))


def _compared(path: Path, before: object, after: object) -> Iterator[Change]:
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _entry((*path, key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) or isinstance(after, list):
        # One name may stand without its list: `to: ann` is `to: [ann]`, written otherwise.
        found = list(_lists(path, *(each if isinstance(each, list) else [each] for each in (before, after))))
        yield from found or [Change(path, Kind.CHANGED, before, after)]
    else:
        yield Change(path, Kind.CHANGED, before, after)


def _entry(path: Path, before: object, after: object) -> Iterator[Change]:
    if before is not ABSENT and after is not ABSENT:
        yield from _compared(path, before, after)
        return
    given = after if before is ABSENT else before
    empty: object = type(given)() if path[-1] in THINGS and isinstance(given, dict | list) else given
    # Of a whole list of parties, each party is told.
    found = _compared(path, *((empty, given) if before is ABSENT else (given, empty)))
    yield from list(found) or [Change(path, Kind.ADDED if before is ABSENT else Kind.REMOVED, before, after)]


def _lists(path: Path, before: Sequence[object], after: Sequence[object]) -> Iterator[Change]:
    """Items with a name by that, rungs and floors by their `when` (the nth of each), all others by what they say."""
    for key in (*NAMES, _WHEN):
        olds, news = (_places(items, key) for items in (before, after))
        if olds is not None and news is not None:
            break
    else:
        yield from _by_content(path, before, after)
        return
    for name in dict.fromkeys([*olds, *news]):
        old, new = olds.get(name), news.get(name)
        step = name if key != _WHEN else cast("int", old if new is None else new)
        pair = (ABSENT if old is None else before[old], ABSENT if new is None else after[new])
        yield from _entry((*path, step), *pair)
    if [name for name in olds if name in news] != [name for name in news if name in olds]:
        yield Change(path, Kind.ORDER, before, after)


def _places(items: Sequence[object], key: str) -> dict[str, int] | None:
    """The place of each item by its name, if all have one and no two the same."""
    found: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for place, item in enumerate(items):
        name = item.get(key) if isinstance(item, dict) else None
        if key == _WHEN and name is not None:
            alike = _canonical(name).decode()
            name = f"{alike} {seen[alike]}"
            seen[alike] += 1
        if not isinstance(name, str) or name in found:
            return None
        found[name] = place
    return found


def _by_content(path: Path, before: Sequence[object], after: Sequence[object]) -> Iterator[Change]:
    gone, come = _without(before, after), _without(after, before)
    for place in gone:
        yield Change((*path, place), Kind.ITEM_REMOVED, before[place], ABSENT)
    for place in come:
        yield Change((*path, place), Kind.ITEM_ADDED, ABSENT, after[place])
    kept = (
        [_canonical(item) for place, item in enumerate(items) if place not in changed]
        for items, changed in ((before, gone), (after, come))
    )
    if next(kept) != next(kept):
        yield Change(path, Kind.ORDER, before, after)


def _without(items: Sequence[object], others: Sequence[object]) -> list[int]:
    """The places of items that are not among others, each as often as it stands more often here."""
    left = Counter(map(_canonical, others))
    found = []
    for place, item in enumerate(items):
        key = _canonical(item)
        left[key] -= 1
        if left[key] < 0:
            found.append(place)
    return found
