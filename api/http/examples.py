"""Examples of requests, written beside their operations and put into the standard places of the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from apispec import BasePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEMBER = "x-example"
"""Under it an operation hands its example over to the plugin, which takes it away."""


class Example(TypedDict, total=False):
    """What the example request of an operation carries: parameters by name, and the body."""

    path: Mapping[str, object]
    query: Mapping[str, object]
    headers: Mapping[str, str]
    body: object
    content_type: str
    """Of the body, where several are taken."""


class Examples(BasePlugin):
    """Puts examples where OpenAPI 3.1 has a place for them: at parameters (4.8.12) and media types (4.8.14)."""

    def operation_helper(self, path: str | None = None, operations: dict[str, Any] | None = None, **_: object) -> None:
        """Place the examples of a path's operations, whose schemas have been resolved into parameters by now."""
        for operation in (operations or {}).values():
            example: Example = operation.pop(MEMBER, {})
            self._place(operation, example, f"the example of {operation.get('operationId')} at {path}")

    def _place(self, operation: dict[str, Any], example: Example, where: str) -> None:
        """Raises ValueError for a parameter or body that the operation does not have."""
        for place, values in (("query", example.get("query", {})), ("header", example.get("headers", {}))):
            known = {each["name"]: each for each in operation.get("parameters", []) if _is_in(each, place)}
            for name, value in values.items():
                if name not in known:
                    raise ValueError(f"{where} names {name}, which is not in the {place}")
                known[name]["example"] = value
        if "body" in example:
            if "requestBody" not in operation:
                raise ValueError(f"{where} has a body, and the operation takes none")
            content = operation["requestBody"]["content"]
            content[example.get("content_type", next(iter(content)))]["example"] = example["body"]


def with_examples(path: Sequence[Mapping[str, Any]], values: Mapping[str, object]) -> list[dict[str, Any]]:
    """Give the descriptions of an address's parameters with examples; what has none yet is described by its rule."""
    described = {each["name"]: dict(each) for each in path}
    for name, value in values.items():
        described.setdefault(name, {"name": name, "in": "path", "required": True})["example"] = value
    return list(described.values())


def _is_in(parameter: object, place: str) -> bool:
    return isinstance(parameter, dict) and parameter.get("in") == place
