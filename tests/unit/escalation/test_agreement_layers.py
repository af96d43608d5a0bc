"""Layers of an agreement: what they make of it for each service, and where their mistakes are told."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import Agreement, check_document, parse, read
from escalation.agreement.layers.effective import holding
from escalation.agreement.layers.merging import merged

TEXT = (Path(__file__).parents[3] / "examples/agreements/multi-level.yaml").read_text(encoding="utf-8")
HOUR = 3600


def agreed(text: str = TEXT) -> Agreement:
    """The agreement of a text without mistakes."""
    agreement, mistakes = read(text)
    assert mistakes == []
    assert agreement is not None
    return agreement


def laid(base: dict[str, Any], *layers: dict[str, Any]) -> dict[str, Any]:
    """The targets that three nested levels of layers make of others, for a service that all of them reach."""
    levels = [{"id": f"l{index}", "level": "corporate", "spec": {"targets": each}} for index, each in enumerate(layers)]
    return {"spec": {"targets": base, "services": [{"id": "a", "used_by": "x"}], "layers": levels}}


def test_the_first_layer_that_speaks_wins() -> None:
    """A service's own terms go before its client's, and those before the house's; what none says is the base's."""
    payments, reporting, archive = (agreed().for_service(name) for name in ("payments-api", "reporting", "archive"))
    assert [each.targets["resolve"].within for each in (payments, reporting, archive)] == [
        {"S1": 2 * HOUR, "S2": 40 * HOUR},
        {"S1": 8 * HOUR, "S2": 40 * HOUR},
        {"S1": 16 * HOUR, "S2": 40 * HOUR},
    ]
    assert [each.targets["acknowledge"].calendar["S1"] for each in (payments, reporting)] == ["always", "office"]
    assert payments.targets["resolve"].pausable == frozenset()
    assert payments.ladder_for("S1")[0] == "S1"
    assert reporting.ladder_for("S1")[0] == "default"
    assert {each.clock_rules.warn_at for each in (payments, reporting, archive)} == {(50, 75, 90)}


def test_each_value_of_a_layer_knows_where_it_came_from() -> None:
    """Origins name the layer by the value's path; the base's values are not there, and nor is what was said over."""
    origins = agreed().for_service("payments-api").origins
    assert origins["spec.targets.resolve.within.S1"] == "payments"
    assert origins["spec.targets.resolve.calendar.S1"] == "globex-gold"
    assert origins["spec.clock_rules.warn_at"] == "group-policy"
    assert "spec.targets.resolve.within.S2" not in origins
    assert set(agreed().for_service("archive").origins.values()) == {"group-policy"}


def test_the_base_stays_as_it_is() -> None:
    """It is what holds for a service that no layer reaches; digest and document are the whole agreement's."""
    whole = agreed()
    text = TEXT[: TEXT.index("  layers:")]
    alone = agreed(text)
    assert whole.targets == alone.targets
    assert whole.for_service("payments-api").document is whole.document
    assert whole.for_service("payments-api").digest == whole.digest != alone.digest
    assert alone.for_service("payments-api") is alone


