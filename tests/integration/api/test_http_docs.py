"""The documentation page over HTTP: for everybody, safe, and complete."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, cast

import pytest
from flask import Flask

from api.http.app import create_app
from api.http.documentation.document import operations
from api.http.resources.docs import documentation

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HOSTILE = "<script>alert(1)</script>`<img src=x>`"


@pytest.fixture(scope="module")
def app() -> Flask:
    """Give the application; the page needs no database."""
    return create_app(cast("Any", object()))


def test_it_is_there_for_everybody(app: Flask) -> None:
    """Without a key, under a policy that lets it load its style sheet alone; the root leads to it."""
    answer = app.test_client().get("/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    root = app.test_client().get("/")
    assert (root.status_code, root.headers["Location"]) == (302, "/docs")


def test_it_is_not_sent_twice(app: Flask) -> None:
    """Whoever has it gets 304 (RFC 9110, section 15.4.5)."""
    tag = app.test_client().get("/docs").headers["ETag"]
    assert app.test_client().get("/docs", headers={"If-None-Match": tag}).status_code == 304


def test_every_operation_stands_on_it(app: Flask) -> None:
    """Each with its summary as a heading, its address, its scope, and a command to copy."""
    document = app.test_client().get("/v1/openapi.json").get_json()
    page = _Page()
    page.feed(app.test_client().get("/docs").text)
    for path, method, operation in operations(document):
        said = page.articles[operation["operationId"]]
        assert operation["summary"].removesuffix(".") in said
        assert f"{method.upper()} {path}" in said
        assert "curl" in said
        for way in operation["security"]:
            assert all(scope in said for scopes in way.values() for scope in scopes), operation["operationId"]
    assert {f"object-{name}" for name in ("IncidentView", "FieldError")} <= page.articles.keys()


def test_what_a_document_says_stays_text() -> None:
    """Markup in names, descriptions and examples is shown, never obeyed."""
    app = Flask("hostile")
    app.register_blueprint(documentation(_hostile))
    html = app.test_client().get("/docs").text
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8


def _hostile() -> dict[str, Any]:
    schema = {
        "type": "object",
        "description": HOSTILE,
        "properties": {HOSTILE: {"description": HOSTILE, "enum": [HOSTILE]}},
    }
    operation = {
        "operationId": "do",
        "tags": [HOSTILE],
        "summary": HOSTILE,
        "description": HOSTILE,
        "security": [],
        "requestBody": {"content": {"text/plain": {"schema": schema, "example": HOSTILE}}},
        "responses": {"200": {"description": HOSTILE}},
    }
    return {
        "info": {"title": HOSTILE, "version": HOSTILE, "description": HOSTILE},
        "tags": [{"name": HOSTILE, "description": HOSTILE}],
        "paths": {"/do": {"post": operation}},
        "components": {"schemas": {HOSTILE: schema}},
    }


class _Page(HTMLParser):
    """The words of each article, by the id of its heading."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: dict[str, str] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self._open = dict(attrs)["aria-labelledby"] or ""
            self.articles[self._open] = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.articles[self._open] += data
