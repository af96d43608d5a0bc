"""Every operation's example is sent as the document has it, and answered as the document says.

A new operation needs an `example=` where it is declared. If its example only works after others, name those in BEFORE;
if it needs a value that Tocsin makes up, such as an id, say in MADE_UP which answer holds it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it brings no types

from api.http.app import create_app
from api.http.documentation.document import METHODS, resolve
from api.http.documentation.requests import example_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.test import TestResponse

    from api.bootstrap import Tocsin
    from tests.support.http import Site

WORLD = ("publishAgreement", "declareIncident")
"""What stands before each example: the document's own agreement, and a fresh incident, INC-1001."""

BEFORE: Mapping[str, tuple[str, ...]] = {
    "unacknowledgeIncident": ("acknowledgeIncident",),
    "resumeClocks": ("pauseClocks",),
    "reopenIncident": ("resolveIncident",),
    "closeIncident": ("resolveIncident",),
    "markDuplicate": ("declareIncident",),
    "changeVisibility": ("addNote",),
    "diffIncident": ("acknowledgeIncident",),
}
"""Whose examples are sent first."""

MADE_UP: Mapping[str, Mapping[str, tuple[str, str]]] = {}
"""For a parameter whose value Tocsin makes up: the operation in BEFORE that tells it, and the field of its answer."""

DOCUMENT: dict[str, Any] = create_app(cast("Tocsin", object())).test_client().get("/v1/openapi.json").get_json()
PLACES = {
    DOCUMENT["paths"][path][method]["operationId"]: (path, method)
    for path in DOCUMENT["paths"]
    for method in METHODS
    if method in DOCUMENT["paths"][path]
}


@pytest.mark.parametrize("operation", PLACES)
def test_an_operation_has_a_whole_example(operation: str) -> None:
    """What is required has an example, and so have a body and one of the query's parameters, where there are any."""
    path, method = PLACES[operation]
    assert example_request(DOCUMENT, path, method).missing == []


@pytest.mark.parametrize("operation", PLACES)
def test_an_example_is_answered_as_documented(site: Site, operation: str) -> None:
    """Sent as it stands, it succeeds with a status, headers and a body that the document describes."""
    world = World(site)
    for before in (*WORLD, *BEFORE.get(operation, ())):
        sent = world.send(before)
        assert sent.status_code < HTTPStatus.BAD_REQUEST, f"{before}, before {operation}: {sent.text}"
    answer = world.send(operation)
    path, method = PLACES[operation]
    documented = DOCUMENT["paths"][path][method]["responses"]
    promised = {status for status in documented if status.startswith(("2", "3"))}
    assert str(answer.status_code) in promised, answer.text
    response = resolve(DOCUMENT, documented[str(answer.status_code)])
    assert set(response.get("headers", {})) >= {"Location"} & set(answer.headers.keys())
    content = response.get("content", {})
    assert answer.mimetype in content or not content
    if answer.mimetype == "application/json":
        schema = content["application/json"]["schema"] | {"components": DOCUMENT["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer.get_json())] == []


class World:
    """Sends examples with the operator's key."""

    def __init__(self, site: Site) -> None:
        """Begin with nothing sent."""
        self._site = site
        self._client = site.app.test_client()
        self._key = site.tocsin.keys.issue("examples", by="test").token
        self._answers: dict[str, dict[str, Any]] = {}
        self._sent = 0

    def send(self, operation: str) -> TestResponse:
        """Send an operation's example, under an idempotency key of its own."""
        self._sent += 1
        path, method = PLACES[operation]
        told = {name: self._answers[of][field] for name, (of, field) in MADE_UP.get(operation, {}).items()}
        request = example_request(DOCUMENT, path, method, {"Idempotency-Key": f"example-{self._sent}", **told})
        needs_key = DOCUMENT["paths"][path][method]["security"] != []
        answer = self._client.open(
            request.target,
            method=request.method,
            headers={**request.headers} | ({"Authorization": f"Bearer {self._key}"} if needs_key else {}),
            data=None if request.body is None else request.content(),
            content_type=request.content_type or None,
        )
        self._site.sequence()
        if answer.mimetype == "application/json":
            self._answers[operation] = answer.get_json()
        return answer
