"""The mutants of the worked example, and how they are told from it."""

from __future__ import annotations

from typing import Any

from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.yaml_source import load
from tests.agreement_mutants.mutations import mutants
from tests.support.agreement_keys import asked

TEXT = """
kind: PartnershipAgreement # a comment
metadata: {version: 3, title: "A title"}
spec:
  clock_rules: {warn_at: [50%, 75%], reopen: {within: P5D}}
  remedies: {sole_remedy: false, bonuses: [{at_or_above: 0.995}]}
"""


def loaded(text: str) -> Any:  # noqa: ANN401 - plain JSON
    """Give the document of a text."""
    return load(text, Findings())


def leaves(value: object, path: tuple[object, ...] = ()) -> dict[tuple[object, ...], object]:
    """Give every single value by its path."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if entries is None:
        return {path: value}
    return {place: leaf for key, inner in entries for place, leaf in leaves(inner, (*path, key)).items()}


def test_each_value_is_changed_once_and_alone() -> None:
    """As many mutants as values; each differs from the document in its own value, and says from what to what."""
    before = leaves(loaded(TEXT))
    found = list(mutants(TEXT))
    assert [mutant.path for mutant in found] == list(before)
    for mutant in found:
        after = leaves(loaded(mutant.text))
        assert {path for path in before if after[path] != before[path]} == {mutant.path}
        assert (mutant.was, mutant.now) == (before[mutant.path], after[mutant.path])


def test_a_key_is_named_as_the_guide_names_it() -> None:
    """Without `spec`, without the indexes of lists."""
    keys = [mutant.key for mutant in mutants(TEXT)]
    assert "clock_rules.warn_at[]" in keys
    assert "remedies.bonuses[].at_or_above" in keys
    assert {"metadata.title", "clock_rules.reopen.within"} < asked([TEXT])
