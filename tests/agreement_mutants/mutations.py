"""Every single value of the worked example, each with another one in its place: a valid one if one is found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import yaml

from escalation.agreement import read
from escalation.agreement.assembly import assemble
from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.plain import root_of
from escalation.agreement.text.yaml_source import load
from tests.support.agreement_keys import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.agreement.text.mistakes import Path

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+")
_ZONES = ("America/New_York", "Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Mutant:
    """The example with one value changed; `valid`: whether the checker still takes it."""

    path: Path
    key: str
    was: object
    now: object
    valid: bool
    text: str

    @property
    def place(self) -> str:
        """Where it was changed."""
        return ".".join(map(str, self.path))


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: Path
    key: str
    value: object
    start: int
    end: int


def mutants(text: str) -> Iterator[Mutant]:
    """One for each value that is no mapping and no list."""
    leaves = list(_leaves(text))
    declared = _declared(leaves)
    for leaf in leaves:
        alike = [other.value for other in leaves if other.key == leaf.key]
        yield _mutant(text, leaf, [*alike, *(name for names in declared if leaf.value in names for name in names)])


def _declared(leaves: list[_Leaf]) -> list[list[object]]:
    """Give the names of which one may stand instead of another: targets, objectives."""
    targets = dict.fromkeys(leaf.path[2] for leaf in leaves if leaf.path[:2] == ("spec", "targets"))
    objectives = [leaf.value for leaf in leaves if leaf.key == "tolerance.per_period[].id"]
    legal = [leaf.value for leaf in leaves if leaf.key == "notifications[].id"]
    return [list(targets), objectives, legal]


def count(text: str) -> int:
    """How many mutants there are."""
    return sum(1 for _ in _leaves(text))


def _mutant(text: str, leaf: _Leaf, alike: list[object]) -> Mutant:
    tried = list(dict.fromkeys(value for value in _others(leaf.value, alike) if value != leaf.value))
    made = [(value, text[: leaf.start] + json.dumps(value) + text[leaf.end :]) for value in tried]
    for value, changed in made:
        if read(changed)[0] is not None:
            return Mutant(leaf.path, leaf.key, leaf.value, value, valid=True, text=changed)
    value, changed = made[0]
    return Mutant(leaf.path, leaf.key, leaf.value, value, valid=False, text=changed)


def _others(value: object, alike: list[object]) -> Iterator[object]:
    """Give what could stand there instead: the likeliest to be valid first."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield from (round(value - 0.01, 4), round(value + 0.001, 4))
    elif value is None:
        yield from ("2027-01-01T00:00:00+01:00", 1)
    else:
        yield from _other_words(str(value), alike)


def _other_words(value: str, alike: list[object]) -> Iterator[object]:
    if _DATE.match(value):
        day = date.fromisoformat(value[:10])
        yield from ((day + timedelta(days=step)).isoformat() + value[10:] for step in (3, 4, 9))
    elif "/" in value and value[:1].isupper():
        yield from (name for name in _ZONES if name != value)
    elif _NUMBER.search(value) and not value[:1].islower():
        yield from _counted(value)
        yield from alike
    else:
        yield from alike
        yield from _WORDS.get(value, ())
        yield f"{value}-x"
        yield f"{value} x"


def _counted(value: str) -> Iterator[str]:
    """Give a duration, share, time or rule with its first number one higher, or one lower."""
    found = _NUMBER.search(value)
    assert found is not None
    for number in (int(found[0]) + 1, max(int(found[0]) - 1, 0)):
        yield f"{value[: found.start()]}{number:0{len(found[0])}d}{value[found.end() :]}"


_WORDS: dict[str, tuple[str, ...]] = {
    "higher": ("lower", "standing"),
    "refused": ("granted",),
    "escalate": ("refused", "granted"),
    "both": ("any",),
    "needs_authority": ("refused",),
    "any_party": ("provider",),
    "any_signatory": ("provider",),
    "client": ("provider",),
    "provider": ("client",),
    "excuse": ("stop_clock",),
    "stop_clock": ("excuse",),
    "same_target": ("any",),
    "highest_confirmed": ("final",),
    "target_calendar": ("always",),
    "always": ("berlin-office",),
    "berlin-office": ("always",),
    "signatory": ("supporting", "external"),
    "supporting": ("external",),
    "external": ("supporting",),
    "opened": ("reported",),
    "acme": ("globex", "initech"),
    "globex": ("acme",),
}
"""What may stand instead of a word that stands only once in the example."""


def _leaves(text: str) -> Iterator[_Leaf]:
    findings = Findings()
    document = root_of(load(text, findings), findings)
    assemble(document)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    yield from _inside(node, document.value, (), findings)


def _inside(node: yaml.Node, value: object, path: Path, findings: Findings) -> Iterator[_Leaf]:
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        for key, inner in node.value:
            yield from _inside(inner, value[key.value], (*path, key.value), findings)
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list):
        for index, inner in enumerate(node.value):
            yield from _inside(inner, value[index], (*path, index), findings)
    else:
        yield _Leaf(path, pattern(path, findings), value, node.start_mark.index, node.end_mark.index)
