"""Placeholders in what is sent to a provider: {to}, {to_digits}, {text}, {text_xml}, {delivery}. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NUMBER = frozenset({"to", "to_digits"})
TEXT = frozenset({"text", "text_xml"})
KNOWN = NUMBER | TEXT | {"delivery"}

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}", re.ASCII)


class Filled(NamedTuple):
    """What is sent: a body, and what it is."""

    content: bytes
    media_type: str


def values_for(to: str, text: str, delivery: str) -> dict[str, str]:
    """Give what placeholders stand for. `to_digits` is the number without its +; `text_xml` can stand in XML."""
    return {
        "to": to,
        "to_digits": to.removeprefix("+"),
        "text": text,
        "text_xml": escape(text, {'"': "&quot;", "'": "&apos;"}),
        "delivery": delivery,
    }


def placeholders(value: object) -> Iterator[str]:
    """Give the placeholders in a value, and in all that it holds."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from placeholders(item)
    elif isinstance(value, list):
        for item in value:
            yield from placeholders(item)


def as_json(fields: Mapping[str, object], values: Mapping[str, str]) -> Filled:
    """Fill a JSON body."""
    return Filled(json.dumps(_filled(fields, values), ensure_ascii=False).encode(), "application/json")


def as_form(fields: Mapping[str, object], values: Mapping[str, str]) -> Filled:
    """Fill a form (WHATWG URL, section 5): what is no text is written as JSON writes it."""
    found = {name: _filled(value, values) for name, value in fields.items()}
    written = {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}
    return Filled(urlencode(written).encode("ascii"), "application/x-www-form-urlencoded")


def _filled(value: object, values: Mapping[str, str]) -> object:
    """Fill a value. What takes a placeholder's place is not looked through for others."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], value)
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value
