"""The guide is held to the readers: every key that they know has a row, and every test that a row names exists."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.support.agreement_keys import ROOT, asked, row_of, rows
from tests.support.example_agreement import PATH, example_text

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = sorted(PATH.parent.glob("*.yaml"))
MORE = {
    "    judged_at": "    warnings: [{id: w, breaches: 3, within: P3M, to: acme-duty}]\n    judged_at",
    "steering_committee, mediation]": "steering_committee, {to: mediation, within: P30D}]",
    "effective_to: null": "handover: {to: globex}, effective_to: null",
}
"""What no example says: keys that the readers ask for only where these stand."""
ALIKE = ("layers[].spec.", "ladders.parties.NAME.NAME[]")
"""What is read as the same keys elsewhere: whatever a layer says anew, and rungs of a party's own ladder."""
ADDRESSEE = re.compile(r".*\.(?:to|notify|hand_to)(?:\[\])?(\.(?:body|webhook|schedule|team|person))")
"""One way to name somebody, wherever somebody is told: the guide has it at a rung's `to`."""


def known() -> set[str]:
    """Every key that the readers ask for."""
    text = example_text()
    for old, new in MORE.items():
        assert old in text
        text = text.replace(old, new, 1)
    found = asked([text, *(path.read_text(encoding="utf-8") for path in EXAMPLES)])
    return {ADDRESSEE.sub(r"ladders.NAME[].to[]\1", key) for key in found}


def test_every_key_has_a_row() -> None:
    """A key without a row of its own is at least what rows with longer keys stand in."""
    written = rows()
    missing = [
        key
        for key in sorted(known())
        if key not in written
        and not any(row.startswith((f"{key}.", f"{key}[]")) for row in written)
        and not key.startswith(ALIKE)
    ]
    assert missing == ["spec"]


def test_no_row_is_about_a_key_that_nobody_reads() -> None:
    """What was renamed or dropped is not described any more."""
    assert sorted(set(rows()) - known()) == []


def test_each_row_says_what_the_key_means_and_names_its_tests() -> None:
    """Three things for each key."""
    assert [row.key for row in rows().values() if not (row.meaning and row.default and row.tests)] == []


def test_every_named_test_exists() -> None:
    """By its file and its function."""
    named = {test for row in rows().values() for test in row.tests}
    assert sorted(test for test in named if not _exists(test)) == []


def _exists(test: str) -> bool:
    file, _, function = test.partition("::")
    path = ROOT / file
    return path.is_file() and function in _functions(path)


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_key_falls_back_to_what_it_stands_in() -> None:
    """Items of a list, and keys that the agreement chooses, have the row of their whole."""
    guide = rows("| Key | Meaning | Default | Test |\n|---|---|---|---|\n| `a.b` | m | d | `t.py::test_x` |\n")
    assert row_of("a.b.NAME.NAME[]", guide) == guide["a.b"]
    assert row_of("a.c", guide) is None
