"""What the documentation page makes of an OpenAPI document."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest

from api.http.documentation.markdown import Span, paragraphs
from api.http.documentation.requests import ExampleRequest, curl, example_request
from api.http.documentation.shapes import fields_of, limits, shape_of

DOCUMENT = {
    "paths": {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}, "example": "a/b"}],
            "post": {
                "parameters": [
                    {"name": "id", "in": "query", "schema": {}, "example": ["x", "y z"]},
                    {"$ref": "#/components/parameters/If-Match"},
                    {"name": "silent", "in": "header", "schema": {}},
                ],
                "requestBody": {"content": {"text/csv": {}, "application/json": {"example": {"a": 1}}}},
            },
            "get": {"parameters": [{"name": "limit", "in": "query", "schema": {}}]},
            "delete": {"requestBody": {"content": {"application/json": {}}}},
        },
        "/bare/{id}": {"get": {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}]}},
    },
    "components": {"parameters": {"If-Match": {"name": "If-Match", "in": "header", "schema": {"example": "*"}}}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("one\ntwo", [[Span("one two", code=False)]]),
        ("one\n \ntwo", [[Span("one", code=False)], [Span("two", code=False)]]),
        ("send `*` now", [[Span("send ", code=False), Span("*", code=True), Span(" now", code=False)]]),
        ("`a` and ` alone", [[Span("a", code=True), Span(" and ` alone", code=False)]]),
        ("<b>`<i>`", [[Span("<b>", code=False), Span("<i>", code=True)]]),
    ],
)
def test_light_markdown(text: str, expected: list[list[Span]]) -> None:
    """Blank lines part paragraphs, pairs of backticks enclose code, and everything else stays text."""
    assert paragraphs(text) == expected


@pytest.mark.parametrize(
    ("schema", "words", "name"),
    [
        ({"type": "string"}, "text", ""),
        ({"type": ["string", "null"], "format": "date-time"}, "instant", ""),
        ({"$ref": "#/components/schemas/Role"}, "", "Role"),
        ({"anyOf": [{"$ref": "#/components/schemas/Role"}, {"type": "null"}]}, "", "Role"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Role"}}, "list of", "Role"),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole number", ""),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of text", ""),
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "text or list of text", ""),
        ({"type": "null"}, "null", ""),
        ({}, "any JSON", ""),
    ],
)
def test_shapes(schema: dict[str, object], words: str, name: str) -> None:
    """A schema is a few words, or the name of another."""
    assert (shape_of(schema).words, shape_of(schema).schema) == (words, name)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 10_000}, ["1 to 10,000 characters."]),
        ({"type": "integer", "minimum": 0}, ["At least 0."]),
        (
            {"type": "array", "maxItems": 20, "items": {"pattern": "^a$"}},
            ["At most 20 entries.", "Each: matches `^a$`."],
        ),
        ({"enum": ["a", "b", None], "type": ["string", "null"]}, ["One of `a`, `b`.", "May be null."]),
        ({"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}, ["May be null."]),
        ({"type": "boolean", "default": False}, ["Default: `false`."]),
        ({"const": 1}, ["Always `1`."]),
    ],
)
def test_limits(schema: dict[str, object], expected: list[str]) -> None:
    """Each limit of a schema is a sentence."""
    assert list(limits(schema)) == expected


def test_required_fields_come_first() -> None:
    """A reader sees first what must be sent; otherwise the order is the schema's."""
    rows = fields_of({"properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"]})
    assert [(row.name, row.required) for row in rows] == [("c", True), ("a", False), ("b", False)]


def test_an_example_request_is_made_of_the_examples() -> None:
    """Parameters of the path and the operation, references among them, and the body that has an example."""
    request = example_request(DOCUMENT, "/things/{id}", "post")
    assert (request.method, request.target) == ("POST", "/things/a%2Fb?id=x,y%20z")
    assert request.headers == {"If-Match": "*"}
    assert (request.content_type, json.loads(request.content())) == ("application/json", {"a": 1})
    assert request.missing == []


def test_values_replace_examples() -> None:
    """What only the sender knows takes the place of the document's example."""
    assert example_request(DOCUMENT, "/things/{id}", "post", {"If-Match": '"7"'}).headers == {"If-Match": '"7"'}


@pytest.mark.parametrize(
    ("path", "method", "missing"),
    [
        ("/things/{id}", "get", "one of the query's parameters"),
        ("/things/{id}", "delete", "the body"),
        ("/bare/{id}", "get", "id"),
    ],
)
def test_what_has_no_example_is_named(path: str, method: str, missing: str) -> None:
    """A document without examples is told what it lacks."""
    assert example_request(DOCUMENT, path, method).missing == [missing]


def test_a_shell_reads_what_was_meant() -> None:
    """Quotes, dollars and line feeds in a request arrive as they are; the address and key come from variables."""
    body = {"text": 'it\'s $5 `now`\n"really" \\'}
    request = ExampleRequest("POST", "/v1/x?a=b&c", {"If-Match": '"7"'}, "application/json", body)
    printed = subprocess.run(
        ["/bin/sh", "-c", curl(request, key=True).replace("curl", "printf '%s\\0'", 1)],
        env={"TOCSIN": "http://t", "KEY": "k"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert printed.stdout.split("\0")[:-1] == [
        *["-X", "POST", "http://t/v1/x?a=b&c"],
        *["-H", "Authorization: Bearer k", "-H", 'If-Match: "7"', "-H", "Content-Type: application/json"],
        *["-d", request.content()],
    ]


def test_a_body_in_a_file_is_sent_as_it_is() -> None:
    """Curl would take the line feeds out of `-d @file`."""
    request = ExampleRequest("POST", "/v1/x", {}, "application/yaml", "a: 1\n")
    assert shlex.split(curl(request, key=False, file="body.yaml"))[-2:] == ["--data-binary", "@body.yaml"]
