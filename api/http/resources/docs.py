"""The documentation page: made on the server from the OpenAPI document, without scripts, complete without a network."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from api.http.documentation.page import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as Redirect

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The page needs its style sheet and nothing else (CSP Level 3)."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def documentation(document: Callable[[], dict[str, Any]]) -> Blueprint:
    """Serve the page at `/docs`, to everybody; `document` gives what it is made from, once every address is there."""
    docs = Blueprint(
        "docs", __name__, template_folder="../templates", static_folder="../static", static_url_path="/docs/static"
    )

    @cache
    def page() -> str:
        return render_template("docs.html", page=page_of(document()))

    @docs.get("/docs")
    def read() -> Response:
        response = Response(page(), mimetype="text/html", headers=HEADERS)
        response.add_etag()
        response.make_conditional(request)
        return response

    @docs.get("/")
    def root() -> Redirect:
        return redirect(url_for("docs.read"))

    return docs
