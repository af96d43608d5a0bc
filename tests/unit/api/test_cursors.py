"""Cursors: what is sealed comes back to its reader in its list, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.cursors import opened, sealed
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from incidents.ledger.leaf import Json

SECRET = bytes(range(32))
ACTOR = "key:ab12"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


def _sealed(payload: Json = 7, kind: str = "incidents", actor: str = ACTOR, secret: bytes = SECRET) -> str:
    return sealed(kind, payload, actor=actor, secret=secret)


def _opened(cursor: str, kind: str = "incidents", actor: str = ACTOR, secret: bytes = SECRET) -> Json:
    return opened(kind, cursor, actor=actor, secret=secret)


@given(payloads)
def test_what_is_sealed_comes_back(payload: Json) -> None:
    """Any JSON makes the way there and back."""
    assert _opened(_sealed(payload)) == payload


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    """Whichever character is replaced, taken away or added, by whatever: nothing opens."""
    cursor = _sealed()
    place = data.draw(st.integers(0, len(cursor) - 1))
    put = data.draw(st.sampled_from(ALPHABET) | st.just("") | st.text(max_size=3))
    cut = data.draw(st.integers(0, 1))
    changed = cursor[:place] + put + cursor[place + cut :]
    if changed != cursor:
        with pytest.raises(InvalidField) as refused:
            _opened(changed)
        assert refused.value.field == "cursor"


@given(st.text())
def test_garbage_is_refused(garbage: str) -> None:
    """What was never a cursor is refused by name."""
    with pytest.raises(InvalidField):
        _opened(garbage)


@pytest.mark.parametrize(
    "other", [{"kind": "search"}, {"actor": "key:cd34"}, {"secret": bytes(32)}, {"kind": "incidents", "actor": ""}]
)
def test_a_cursor_is_good_for_its_own_list_reader_and_installation(other: dict[str, str]) -> None:
    """Another list, another reader or another installation cannot open it."""
    with pytest.raises(InvalidField):
        _opened(_sealed(), **other)  # type: ignore[arg-type] # each case has one field of another type


def test_kind_and_actor_do_not_run_together() -> None:
    """No list and reader share a key with others that are spelled alike when joined."""
    with pytest.raises(InvalidField):
        _opened(_sealed(kind="ab", actor="c"), kind="a", actor="bc")


@given(st.integers(0, 10**17), st.integers(0, 10**17))
def test_its_length_tells_nothing(one: int, other: int) -> None:
    """Cursors into the beginning and the end of a list look alike, and the same one never twice."""
    assert len(_sealed(one)) == len(_sealed(other))
    assert _sealed(one) != _sealed(one)
