"""JSON Schema in words: what a field is, and what limits it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.http.documentation.markdown import Span, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.http.documentation.document import Part

WORDS = {
    ("string", "date-time"): "instant",
    ("string", "date"): "date",
    ("string", "uuid"): "UUID",
    ("string", "uri"): "address (URI)",
    ("string", "email"): "email address",
    ("string", "binary"): "bytes",
    ("string", ""): "text",
    ("integer", ""): "whole number",
    ("number", ""): "number",
    ("boolean", ""): "true or false",
    ("object", ""): "object",
    ("null", ""): "null",
}


@dataclass(frozen=True)
class Shape:
    """What a value is: words, then the name of a schema if it has one."""

    words: str
    schema: str = ""


@dataclass(frozen=True)
class Field:
    """A field or parameter, as a row of a table."""

    name: str
    shape: Shape
    required: bool
    meaning: list[list[Span]]
    place: str = ""


def shape_of(schema: Part) -> Shape:
    """Say what a schema asks for; null beside something else is a limit, not a shape."""
    inner = _without_null(schema)
    if "$ref" in inner:
        return Shape("", inner["$ref"].rsplit("/", 1)[1])
    if ways := [shape_of(way) for way in _ways(inner)]:
        return Shape(" or ".join(way.words or way.schema for way in ways))
    kinds = [kind for kind in _types(inner) if kind != "null"] or ["null"] * ("type" in inner)
    if kinds == ["array"]:
        of = shape_of(inner.get("items", {}))
        return Shape(f"list of {of.words}".rstrip(), of.schema)
    extra = inner.get("additionalProperties")
    if kinds == ["object"] and isinstance(extra, dict) and extra:
        of = shape_of(extra)
        return Shape(f"object of {of.words}".rstrip(), of.schema)
    named = [WORDS.get((kind, inner.get("format", "")), WORDS.get((kind, ""), kind)) for kind in kinds]
    return Shape(" or ".join(named) or "any JSON")


def limits(schema: Part) -> Iterator[str]:
    """Say what a value must keep to, a sentence for each limit."""
    inner = _without_null(schema)
    for way in _ways(inner):
        yield from limits(way)
    if "const" in inner:
        yield f"Always {_code(inner['const'])}."
    if "enum" in inner:
        yield f"One of {', '.join(_code(each) for each in inner['enum'] if each is not None)}."
    yield from _between(inner, "minLength", "maxLength", " characters")
    yield from _between(inner, "minimum", "maximum", "")
    yield from _between(inner, "minItems", "maxItems", " entries")
    if "pattern" in inner:
        yield f"Matches {_code(inner['pattern'])}."
    if "items" in inner and "$ref" not in inner["items"]:
        yield from (f"Each: {limit[0].lower()}{limit[1:]}" for limit in limits(inner["items"]))
    if "null" in _types(inner) or {"type": "null"} in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield "May be null."
    if schema.get("default") is not None:
        yield f"Default: {_code(schema['default'])}."


def fields_of(schema: Part) -> list[Field]:
    """Give the fields of an object, the required ones first."""
    required = schema.get("required", [])
    rows = [field(name, each, required=name in required) for name, each in schema.get("properties", {}).items()]
    return sorted(rows, key=lambda row: not row.required)


def field(name: str, schema: Part, *, required: bool, description: str = "", place: str = "") -> Field:
    """Describe one field or parameter."""
    told = description or schema.get("description", "")
    return Field(name, shape_of(schema), required, paragraphs(f"{told}\n\n{' '.join(limits(schema))}"), place)


def _types(schema: Part) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def _ways(schema: Part) -> list[Part]:
    """Give the ways in which a value can keep to a schema, without null."""
    ways = (each for word in ("anyOf", "oneOf", "allOf") for each in schema.get(word, []))
    return [each for each in ways if each.get("type") != "null"]


def _without_null(schema: Part) -> Part:
    """Take what a schema allows beside null, if that is one thing."""
    ways = _ways(schema)
    return ways[0] if len(ways) == 1 else schema


def _between(schema: Part, least: str, most: str, what: str) -> Iterator[str]:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}{what}."
    elif low is not None:
        yield f"At least {low:,}{what}."
    elif high is not None:
        yield f"At most {high:,}{what}."


def _code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"
