"""The keys of an agreement: those that its readers ask for, and what the guide says of each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.assembly import assemble
from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.plain import root_of
from escalation.agreement.text.yaml_source import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.agreement.text.mistakes import Path as KeyPath

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "agreement.md"
FREE = "NAME"
"""Stands for a key that the agreement chooses itself, such as a target's or a severity's."""
_CODE = re.compile(r"`([^`]+)`")
_HEADER = ["Key", "Meaning", "Default", "Test"]


class Row(NamedTuple):
    """What the guide says of a key; `tests` are pytest's ids."""

    key: str
    meaning: str
    default: str
    tests: tuple[str, ...]


def asked(texts: Iterable[str]) -> set[str]:
    """Every key that the readers ask for in some documents, as a pattern: `pauses[].reason`, `targets.NAME.within`."""
    found: set[str] = set()
    for text in texts:
        findings = Findings()
        assemble(root_of(load(text, findings), findings))
        found |= {pattern((*path, key), findings) for path, keys in findings.asked.items() for key in keys}
    return found


def pattern(path: KeyPath, findings: Findings) -> str:
    """The pattern of a key, as the guide writes it: `spec` is left out."""
    shown = ""
    for depth, step in enumerate(path):
        if isinstance(step, int):
            shown += "[]"
        else:
            shown += "." + (step if step in findings.asked.get(path[:depth], ()) else FREE)
    return shown.removeprefix(".").removeprefix("spec.")


def rows(text: str | None = None) -> dict[str, Row]:
    """Every row of the guide's tables of keys, by key."""
    found: dict[str, Row] = {}
    reading = False
    for line in (text if text is not None else GUIDE.read_text(encoding="utf-8")).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        reading = cells == _HEADER or (reading and bool(cells))
        if reading and cells != _HEADER and not set(line) <= set("|-"):
            keys, meaning, default, tests = cells
            for key in _CODE.findall(keys):
                found[key] = Row(key, meaning, default, tuple(_CODE.findall(tests)))
    return found


def row_of(key: str, guide: dict[str, Row]) -> Row | None:
    """The row of a key: its own, else that of what it stands in (a list's items, a mapping with free keys)."""
    here = key
    while here and here not in guide:
        here = here.removesuffix("[]") if here.endswith("[]") else here.rpartition(".")[0]
    return guide.get(here)