@pytest.mark.parametrize(
    ("base", "layers", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, [{"a": {"b": 3}}], {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, [{"a": [3]}], {"a": [3]}),
        ({"a": {"b": 1}}, [{"a": 2}], {"a": 2}),
        ({"a": 1}, [{"a": {"b": 2}}], {"a": {"b": 2}}),
        ({"a": 1, "b": 2}, [{"a": None}], {"b": 2}),
        ({"a": {"b": 1}}, [{"a": {"b": None}}], {"a": {}}),
        ({}, [{"a": {"b": None}}], {"a": {}}),
        ({"a": {"within": {"S1": 1}}}, [{"a": {"within": {"S1": None}}}], {"a": {"within": {"S1": None}}}),
        ({"a": 1}, [{"a": 2}, {"a": 3}], {"a": 2}),
        ({"a": 1}, [{"b": 2}, {"a": None}], {"b": 2}),
        ({"a": 1}, [{"a": 2}, {"a": None}], {"a": 2}),
        ({"a": 1}, [{"a": None}, {"a": 2}], {}),
        ({"a": {"b": 1, "c": 1}}, [{"a": {"b": 2}}, {"a": None}], {"a": {"b": 2}}),
    ],
)
def test_layers_are_merged_key_by_key(
    base: dict[str, Any], layers: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    """Lists and single values are replaced whole; null removes, but says of a severity that it has no such clock."""
    assert merged(laid(base, *layers), "a").document["spec"]["targets"] == expected


def test_origins_forget_what_was_said_over() -> None:
    """Of two layers that say the same value, the first is its origin; what it removed came from nowhere."""
    found = merged(laid({"a": {"b": 0}, "c": 0}, {"a": {"b": 1}, "c": None}, {"a": {"b": 2, "d": 2}, "c": 2}), "a")
    at = ("spec", "targets")
    assert found.origins == {(*at, "a", "b"): "l0", (*at, "a", "d"): "l1"}
    assert found.removed == {(*at, "c"): "l0"}


def test_what_holds_is_told_value_by_value() -> None:
    """Rungs are told one by one with the layer of their ladder; what a layer removed is told as removed."""
    document: Any = agreed(TEXT.replace("pausable: false}", "pausable: null}")).document
    found = {".".join(map(str, each.path)): each for each in holding(document, "payments-api")}
    assert found["spec.targets.resolve.within.S1"][1:] == ("PT2H", "payments", False)
    assert found["spec.targets.resolve.within.S2"][1:] == ("PT40H", None, False)
    assert found["spec.ladders.S1.1"].origin == "payments"
    assert found["spec.ladders.default.0"].origin is None
    assert found["spec.pauses.waiting_on_client"].origin == "group-policy"
    assert found["spec.targets.resolve.pausable"][1:] == (None, "payments", True)


RENAMED = ("          - {reason: waiting_on_client, max_each", "          - {reason: other, max_each")
MISTAKES = [
    ("id: globex-gold\n", "id: payments\n", "1.id", "declared twice", "its own id"),
    ("level: service\n", "level: servcie\n", "0.level", "'servcie'", "did you mean 'service'?"),
    ("[payments-api]\n", "[payment-api]\n", "0.services.0", "no service", "did you mean 'payments-api'?"),
    ("[payments-api]\n", "[]\n", "0.services", "an empty list", "at least one service"),
    ("services: [payments-api]\n", "parties: [globex]\n", "0.services", "missing", "add `services`"),
    ("[globex]\n", "[acme]\n", "1", "this layer reaches no service", "a party that uses one"),
    ("level: corporate\n", "level: corporate\n      parties: [globex]\n", "2.parties", "names no parties", "remove it"),
    ("S1: PT10M}", "S1: P1D}", "0.spec.targets.acknowledge.within.S1", "not a usable duration", "PT24H"),
    ("S1: PT10M}", "S9: PT10M}", "0.spec.targets.acknowledge.within.S9", "no severity 'S9'", "declared: S1, S2"),
    ("S1: PT10M}", "S1: &a PT10M}", "0.spec.targets.acknowledge.within.S1", "anchor", "remove it"),
    ("PT2H}, p", "PT2H}, calendar: nix, p", "0.spec.targets.resolve.calendar", "no calendar 'nix'", "office"),
    (
        "to: acme-payments,",
        "to: acme-payment,",
        "0.spec.ladders.S1.1.to",
        "no contact",
        "did you mean 'acme-payments'?",
    ),
    ("resolve, at: 50%", "reslove, at: 50%", "0.spec.ladders.S1.1.when.clock", "no target", "did you mean 'resolve'?"),
    ("[50%, 75%, 90%]", "[75%, 50%, 90%]", "2.spec.clock_rules.warn_at.1", "50%", ""),
    (
        "clock_rules: {",
        "tolerance: {per_period: [], ",
        "2.spec.tolerance.per_period",
        "over all services",
        "own tolerance",
    ),
    (*RENAMED, "2.spec", "with this layer, spec.targets.resolve.pausable.0: no reason to pause", "declared: other"),
    ("        clock_rules: {", "        severity: {", "2.spec.severity", "unknown key", "known here: targets"),
]


@pytest.mark.parametrize(("old", "new", "field", "wrong", "right"), MISTAKES)
def test_a_mistake_is_told_at_its_layer(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """With the line of the file, once, however many services the layer reaches."""
    layers = TEXT.index("  layers:")
    at = TEXT.index(old, layers)
    agreement, mistakes = read(TEXT[:at] + TEXT[at:].replace(old, new, 1))
    assert agreement is None
    found = [each for each in mistakes if each.field == f"spec.layers.{field}"]
    assert len(found) == 1, mistakes
    assert wrong in found[0].wrong
    assert right in found[0].right
    assert found[0].line is not None
    assert abs(found[0].line - (TEXT.count("\n", 0, at) + 1)) <= 3


def test_a_mistake_of_the_base_is_told_once() -> None:
    """Every service reads it again, with its layers; it stays one mistake."""
    _, mistakes = read(TEXT.replace("S2: PT40H}, calendar: office", "S2: PT40}, calendar: office", 1))
    assert [each.field for each in mistakes] == ["spec.targets.resolve.within.S2"]


def test_what_a_layer_takes_away_is_missed_where_it_is_needed() -> None:
    """The mistake stands at the null, not at the base, which is right by itself."""
    _, mistakes = read(TEXT.replace("pausable: false}", "calendar: null}"))
    [found] = [each for each in mistakes if "calendar" in each.field]
    assert found.field == "spec.layers.0.spec.targets.resolve.calendar"


def test_too_many_layers_are_refused() -> None:
    """Each combination of them costs the reading of a whole agreement."""
    layers = "".join(f"    - {{id: l{n}, level: corporate, spec: {{clock_rules: {{}}}}}}\n" for n in range(21))
    _, mistakes = read(f"{TEXT[: TEXT.index('  layers:')]}  layers:\n{layers}")
    assert [(each.field, each.wrong) for each in mistakes] == [("spec.layers", "21 layers")]


ODD = st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "S1", "any", "PT1H", "P1D", "payments-api"])
ODDER = (
    ODD | st.lists(ODD, max_size=2) | st.dictionaries(st.sampled_from(["id", "spec", "S1", "within"]), ODD, max_size=2)
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_layer_says_is_read(data: st.DataObject) -> None:
    """Any value in the layers may be anything: there is an agreement or a mistake, and every mistake has words."""
    document = deepcopy(agreed().document)
    here: Any = cast("dict[str, Any]", document["spec"])["layers"]
    while True:
        key = data.draw(st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here)))))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.booleans()):
            break
        here = here[key]
    here[key] = data.draw(ODDER)
    mistakes = check_document(document)
    assert all(each.wrong and each.right and each.field for each in mistakes)
    if not mistakes:
        assert {each.partnership for each in parse(document).by_service.values()} == {"acme-group"}
