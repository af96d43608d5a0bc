"""The document, and the same narrowed to what exists in a world, so that requests get past the first door."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.fuzz.known import NUMBERED, PARTIES, known_in, known_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fuzz.world import World

EYES = {
    "oneOf": [
        {"type": "string", "enum": ["shared", "internal"]},
        {"type": "array", "items": {"type": "string", "enum": PARTIES}, "minItems": 1, "maxItems": 2},
    ]
}
METHODS = {"get", "post"}
_ALWAYS = ("reason", "visibility")
CLAIMS = {
    "exclusion": (("name", "start"), ("until", "clocks", "at_fault", "evidence", *_ALWAYS)),
    "pause": (("name", "start"), ("until", "clocks", "evidence", *_ALWAYS)),
    "backdating": (("entry", "start"), _ALWAYS),
    "extension": (("name", "until"), _ALWAYS),
}
"""The kinds of claims, with what each needs and may have."""
EITHER = {
    "Declaration": ({"severity"}, {"impact", "urgency"}),
    "Assessing": ({"severity"}, {"impact", "urgency"}),
    "RoleGrant": ({"person"}, {"email", "name"}),
}


def served(world: World) -> dict[str, Any]:
    """Give the document as it is served, but for the ways in: who sends a request is not for the document to draw."""
    document = world.site.nobody.get("/v1/openapi.json").body
    del document["components"]["securitySchemes"]
    for _, _, operation in operations(document):
        del operation["security"]
    return document


def narrowed(document: Mapping[str, Any], world: World, *, positive: bool) -> dict[str, Any]:
    """Narrow a document to values that exist.

    Where requests are to be refused, only places are narrowed in which every other value is.
    """
    narrow = deepcopy(dict(document))
    known = known_values(world, positive=positive)
    for (place, name), schema in _parameters(narrow):
        kind = str(schema.get("format", schema.get("type")))
        _narrow(schema, known.get((place, name, kind)) or known.get((place, name)))
    for body_name, body in _bodies(narrow):
        own = known_in(body_name, world)
        for field, schema in body["properties"].items():
            _narrow(schema, (known | own).get(("body", field)))
        eyes = ("visibility", "to") if body_name == "VisibilityChange" else ("visibility",)
        body["properties"].update({field: EYES for field in eyes if field in body["properties"]})
        if positive and body_name in EITHER:
            _either(body, *EITHER[body_name])
        if positive and body_name == "Claiming":
            _kinds(body)
    for path in ("/v1/agreements", "/v1/agreements/{partnership}/proposals") if positive else ():
        sent = narrow["paths"][path]["post"]["requestBody"]["content"]
        del sent["application/yaml"]
        sent["application/json"]["schema"] = {"enum": world.known["document"]}
    _decided(narrow, world)
    return narrow


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path and method of each operation, with what the document says of it."""
    for path, item in document["paths"].items():
        for method in sorted(METHODS & item.keys()):
            yield path, method, item[method]


def _narrow(schema: dict[str, Any], values: list[Any] | None) -> None:
    if values:
        schema["enum"] = values


def _either(body: dict[str, Any], one: set[str], other: set[str]) -> None:
    """Ask for some fields or for others, which are refused together: the document has no words for it."""
    both = deepcopy(body)
    body.clear()
    body["oneOf"] = [
        both
        | {
            "properties": {name: schema for name, schema in both["properties"].items() if name not in refused},
            "required": sorted({*both.get("required", []), *needed}),
        }
        for needed, refused in ((one, other), (other, one))
    ]


def _decided(narrow: dict[str, Any], world: World) -> None:
    """Let what names claims and filings name those that exist, and visibility change where no secret is."""
    for path, item in narrow["paths"].items():
        references: list[Any] = []
        if path.endswith("/visibility"):
            references = world.known["free"]
        elif "{number}" in path:
            # What only reads is for finding secrets: incidents without any would drown the others.
            references = [*(world.known["free"] if "post" in item else ()), *world.known["decided"]]
        if references:
            numbers = next((values for part, values in NUMBERED.items() if part in path), [])
            known = {"reference": references, "number": numbers}
            item["parameters"] = [each | {"schema": {"enum": known[each["name"]]}} for each in item["parameters"]]


def _kinds(body: dict[str, Any]) -> None:
    """Ask of each kind of claim for what it needs, and for nothing that it has no use for."""
    whole = deepcopy(body)
    body.clear()
    body["oneOf"] = [
        whole
        | {
            "properties": {name: schema for name, schema in whole["properties"].items() if name in {*needed, *may}}
            | {"kind": {"enum": [kind]}},
            "required": [*needed, "kind", "reason"],
        }
        for kind, (needed, may) in CLAIMS.items()
    ]


def _parameters(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield place, name and schema of each parameter."""
    listed = [*document["components"]["parameters"].values()]
    for item in document["paths"].values():
        listed += item.get("parameters", [])
        listed += [each for method in METHODS & item.keys() for each in item[method].get("parameters", [])]
    for parameter in listed:
        if "$ref" not in parameter:
            yield (parameter["in"], parameter["name"]), parameter["schema"]


def _bodies(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and schema of what operations take in JSON."""
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref")
        if reference:
            name = reference.rpartition("/")[2]
            yield name, document["components"]["schemas"][name]
