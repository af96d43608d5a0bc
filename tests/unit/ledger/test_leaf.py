from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import ValueTooLarge
from incidents.ledger.leaf import MAX_LEAF_BYTES, Disclosure, Envelope, Json, canonical, instant, leaf_bytes, plain

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def envelope(actor: str = "engine") -> Envelope:
    """An envelope whose leaf is as long as its actor makes it."""
    return Envelope("1f", "acme-globex/incident/2e", 3, "incident.noted.v1", AT, AT, actor, "4d")


def test_a_leaf_may_have_65535_bytes_and_not_one_more() -> None:
    """C2SP tiles write the length in 16 bits."""
    room = MAX_LEAF_BYTES - len(leaf_bytes(envelope(""), []))
    assert len(leaf_bytes(envelope("x" * room), [])) == 65_535
    with pytest.raises(ValueTooLarge):
        leaf_bytes(envelope("x" * (room + 1)), [])


def test_a_digest_says_nothing_without_its_salt() -> None:
    """The same value under two salts has two digests."""
    assert Disclosure("a", "flag", value=True).digest() != Disclosure("b", "flag", value=True).digest()


def test_digests_stand_in_their_own_order() -> None:
    """The order of fields gives nothing away."""
    disclosures = [Disclosure(str(number), "name", number) for number in range(9)]
    digests = json.loads(leaf_bytes(envelope(), disclosures))["data"]["_sd"]
    assert digests == sorted(each.digest() for each in disclosures)
    assert leaf_bytes(envelope(), disclosures) == leaf_bytes(envelope(), disclosures[::-1])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**53), "-9007199254740992"),
        (datetime(2026, 3, 2, 13, 0, tzinfo=timezone(timedelta(hours=1))), "2026-03-02T12:00:00.000000Z"),
        (("a", [None, {"b": True}]), ["a", [None, {"b": True}]]),
    ],
)
def test_values_are_written_so_that_every_reader_reads_the_same(value: object, written: object) -> None:
    """Numbers that others would round, and instants, are text."""
    assert plain(value) == written


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"bytes", timedelta(1)])
def test_what_readers_could_read_differently_is_refused(value: object) -> None:
    """Floats are not the same everywhere."""
    with pytest.raises(TypeError, match="a fact cannot hold a"):
        plain(value)


def test_an_instant_without_a_zone_is_refused() -> None:
    """Nobody could say when that was."""
    with pytest.raises(ValueError, match="needs a time zone"):
        instant(AT.replace(tzinfo=None))


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
)


@given(PLAIN)
def test_canonical_json_is_that_of_rfc_8785(value: Json) -> None:
    """Whatever a leaf or a disclosure holds, another implementation of the RFC writes the same bytes."""
    assert canonical(plain(value)) == rfc8785.dumps(value)


def test_a_key_outside_ascii_is_refused() -> None:
    """RFC 8785 orders keys by UTF-16 units, which only for ASCII is every language's order."""
    with pytest.raises(TypeError):
        plain({"ß": 1})
