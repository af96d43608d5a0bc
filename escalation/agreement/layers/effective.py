"""What holds for a service, value by value, each with the layer that it came from. Pure, on plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.agreement.comparing.words import NAMES
from escalation.agreement.layers.merging import LAYERED, merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from escalation.agreement.layers.merging import Merged
    from escalation.agreement.text.mistakes import Path


class Holding(NamedTuple):
    """One value that holds, or that a layer removed.

    Attributes:
        path: Where it stands; items of lists by their names, where they have them.
        value: The value: a single one, a list of single ones, or an item of a list.
        origin: The layer that said it; None: the agreement's own.
        removed: Whether the layer removed what stood there.
    """

    path: Path
    value: object
    origin: str | None
    removed: bool = False


def holding(document: Mapping[str, Any], service: str) -> list[Holding]:
    """Give each value of the sections that layers may say, section by section."""
    found = merged(document, service)
    spec = found.document["spec"]
    values = [
        each for key in LAYERED if key in spec for each in _values(found, ("spec", key), ("spec", key), spec[key])
    ]
    gone = [Holding(path, None, layer, removed=True) for path, layer in found.removed.items()]
    return sorted([*values, *gone], key=lambda each: LAYERED.index(str(each.path[1])))


def _values(found: Merged, place: Path, path: Path, value: object) -> Iterator[Holding]:
    """Go down to what is one value; `place` counts the items of lists, as origins do, and `path` names them."""
    if isinstance(value, dict) and value and not _is_item(place):
        for key, each in value.items():
            yield from _values(found, (*place, key), (*path, key), each)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for index, each in enumerate(value):
            yield from _values(found, (*place, index), (*path, _name(each, index)), each)
    else:
        yield Holding(path, value, _origin(found, place))


def _is_item(place: Path) -> bool:
    return isinstance(place[-1], int)


def _name(item: Mapping[str, Any], index: int) -> str | int:
    return next((item[key] for key in NAMES if isinstance(item.get(key), str)), index)


def _origin(found: Merged, place: Path) -> str | None:
    """The layer of a value, or of the list that it stands in."""
    upwards = (place[:length] for length in range(len(place), 0, -1))
    return next((found.origins[path] for path in upwards if path in found.origins), None)
