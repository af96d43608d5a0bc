"""Snippets: the part of a text around what was searched for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.snippet import AFTER, BEFORE, snippet

LONG = f"{'before ' * 40}The Gateway times out. {'after ' * 60}"


def test_a_short_text_is_shown_whole() -> None:
    """With its line breaks made spaces, and nothing in it taken for markup."""
    assert snippet("Fails\nsince <b>nine</b>.", "nine") == "Fails since <b>nine</b>."


def test_a_long_text_is_cut_around_the_first_match() -> None:
    """Whole words on both sides, and a sign where something is left out."""
    shown = snippet(LONG, "timeouts or gateway")
    assert "The Gateway times out." in shown
    assert shown.startswith("…before ")
    assert shown.endswith("after…")


@pytest.mark.parametrize("query", ["-gateway nothing", '-"the gateway"', "or", '"', "zebra"])
def test_without_a_match_the_beginning_is_shown(query: str) -> None:
    """What is excluded is no match, and neither is the word between alternatives."""
    assert snippet(f"{LONG} or", query).startswith("before before")


@given(st.text(), st.text())
def test_a_snippet_is_part_of_its_text(text: str, query: str) -> None:
    """Of any text and query; never longer than it may be."""
    shown = snippet(text, query)
    assert shown.strip("…") in " ".join(text.split()) or "…" in text
    assert len(shown) <= BEFORE + AFTER + 2


@given(st.text(alphabet="ab ", min_size=300, max_size=600), st.integers(0, 250))
def test_the_match_is_in_the_snippet(filler: str, place: int) -> None:
    """Wherever it stands."""
    assert "zebra" in snippet(f"{filler[:place]} zebra {filler[place:]}", "Zebra")
