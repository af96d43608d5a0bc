"""Differences of two agreements in words: none is silent, and each speaks as the contract does."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import read
from escalation.agreement.comparing.differences import differences

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[3] / "examples/agreements"


@cache
def _read(name: str) -> dict[str, Any]:
    agreement, mistakes = read((EXAMPLES / f"{name}.yaml").read_bytes())
    assert agreement is not None, mistakes
    return agreement.document


def example(name: str = "acme-globex") -> dict[str, Any]:
    """The document of an example, to be changed."""
    return deepcopy(_read(name))


def told(change: Callable[[dict[str, Any]], object], name: str = "acme-globex") -> list[str]:
    """What a change of an example's spec is in words."""
    after = example(name)
    change(after["spec"])
    return [each.words for each in differences(example(name), after)]


BERLIN = "berlin-office"
CHANGES: list[tuple[Callable[[dict[str, Any]], object], list[str]]] = [
    (lambda s: s["targets"]["resolve"]["within"].update(S1="PT6H"), ["resolve, S1: 8 h → 6 h"]),
    (lambda s: s["targets"]["resolve"]["within"].update(S1="PT480M"), ["resolve, S1: 8 h → 480 min"]),
    (lambda s: s["targets"]["update"]["within"].update(S4=None), ["update, S4 added: nothing"]),
    (lambda s: s["targets"]["update"]["within"].pop("S3"), ["update, S3 removed, was 16 h"]),
    (lambda s: s["targets"]["resolve"]["calendar"].update(S2="x"), ["resolve, calendar of S2: always → x"]),
    (lambda s: s["targets"]["resolve"]["pausable"].remove("monitoring"), ["resolve, pausable: removed monitoring"]),
    (lambda s: s["targets"].pop("update"), ["target update removed"]),
    (lambda s: s["parties"].append({"id": "hooli", "role": "auditor"}), ["party hooli added: role auditor"]),
    (lambda s: s["parties"].pop(2), ["party initech removed"]),
    (lambda s: s["contacts"][0].update(party="globex"), ["contact acme-duty, party: acme → globex"]),
    (
        lambda s: s["calendars"][BERLIN]["holidays"]["dates"].remove("2026-05-01"),
        ["holiday 2026-05-01 removed from berlin-office"],
    ),
    (
        lambda s: s["calendars"][BERLIN]["holidays"]["dates"].append("2026-05-02"),
        ["holiday 2026-05-02 added to berlin-office"],
    ),
    (
        lambda s: s["calendars"][BERLIN]["exceptions"].update({"2026-12-24": []}),
        ["berlin-office, hours of 2026-12-24: removed 09:00-12:30"],
    ),
    (lambda s: s["severity"]["matrix"]["minor"].update(high="S2"), ["severity of impact minor, urgency high: S3 → S2"]),
    (lambda s: s["clock_rules"]["reopen"].update(within="P7D"), ["clock rules, reopen, within: 5 days → 7 days"]),
    (lambda s: s["ladders"]["S1"][2].update(notify="acme-sm"), ["rung 3 of ladder S1: now also notifies acme-sm"]),
    (lambda s: s["ladders"]["S1"][3]["to"].pop(), ["rung 4 of ladder S1: no longer pages client.service_owner"]),
    (
        lambda s: s["ladders"]["S1"][2].update(to=["provider.head_of_operations", "acme-sm"]),
        ["rung 3 of ladder S1: now also pages acme-sm"],
    ),
    (
        lambda s: s["ladders"]["S1"].insert(1, {"when": {"clock": "any", "at": "10%"}, "to": "acme-sm"}),
        ["rung 2 of ladder S1 added: when (clock any, at 10%), to acme-sm"],
    ),
    (lambda s: s["ladders"]["S1"].pop(1), ["rung 2 of ladder S1 removed"]),
    (
        lambda s: s["ladders"]["default"].reverse(),
        ["ladder default: in another order: (clock any, at 100%), (clock any, at 75%)"],
    ),
    (lambda s: s["services"][0].update(used_by=["globex"]), ['service payments-api, used by: "globex" → ["globex"]']),
    (lambda s: s.update(webhooks=[{"id": "w", "party": "acme"}]), ["webhook w added: party acme"]),
    (lambda s: s["term"].update(later_key={"a": [1, True, None]}), ["term, later key added: a (1, true, nothing)"]),
    (lambda s: s["severity"]["floors"][0].update(at_least="S2"), ["severity, floor 1, at least: S1 → S2"]),
]  # fmt: skip
TWO_SIDED: list[tuple[Callable[[dict[str, Any]], object], list[str]]] = [
    (lambda s: s["default"][1].update(wait="PT20M"), ["rung 2 of ladder default, wait: 10 min → 20 min"]),
    (
        lambda s: s["default"][2].update(to={"team": "acme.mail"}),
        ["rung 3 of ladder default, to, team: acme.payments → acme.mail"],
    ),
    (lambda s: s["default"].pop(2), ["rung 3 of ladder default removed"]),
    (
        lambda s: s["default"][5]["only"].pop("outside"),
        ["rung 6 of ladder default, only, outside removed, was globex-office"],
    ),
    (
        lambda s: s["parties"]["globex"]["default"][0].update(to=["globex-ops", "globex-cio"]),
        ["rung 1 of ladder default of globex: now also pages globex-cio"],
    ),
    (
        lambda s: s["parties"]["globex"].update(S1=[{"when": "opened", "to": "globex-cio"}]),
        ["ladder S1 of globex added: (when opened, to globex-cio)"],
    ),
    (
        lambda s: s["parties"]["globex"]["exhausted"].update(repeat=3),
        ["how often unanswered ladders of globex begin again: 1 → 3"],
    ),
    (lambda s: s.pop("parties"), ["own ladders of globex removed"]),
    (
        lambda s: s["exhausted"].update(hand_to="acme-ops"),
        ["who is paged after unanswered ladders: provider.coo → acme-ops"],
    ),
    (lambda s: s.pop("exhausted"), ["rule for unanswered ladders removed"]),
    (lambda s: s["acknowledgement"]["expires_after"].update(S1="PT1H"), ["limit of acknowledgements, S1: 2 h → 1 h"]),
    (lambda s: s.pop("acknowledgement"), ["limit of acknowledgements removed"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CHANGES, ids=[words[0] for _, words in CHANGES])
def test_a_change_is_told_in_the_terms_of_the_contract(
    change: Callable[[dict[str, Any]], object], words: list[str]
) -> None:
    """Nothing else is told beside it."""
    assert told(change) == words


@pytest.mark.parametrize(("change", "words"), TWO_SIDED, ids=[words[0] for _, words in TWO_SIDED])
def test_a_change_of_ladders_says_whose_they_are(change: Callable[[dict[str, Any]], object], words: list[str]) -> None:
    """Of two rungs that hang on the same, each is told by its place."""
    assert told(lambda spec: change(spec["ladders"]), "two-sided") == words


def test_a_change_inside_a_layer_names_the_layer() -> None:
    """What it says there is told as it would be in the agreement."""

    def change(spec: dict[str, Any]) -> None:
        spec["layers"][0]["spec"]["targets"]["resolve"]["within"]["S1"] = "PT1H"

    assert told(change, "multi-level") == ["layer payments: resolve, S1: 2 h → 1 h"]


def test_a_difference_carries_its_place_and_its_values() -> None:
    """By names where items of lists have them, so that a program need not read the words."""
    after = example()
    after["spec"]["contacts"][1]["role"] = "manager"
    after["metadata"]["version"] = 4
    found = [(each.path, each.section, each.before, each.after) for each in differences(example(), after)]
    assert found == [
        ("metadata.version", "metadata", 3, 4),
        ("spec.contacts.acme-sm.role", "contacts", "service_manager", "manager"),
    ]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 0.5, "", "1", "true", "PT1H", "PT60M", "P1D", "a b", "nothing", "none", "S1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "when", "reason", "to", "within", "ladders", "S1"]), inner, max_size=3)
    ),
    max_leaves=8,
)
SECTIONS = st.sampled_from(["targets", "parties", "ladders", "calendars", "layers", "pauses", "anything"])
DOCUMENTS = st.fixed_dictionaries({"metadata": VALUES, "spec": st.dictionaries(SECTIONS, VALUES, max_size=3)})


@settings(max_examples=400)
@given(DOCUMENTS, DOCUMENTS)
def test_documents_differ_if_words_tell_so(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever they hold: the same digest has no difference, another has words for it."""
    found = differences(before, after)
    assert bool(found) == (rfc8785.dumps(before) != rfc8785.dumps(after))
    assert all(each.words.strip() for each in found)


@settings(max_examples=200)
@given(st.data())
def test_no_change_of_a_real_agreement_is_silent(data: st.DataObject) -> None:
    """One value anywhere in it, replaced by another or taken away."""
    before = example()
    after = deepcopy(before)
    here: Any = after
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        if not here[key] or not isinstance(here[key], dict | list) or data.draw(st.booleans()):
            break
        here = here[key]
    if data.draw(st.booleans()):
        del here[key]
    else:
        here[key] = data.draw(VALUES)
    same = rfc8785.dumps(before) == rfc8785.dumps(after)
    assert (differences(before, after) == []) == same


def test_words_that_would_say_the_same_are_told_as_written() -> None:
    """One hour is one hour; the number 1 and the text "1" are told apart."""
    [found] = differences({"metadata": {"title": 1}}, {"metadata": {"title": "1"}})
    assert found.words == f"metadata, title: 1 → {json.dumps('1')}"
