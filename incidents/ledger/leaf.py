"""The leaf: the canonical bytes that are stored, hashed and proved; and the disclosures beside it.

A leaf is RFC 8785 canonical JSON of `{v, id, stream, version, type, at, recorded_at, actor, command, data}`.
`data` holds nothing but salted digests (RFC 9901, section 4.2: `_sd`), so that a value can be shown
to one reader and not to another, or be forgotten, while the leaf and every proof over it stay as they are.
Pure: salts come in from outside.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from incidents.errors import ValueTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LEAF_BYTES = 65_535
"""C2SP tlog-tiles stores an entry with a 16-bit length."""

SAFE_INTEGER = 2**53
"""From here on a number would lose digits in JSON readers of other languages (RFC 8785, section 3.2.2.3)."""

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Disclosure:
    """A value that a leaf commits to: its salt, its name, itself (RFC 9901, section 4.2.1)."""

    salt: str
    name: str
    value: Json

    def encoded(self) -> str:
        """Give the form whose digest stands in the leaf: base64url of the canonical JSON array."""
        return base64url(canonical([self.salt, self.name, self.value]))

    def digest(self) -> str:
        """Give base64url(SHA-256(encoded)) (RFC 9901, section 4.2.3)."""
        return base64url(hashlib.sha256(self.encoded().encode("ascii")).digest())


@dataclass(frozen=True)
class Envelope:
    """What a leaf says in clear: ids, the type's stable name, numbers and instants; nothing of people or content."""

    id: str
    stream: str
    version: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    command: str


def leaf_bytes(envelope: Envelope, disclosures: Iterable[Disclosure]) -> bytes:
    """Give the leaf's canonical bytes. ValueTooLarge above 65,535 bytes."""
    digests: list[Json] = [*sorted(disclosure.digest() for disclosure in disclosures)]
    leaf = canonical(
        {
            "v": 1,
            "id": envelope.id,
            "stream": envelope.stream,
            "version": envelope.version,
            "type": envelope.type,
            "at": instant(envelope.at),
            "recorded_at": instant(envelope.recorded_at),
            "actor": envelope.actor,
            "command": envelope.command,
            "data": {"_sd": digests},
        }
    )
    if len(leaf) > MAX_LEAF_BYTES:
        raise ValueTooLarge
    return leaf


def canonical(value: Json) -> bytes:
    """Give the canonical JSON of a fact's values or of a leaf (RFC 8785). TypeError for what UTF-8 cannot write.

    Of what `plain` lets through (no floats, keys in ASCII) orjson writes the very same bytes as the library for it, in
    a fraction of the time: a test compares them.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def plain(value: object) -> Json:
    """Turn a fact's value into the JSON that is disclosed: instants as text, large numbers as text, keys in ASCII.

    TypeError for anything else, floats among them: a leaf must mean the same to every reader.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -SAFE_INTEGER < value < SAFE_INTEGER else str(value)
        case datetime():
            return instant(value)
        case dict() if all(isinstance(key, str) and key.isascii() for key in value):
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            message = f"a fact cannot hold a {type(value).__name__}"
            raise TypeError(message)


def instant(at: datetime) -> str:
    """Write an instant the one way it is ever written: UTC, microseconds, Z. ValueError for a naive one."""
    if at.tzinfo is None:
        message = "an instant needs a time zone"
        raise ValueError(message)
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
