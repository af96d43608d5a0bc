"""The OpenAPI 3.1 document, and flask-smorest bent to what Tocsin promises: every error a problem, no field ignored."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast

import flask_smorest  # type: ignore[import-untyped] # it brings no types
from flask import g
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped] # as above

from api.access.permissions import Scope
from api.access.reads import NotLogged
from api.http import problems
from api.http.access import PARTNERSHIP, REFERENCE, entering, tocsin
from api.http.access_log import log_reads
from api.http.bodies import BodyParser
from api.http.examples import MEMBER, Example, Examples, with_examples
from api.http.schemas.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Flask, Response
    from marshmallow import Schema

    from api.access.permissions import Anybody

F = TypeVar("F", bound="Callable[..., Any]")

OPENAPI = {
    "API_TITLE": "Tocsin",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Incidents between partners, run by the agreement they signed.\n\n"
            "Commands need `If-Match` with the ETag of what you have seen; every POST may carry an `Idempotency-Key`. "
            "Errors are `application/problem+json`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
    },
}

REFERENCE_PARAMETER = {
    "name": "reference",
    "in": "path",
    "required": True,
    "description": "The incident's id, or its number such as INC-1042.",
    "schema": {"type": "string", "pattern": REFERENCE},
    "example": "INC-1001",
}
PARTNERSHIP_PARAMETER = {
    "name": "partnership",
    "in": "path",
    "required": True,
    "description": "The partnership's id, such as acme-globex.",
    "schema": {"type": "string", "pattern": PARTNERSHIP},
    "example": "acme-globex",
}
IF_MATCH = {
    "description": 'The ETag of what you have seen, such as `"7"`, or `*` for whatever stands now.',
    "required": True,
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'},
    "example": "*",
}
IDEMPOTENCY_KEY = {
    "description": "Your own name for this request, such as a UUID. Sent again, it has one effect and one answer.",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "a-name-of-your-own",
}
HEADERS = {
    "REVISION": {"description": "The incident's revision, for If-Match.", "schema": {"type": "string"}},
    "REPLAYED": {"description": "`true`: this request was carried out before.", "schema": {"type": "string"}},
    "LOCATION": {"description": "The address of what was made.", "schema": {"type": "string"}},
    "MEMENTO": {"description": "Of which instant the answer is (RFC 7089).", "schema": {"type": "string"}},
    "CACHING": {"description": "Whether the answer may be kept.", "schema": {"type": "string"}},
    "POLICY": {
        "description": "How many requests its sender may send at once after a pause (`q`), and in how many seconds the "
        'same number again (`w`): `"principal";q=200;w=4`.',
        "schema": {"type": "string"},
    },
    "STANDING": {
        "description": "How many requests its sender may send now (`r`), and after how many seconds at least one more "
        '(`t`): `"principal";r=199;t=1`.',
        "schema": {"type": "string"},
    },
    "DIGEST": {"description": "The content's SHA-256 (RFC 9530).", "schema": {"type": "string"}},
    "DISPOSITION": {"description": "A name for the file.", "schema": {"type": "string"}},
    "LINK": {"description": 'Another page of the list: `rel="next"`, if there is one.', "schema": {"type": "string"}},
}
OF_LIMITS = {"RateLimit-Policy": "POLICY", "RateLimit": "STANDING"}
"""On every answer to somebody known (draft-ietf-httpapi-ratelimit-headers-11)."""
RETRY_AFTER = {
    "Retry-After": {"description": "After how many seconds it is taken.", "schema": {"type": "integer", "minimum": 1}}
}
WAYS_IN = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tocsin_<id>_<secret>",
        "description": "An API key, for a program.",
    },
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token of the identity provider, for a program. It must have the scope as well.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-tocsin",
        "description": "A person's session, which `/v1/sign-in` begins. Over plain http the name is `tocsin`.",
    },
}
"""Each operation that needs a scope takes any of them."""
READ_ERRORS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
WRITE_ERRORS = (
    *READ_ERRORS,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
COMMAND_ERRORS = (*WRITE_ERRORS, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)


class Api(flask_smorest.Api):  # type: ignore[misc] # its base has no types
    """The API with its document. Every error is a problem."""

    def _register_error_handlers(self) -> None:
        problems.handle_errors(self._app)

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            self._error_response(status.name, status.phrase)
        self._error_response("DEFAULT_ERROR", "Any other error.")

    def _error_response(self, name: str, description: str) -> None:
        response: dict[str, Any] = {"description": description, "schema": Problem}
        if name == HTTPStatus.TOO_MANY_REQUESTS.name:
            response["headers"] = RETRY_AFTER
        prepare_response(response, self.spec, problems.PROBLEM_JSON)
        self.spec.components.response(name, response, lazy=True)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # its base has no types
    """Addresses that belong together, with the strict parser."""

    ARGUMENTS_PARSER = BodyParser()

    def operation(  # noqa: PLR0913 - each is a line of the document
        self,
        method: str,
        rule: str,
        operation_id: str,
        *,
        takes: type[Schema] | None = None,
        gives: type[Schema] | None,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] = {},
        errors: Sequence[HTTPStatus] = (),
        path: Sequence[Mapping[str, Any]] = (),
        scope: Scope | Anybody | None,
        example: Example | None = None,
        away: Callable[[], Response | None] | None = None,
        **more: Any,  # noqa: ANN401 - what OpenAPI lets an operation say
    ) -> Callable[[F], F]:
        """Serve a view and document it; its docstring says what it does.

        Args:
            method: GET takes `takes` from the query string, POST from a JSON body.
            rule: The address below the blueprint's, in Flask's writing.
            operation_id: Its stable name for clients.
            takes: What it is given as its first argument.
            gives: What its answer looks like; None: it has no content.
            status: The status of a success.
            headers: Headers of a success, each with the name of its description in HEADERS.
            errors: The errors that are to be expected.
            path: Descriptions of the parameters in the rule.
            scope: What its sender must have in the partnership; KNOWN: nothing, but be known; None: not even that.
            example: A request that the documentation shows and a test sends; see api/http/examples.py.
            away: What answers while the database is away; None, or where it gives None: a problem.
            **more: Further members of the operation, such as `parameters`.
        """
        scopes = [scope.value] if isinstance(scope, Scope) else []
        security = [] if scope is None else [{way: scopes} for way in WAYS_IN]
        example = example or {}
        told = {"operationId": operation_id, "security": security, MEMBER: example, **more}
        if scope is not None:
            headers, errors = {**headers, **OF_LIMITS}, (*errors, HTTPStatus.TOO_MANY_REQUESTS)
        told["responses"] = {error.value: error.name for error in errors} | more.get("responses", {})

        def serve(view: F) -> F:
            served = self.response(status, gives, headers=dict(headers))(self.doc(**told)(view))
            if takes is not None:
                location = "query" if method == "GET" else "json"
                schema = takes()  # once: webargs would make one anew for each request
                needed = any(field.required for field in schema.fields.values())
                served = self.arguments(schema, location=location, required=needed)(served)
            served = served if scope is None else _guarded(served, scope, operation_id, away)
            described = with_examples(path, example.get("path", {}))
            self.add_url_rule(rule, operation_id, served, methods=[method], parameters=described)
            return view

        return serve


def _guarded(served: F, scope: Scope | Anybody, operation: str, away: Callable[[], Response | None] | None = None) -> F:
    """Let a view be called, and its body be read, only for those who may; log what they read before they have it."""

    @wraps(served)
    def let_in(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the view takes and gives
        with entering(scope):
            g.operation = operation
            answer = served(*args, **kwargs)
            try:
                log_reads(tocsin())
            except NotLogged:
                answer.close()  # lets go of what a stream or a file holds
                raise
            return answer

    if away is None:
        return cast("F", let_in)

    @wraps(served)
    def in_spite(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as above
        try:
            return let_in(*args, **kwargs)
        except problems.UNAVAILABLE:
            if (answer := away()) is None:
                raise
            return answer

    return cast("F", in_spite)


def document(app: Flask) -> Api:
    """Begin the document of an application."""
    app.config.update(OPENAPI)
    api = Api(app, spec_kwargs={"extra_plugins": [Examples()]})
    for name, way in WAYS_IN.items():
        api.spec.components.security_scheme(name, way)
    api.spec.components.parameter("If-Match", "header", IF_MATCH)
    api.spec.components.parameter("Idempotency-Key", "header", IDEMPOTENCY_KEY)
    for name, header in HEADERS.items():
        api.spec.components.header(name, header)
    return api
