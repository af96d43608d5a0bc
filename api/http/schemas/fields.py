"""Fields that are particular about what they take: text, names, references, instants, whole numbers.

Text holds no control characters but line feeds and tabs, and is not blank. Names are what an agreement may call
something. Instants are RFC 3339 with an offset, of the years 1970 to 9999 in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from api.http.access import PARTNERSHIP, REFERENCE
from incidents.ledger.leaf import instant
from incidents.ledger.sealing import ERASED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE_INSTANT = "2026-05-04T09:30:00+02:00"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")
_LINES = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]*")
MAX_TITLE = 200
MAX_TEXT = 10_000


class Body(Schema):
    """The base of every body: a field that is not known is a mistake, not a wish to be ignored."""

    class Meta:
        """Schema options."""

        unknown = RAISE

    error_messages = {
        "unknown": "There is no such field here. Remove it.",
        "type": "Send a JSON object.",
    }


class Text(fields.String):
    """Words that a person wrote."""

    default_error_messages = {
        "required": "Say something here.",
        "null": "Say something here, or leave it out.",
        "invalid": "Send text.",
        "blank": "It is blank. Say something here.",
        "control": "It holds a control character. Line feeds and tabs are all that is taken; in a title not even they.",
    }

    def __init__(self, most: int = MAX_TEXT, *, lines: bool = True, **options: Any) -> None:
        """Take at most `most` characters, and line breaks only with `lines`."""
        super().__init__(validate=validate.Length(1, most, error="Use 1 to {max} characters."), **options)
        self._allowed = _LINES if lines else _LINE

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if text and not text.strip():
            raise self.make_error("blank")
        if not self._allowed.fullmatch(text):
            raise self.make_error("control")
        return text

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        """Write it; null once it has been erased."""
        return None if value is ERASED else super()._serialize(value, attr, obj, **kwargs)


class Word(fields.String):
    """A string of a certain form."""

    default_error_messages = {
        "required": "Give it.",
        "null": "Give it, or leave it out.",
        "invalid": "Send text.",
    }

    def __init__(self, pattern: str, right: str, **options: Any) -> None:
        """Take what matches the pattern; `right` tells people what that is."""
        told = {"description": right} | options.pop("metadata", {})
        super().__init__(validate=_Whole(pattern, error=right), metadata=told, **options)


class _Whole(validate.Regexp):
    """A pattern that a value must match to its end: `$` alone would let a line feed pass."""

    def __call__(self, value: Any) -> Any:
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


def name(**options: Any) -> Word:
    """Give a field for what an agreement names: a service, a severity, a reason."""
    return Word(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        "Send a name from the agreement: letters, digits, '-', '_' and '.', at most 64.",
        **options,
    )


def partnership(**options: Any) -> Word:
    """Give a field for the id of a partnership."""
    return Word(
        PARTNERSHIP,
        "Send the partnership's id: small letters, digits and '-', at most 63, such as acme-globex.",
        **options,
    )


def reference(**options: Any) -> Word:
    """Give a field for an incident, by id or number."""
    return Word(REFERENCE, "Send an incident's id, or its number such as INC-1042.", **options)


def cursor() -> Word:
    """Give a field for where a list goes on (see api/http/cursors.py)."""
    return Word(
        "^[A-Za-z0-9_-]{1,2048}$",
        "Send the `next_cursor` of the page before, as it was.",
        metadata={"description": "Where to go on: the `next_cursor` of the page before."},
    )


def assignee(**options: Any) -> Word:
    """Give a field for whoever has a role: by an id, for names and addresses would stay in the record for ever."""
    return Word(
        r"^[A-Za-z0-9][A-Za-z0-9:_.-]{0,127}$",
        "Send an id, not a name or address: letters, digits, ':', '_', '.' and '-', at most 128, such as user:4711.",
        **options,
    )


class WholeNumber(fields.Integer):
    """A number from `least` to `most`, written as a number; a truth value is none."""

    default_error_messages = {
        "required": "Give it.",
        "null": "Give it, or leave it out.",
        "invalid": "Send a whole number.",
    }

    def __init__(self, least: int, most: int, **options: Any) -> None:
        """Take the bounds, both included."""
        right = "Send a whole number from {min} to {max}."
        super().__init__(strict=True, validate=validate.Range(least, most, error=right), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        found = super()._deserialize(value, attr, data, **kwargs)
        if found is None:
            raise self.make_error("invalid")
        return found


class QueryNumber(WholeNumber):
    """A whole number in a query string, where all is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not (isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value, re.ASCII)):
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Instant(fields.DateTime):
    """An instant: read with any offset, written in UTC to the microsecond."""

    default_error_messages = {
        "required": "Give it.",
        "null": "Leave it out for now.",
        "invalid": f"Send date, time and offset (RFC 3339), such as {EXAMPLE_INSTANT}, of the years 1970 to 9999.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:  # noqa: ARG002 - marshmallow's signature
        if not (isinstance(value, str) and _INSTANT.fullmatch(value)):
            raise self.make_error("invalid")
        try:
            found = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None
        if found < EARLIEST:
            raise self.make_error("invalid")
        return found

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002 - marshmallow's signature
        return None if value is None else instant(value)


class Visibility(fields.Raw):
    """For whose eyes: `shared`, `internal` (one's own party), or a list of parties."""

    WORDS = ("shared", "internal")
    MOST = 20

    def __init__(self, **options: Any) -> None:
        """Document it."""
        words = {"type": "string", "enum": list(self.WORDS)}
        parties = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": self.MOST}
        told = {"description": "Who may see it: `shared`, `internal` (your own party), or a list of parties."}
        super().__init__(metadata={**told, "oneOf": [words, parties]}, **options)
        self._parties = fields.List(name(), validate=validate.Length(1, self.MOST))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if value in self.WORDS:
            return value
        try:
            return self._parties.deserialize(value, attr, data, **kwargs)
        except ValidationError:
            raise ValidationError("Send `shared`, `internal`, or a list of 1 to 20 parties.") from None


class Words(fields.Field[list[str]]):
    """Some words of a query string, with commas between them."""

    default_error_messages = {
        "invalid": "Send words of small letters, digits, '_' and '.', with commas between them.",
        "unknown": "Use some of: {known}.",
    }
    _WORD = "[A-Za-z0-9_.:-]{1,64}"
    _MOST = 50

    def __init__(self, known: Sequence[str] = (), **options: Any) -> None:
        """Take the words that there are; none: any."""
        word = f"({'|'.join(map(re.escape, known))})" if known else self._WORD
        shape = {"type": "string", "pattern": f"^{word}(,{word}){{0,{self._MOST - 1}}}$"}
        told = shape | options.pop("metadata", {})
        super().__init__(metadata=told, **options)
        self._known = frozenset(known)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:  # noqa: ARG002 - marshmallow's signature
        words = value.split(",") if isinstance(value, str) else []
        if not 0 < len(words) <= self._MOST or not all(re.fullmatch(self._WORD, word, re.ASCII) for word in words):
            raise self.make_error("invalid")
        if self._known and not self._known >= set(words):
            raise self.make_error("unknown", known=", ".join(sorted(self._known)))
        return list(dict.fromkeys(words))
