"""An OpenAPI document, read: references followed, the parameters of a path joined with those of its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = dict[str, Any]

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def resolve(document: Part, part: Part) -> Part:
    """Follow a reference within the document, if it is one."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operations(document: Part) -> Iterator[tuple[str, str, Part]]:
    """Give path, method and description of each operation, in the document's order."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def parameters(document: Part, path: str, operation: Part) -> list[Part]:
    """Give an operation's parameters; its own come before the path's of the same name (OpenAPI 3.1, 4.8.10.1)."""
    listed = document["paths"][path].get("parameters", []) + operation.get("parameters", [])
    found = {}
    for each in listed:
        known = resolve(document, each)
        found[known["in"], known["name"]] = known
    return list(found.values())
