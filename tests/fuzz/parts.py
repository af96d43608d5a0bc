"""What is sent: to each operation what the document allows and what it forbids, and methods that it does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import schemathesis
from schemathesis import GenerationMode

from tests.fuzz.document import METHODS, narrowed, operations, served
from tests.support.http import OURS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from schemathesis import BaseSchema, Case
    from schemathesis.core.transport import HttpMethod

    from tests.fuzz.world import Sender, World

FEW = 10
MANY = {True: 40, False: 20}
"""Requests that name what exists; most of all those that should get through."""
WORDS = 8
"""How many each caller searches for."""
SEARCHES = {"/v1/search": "q", "/v1/incidents": "text"}
"""Where words are searched for, and by which parameter."""
NUMBERS: dict[str, Any] = {"version": 1, "number": 2, "settlement": 2, "absence": 1, "override": 1, "swap": 1}
NOT_ONE = f"{'0' * 32}_{'A' * 43}"
"""A secret of the right form that opens nothing."""
UNUSED = {"put", "patch", "delete"}
"""Methods that no address has."""


class Part(NamedTuple):
    """Requests of one kind to one operation."""

    schema: BaseSchema
    path: str
    method: str
    mode: GenerationMode
    most: int
    """How many of them, before it is another's turn."""


def parts_of(world: World) -> Iterator[Part]:
    """Yield every operation with what the document allows and forbids, each as it stands and narrowed."""
    document = served(world)
    for positive in (True, False):
        for described, most in ((document, FEW), (narrowed(document, world, positive=positive), MANY[positive])):
            schema = schemathesis.openapi.from_dict(described)
            schema.app = world.site.app
            mode = GenerationMode.POSITIVE if positive else GenerationMode.NEGATIVE
            for path, method, operation in operations(described):
                item = described["paths"][path]
                if positive or operation.get("parameters") or item.get("parameters") or "requestBody" in operation:
                    yield Part(schema, path, method, mode, most)


def unsupported(parts: Sequence[Part], world: World) -> Iterator[Case[Any]]:
    """Yield a request to each address by each method that it does not have; each must be refused with 405."""
    there = {part.path: part for part in parts}
    for path, part in sorted(there.items()):
        taken = {each.method for each in parts if each.path == path}
        for method in sorted((METHODS | UNUSED) - taken):
            case = part.schema[path][part.method].Case(path_parameters=_values(path, world))
            case.method = cast("HttpMethod", method.upper())
            yield case


def searches(parts: Sequence[Part], world: World, draw: random.Random) -> Iterator[tuple[Case[Any], Sender]]:
    """Yield searches for words by those who may not read them, with no other condition beside."""
    there = {part.path: part for part in parts}
    for sender in {sender.name: sender for sender in world.senders}.values():
        words = [secret.text for secret in world.secrets.kept_from(sender.name) if secret.text in world.secrets.words()]
        for word in draw.sample(words, WORDS):
            for path, name in SEARCHES.items():
                yield there[path].schema[path]["get"].Case(query={name: word}), sender


def _values(path: str, world: World) -> dict[str, Any]:
    """Give values that exist for what stands in a path."""
    values = NUMBERS | {"partnership": OURS, "contact": "acme-duty", "feed": "0" * 32, "token": NOT_ONE}
    values |= {
        name: world.known[name][0]
        for name in (
            *("reference", "key", "person", "team", "schedule", "heartbeat", "delivery", "webhook", "message"),
            *("migration", "dispute", "notice", "certificate"),
        )
    }
    return {name: value for name, value in values.items() if f"{{{name}}}" in path}
