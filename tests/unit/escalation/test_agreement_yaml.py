"""Text that is not an agreement, from slips of the pen to malice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from escalation.agreement import check_document, read
from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.yaml_source import MAX_BYTES, UNREADABLE, load

TEXT = (Path(__file__).parents[3] / "examples/agreements/acme-globex.yaml").read_text(encoding="utf-8")


def first_mistake(text: str | bytes) -> str:
    """The first mistake of a text, as a line."""
    agreement, mistakes = read(text)
    assert agreement is None
    return str(mistakes[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a", "line 1: 'a' stands here"),
        ("- a", "a mapping"),
        ("a: b\n\tc: d", "line 2: this is not YAML"),
        ("a: 'b", "line 1: this is not YAML"),
        ("a: 1\n---\nb: 1", "line 2: a second document"),
        (b"a: 1\nb: \xff", "line 2: the file is not UTF-8"),
        ("a: 1\nb: \x00", "line 2: control character U+0000"),
        ('a: "\\x00"', "line 1: a: control character or line break U+0000"),
        ('a: "\\ud800"', "line 1: a: control character or line break U+D800"),
        ('a: "\\UFFFFFFFF"', "this is not YAML: a number or an escape"),
        ("%YAML 1." + "9" * 5000 + "\n--- a", "this is not YAML: a number or an escape"),
        ("a: " + "9" * 5000, "line 1: a: a number of more than 15 characters"),
        ("a: 1e999", "line 1: a: a number out of range"),
        ("1: a", "line 1: a key that is not text"),
        ("? [a]\n: b", "line 1: a key that is not text"),
        ("a: 1\na: 2", "line 2: a: this key stands here twice"),
        ("a: &x 1", "line 1: a: anchor &x"),
        ("a: *x", "line 1: a: alias *x"),
        ("a: !!python/object:os.system x", "line 1: a: tag "),
        ("[" * 50_000, "nested deeper than 32"),
        ("x" * (MAX_BYTES + 1), f"the file has {MAX_BYTES + 1} bytes"),
    ],
)
def test_broken_text(text: str | bytes, said: str) -> None:
    """Whatever is wrong with the text is said with its line."""
    findings = Findings()
    load(text, findings)
    assert said in first_mistake(text) or said in " ".join(map(str, read(text)[1]))


def test_aliases_cannot_multiply() -> None:
    """The billion laughs are refused where they begin, and never expanded."""
    bomb = "a: &a [x, x, x, x]\n" + "".join(
        f"{key}: &{key} [*{was}, *{was}]\n" for was, key in zip("abcdefg", "bcdefgh", strict=True)
    )
    findings = Findings()
    document = load(bomb, findings)
    assert isinstance(document, dict)
    assert all(value is UNREADABLE for value in document.values())


def test_scalars_resolve_as_in_yaml_1_2() -> None:
    """`on` and `no` are words, times of day and dates are text, and only plain numbers are numbers."""
    text = "{on: no, a: 09:00, b: 2026-01-01, c: 12, d: -1.5, e: true, f: ~, g: '1', h: 0x1f, i: .inf, j: }"
    words = {"on": "no", "a": "09:00", "b": "2026-01-01", "g": "1", "h": "0x1f", "i": ".inf"}
    others = {"c": 12, "d": -1.5, "e": True, "f": None, "j": None}
    assert load(text, Findings()) == words | others


def test_a_byte_order_mark_is_read_over() -> None:
    """Editors that write one make no mistake."""
    assert read(b"\xef\xbb\xbf" + TEXT.encode())[1] == []


def test_the_duplicate_key_is_reported_among_the_other_mistakes() -> None:
    """A slip in the YAML itself hides no mistake in what it says."""
    text = TEXT.replace("  title:", "  version: 4\n  title:").replace("PT15M", "15m")
    assert [mistake.field for mistake in read(text)[1]] == ["metadata.version", "spec.targets.acknowledge.within.S1"]


@given(st.one_of(st.text(), st.binary()))
@settings(max_examples=150)
@example("? \n- a")
@example("- - -\n- ? -")
def test_any_text_gives_mistakes_and_no_traceback(text: str | bytes) -> None:
    """Reading never raises: no random text is an agreement, and each says why."""
    agreement, mistakes = read(text)
    assert agreement is None
    assert mistakes


_PIECES = st.sampled_from(
    ["[", "]", "{", "}", ": ", "- ", "&a ", "*a", "!!x ", "\t", "\n", "'", '"', "|", "? ", "null", "1e9", "S1", "%"]
)


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 40), st.one_of(_PIECES, st.text(max_size=3)))
@settings(max_examples=150, deadline=None)
def test_a_broken_agreement_gives_mistakes_or_an_agreement(place: int, cut: int, piece: str) -> None:
    """An agreement with a random part cut out and another put in either still reads or has mistakes with lines."""
    agreement, mistakes = read(TEXT[:place] + piece + TEXT[place + cut :])
    assert (agreement is None) == bool(mistakes)
    assert all(mistake.line is None or mistake.line >= 1 for mistake in mistakes)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_PLACES = [
    ("metadata",), ("spec",), ("spec", "term"), ("spec", "parties"), ("spec", "contacts"), ("spec", "services"),
    ("spec", "calendars"), ("spec", "calendars", "always"), ("spec", "calendars", "always", "hours"),
    ("spec", "calendars", "berlin-office", "holidays"), ("spec", "severity"), ("spec", "severity", "scale"),
    ("spec", "severity", "matrix"), ("spec", "severity", "floors"), ("spec", "clock_rules"), ("spec", "targets"),
    ("spec", "targets", "resolve"), ("spec", "targets", "resolve", "within"), ("spec", "pauses"), ("spec", "ladders"),
    ("spec", "ladders", "S1"), ("spec", "ladders", "default"), ("spec", "webhooks"),
]  # fmt: skip


@given(st.sampled_from(_PLACES), _JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_in_any_place_is_checked_without_a_traceback(place: tuple[str, ...], value: object) -> None:
    """A document whose part is any JSON value is judged, never raised about."""
    document = load(TEXT, Findings())
    parent = document
    for key in place[:-1]:
        assert isinstance(parent, dict)
        parent = parent[key]
    assert isinstance(parent, dict)
    parent[place[-1]] = value
    assert all(mistake.line is None for mistake in check_document(document))


@pytest.mark.parametrize(
    "document", [None, 3, [], {1: 2}, {"a": (1,)}, {"a": float("nan")}, {"a": 2**60}, {"a\x00": 1}]
)
def test_what_is_no_json_document(document: object) -> None:
    """What has no canonical form is refused before its digest could be taken."""
    assert check_document(document)


def test_a_document_of_too_many_values() -> None:
    """A document larger than any agreement is not read to its end."""
    assert "too much to read" in str(check_document({"spec": {"parties": [0] * 15_000}})[0])
