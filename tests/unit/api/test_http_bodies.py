"""Garbage into the readers of bodies, fields and headers: each value is taken as meant, or refused by name."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from api.http.bodies import MAX_DEPTH, parse_json
from api.http.preconditions import NEVER, etag, expected_revision
from api.http.refusals import InvalidHeader, Malformed
from api.http.schemas.fields import EARLIEST, Instant, QueryNumber, Text, WholeNumber, assignee, name, reference
from incidents.ledger.leaf import instant
from incidents.ledger.sealing import ERASED

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Everything(Schema):
    """One field of each kind."""

    text = Text()
    title = Text(200, lines=False)
    name = name()
    reference = reference()
    assignee = assignee()
    number = WholeNumber(0, 100)
    query = QueryNumber(0, 100)
    at = Instant()


def load(**fields: object) -> dict[str, Any]:
    """Load one body."""
    found: dict[str, Any] = Everything().load(fields)
    return found


def refused(**fields: object) -> bool:
    """Say whether a body is refused, naming just those fields."""
    with pytest.raises(ValidationError) as caught:
        load(**fields)
    return named(caught.value) == set(fields)


def named(error: ValidationError) -> set[str]:
    """Give the fields that an error names."""
    return set(cast("dict[str, object]", error.messages))


@given(json_values)
def test_json_is_read_as_it_was_written(value: object) -> None:
    """Whatever JSON can say comes back the same."""
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_bytes_are_json_or_malformed(raw: bytes) -> None:
    """No bytes lead to anything but a value or Malformed."""
    with contextlib.suppress(Malformed):
        json.dumps(parse_json(raw), ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'{"a": 1, "a": 1}',
        b'[{"a": {"b": 1, "b": 2}}]',
        b"NaN",
        b"[-Infinity]",
        b"1e400",
        b'"\\udc00"',
        b'{"\\ud800": 1}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"1" * 5000,
        b"{} {}",
        b"'a'",
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[" * 200_000 + b"]" * 200_000,
    ],
)
def test_what_readers_would_disagree_on_is_malformed(raw: bytes) -> None:
    """Doubled names, NaN, lone surrogates, other encodings, endless nesting."""
    with pytest.raises(Malformed):
        parse_json(raw)


def test_json_may_be_nested_to_the_limit() -> None:
    """The deepest that is taken."""
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@given(st.sampled_from(sorted(Everything().fields)), json_values | st.text())
def test_a_field_takes_a_value_or_names_itself(field: str, value: object) -> None:
    """No value leads to anything but the value in its own form, or one message under the field's name."""
    try:
        taken, wrong = load(**{field: value})[field], set[str]()
    except ValidationError as error:
        taken, wrong = None, named(error)
    kind = {"at": datetime, "number": int, "query": int}.get(field, str)
    assert wrong == ({field} if taken is None else set())
    assert taken is None or isinstance(taken, kind)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "a\0", "a\x1b[2J", "a\x7f", "a\x85", "a\r\n", "\ud800", "x" * 10_001]
)
def test_text_that_is_refused(text: str) -> None:
    """Nothing, blanks, control characters, halves of surrogate pairs, too much."""
    assert refused(text=text)


@pytest.mark.parametrize("text", ["a", "Zeile\nund\tTab", "日本語 🚨", "x" * 10_000])
def test_text_that_is_taken_as_it_is(text: str) -> None:
    """Words of any language, with line feeds and tabs, come back unchanged."""
    assert load(text=text) == {"text": text}


@pytest.mark.parametrize("title", ["a\nb", "a\tb", "a\u2028b", "x" * 201])
def test_a_title_is_one_line(title: str) -> None:
    """No line breaks of any kind."""
    assert refused(title=title)


@pytest.mark.parametrize("value", ["", "a\n", "\u0661", "a b", "-a", "a" * 65, "ä"])
def test_a_name_is_plain(value: str) -> None:
    """Not even a line feed at its end passes."""
    assert refused(name=value)


@pytest.mark.parametrize("value", ["jane@example.com", "Jane Doe", "", "user:1\n", ":x", "x" * 129])
def test_an_assignee_is_an_id(value: str) -> None:
    """What would name a person in the record for ever is refused."""
    assert refused(assignee=value)


@pytest.mark.parametrize("value", ["INC-", "INC-01", "1001", "INC-1001\n", "0" * 31, "0" * 33, "G" * 32])
def test_a_reference_is_an_id_or_a_number(value: str) -> None:
    """Anything else is refused before it reaches the database."""
    assert refused(reference=value)


@pytest.mark.parametrize("value", [True, False, "5", 5.5, -1, 101, 10**400, [5], {}])
def test_a_whole_number_is_written_as_one(value: object) -> None:
    """Truth values, text, fractions and what is out of bounds are refused."""
    assert refused(number=value)


@pytest.mark.parametrize("value", ["", "x", "1.0", " 1", "1e1", "101", "-1", "9" * 5000, "\u0665"])
def test_a_number_in_a_query_has_digits_only(value: str) -> None:
    """ASCII digits, within the bounds."""
    assert refused(query=value)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001 - the zone comes on top
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_an_instant_means_the_same_with_any_offset(local: datetime, minutes: int) -> None:
    """It is the same instant, in UTC, and is written back as that."""
    at = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    loaded = load(at=at.isoformat())["at"]
    assert loaded == at
    assert loaded.tzinfo is UTC
    assert Everything().dump({"at": loaded}) == {"at": instant(at)}


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T12:00:00",
        "2026-03-02 12:00:00Z",
        "2026-03-02",
        "20260302T120000Z",
        "2026-W10-1T00:00:00Z",
        "2026-03-02T12:00Z",
        "2026-03-02T24:00:01Z",
        "2026-02-29T12:00:00Z",
        "2026-03-02T12:00:00+24:00",
        "2026-03-02T12:00:00Z\n",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "1970-01-01T00:00:00+00:01",
        "\u0662026-03-02T12:00:00Z",
    ],
)
def test_what_is_no_instant_of_our_time_is_refused(value: str) -> None:
    """Without offset, in other forms, impossible, or outside the years that can be converted."""
    assert refused(at=value)


def test_the_first_instant_is_taken() -> None:
    """1970 in UTC is the bound, whatever the offset it is written with."""
    assert load(at="1969-12-31T23:00:00-01:00")["at"] == EARLIEST


def test_what_was_erased_is_written_as_null() -> None:
    """A reader sees that nothing is left, not a word in its place."""
    assert Everything().dump({"text": ERASED, "title": "kept"}) == {"text": None, "title": "kept"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
def test_any_if_match_is_understood_or_refused_by_name(header: str) -> None:
    """`*` is any, a strong revision itself, other tags match nothing; and the rest names the header."""
    with Flask("x").test_request_context(headers={"If-Match": header}):
        try:
            found, wrong = expected_revision(lambda: 7), None
        except InvalidHeader as error:
            found, wrong = NEVER, error.errors[0]["field"]
    assert wrong in {None, "If-Match"}
    assert (found is None) == (header.strip() == "*")
    assert found in {None, NEVER} or etag(found) in header
