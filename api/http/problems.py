"""Every error as problem+json (RFC 9457), by one table from the error tree to HTTP.

`type` is `urn:tocsin:problem:<code>`, `code` its last part for programs, `detail` says what to do next. `errors`
names each field that is wrong, `details` holds what else a client may read. What goes wrong inside stays inside: the
answer carries a reference under which the log tells more.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import eventsourcing.persistence
import psycopg
import sqlalchemy.exc
import structlog
from flask import Response, json
from werkzeug.exceptions import HTTPException

from api.access.oidc import refusals as oidc
from api.access.reads import NotLogged
from api.http import refusals
from api.seats import AllSeatsTaken
from escalation.agreement.text.mistakes import AgreementError
from incidents import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask

PROBLEM_JSON = "application/problem+json"

STATUS: dict[type[errors.TocsinError], HTTPStatus] = {
    refusals.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    oidc.SignInFailed: HTTPStatus.BAD_REQUEST,
    oidc.UnknownPerson: HTTPStatus.FORBIDDEN,
    oidc.CrossSite: HTTPStatus.FORBIDDEN,
    oidc.ProviderAway: HTTPStatus.SERVICE_UNAVAILABLE,
    refusals.Forbidden: HTTPStatus.FORBIDDEN,
    refusals.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    NotLogged: HTTPStatus.SERVICE_UNAVAILABLE,
    AllSeatsTaken: HTTPStatus.SERVICE_UNAVAILABLE,
    refusals.Malformed: HTTPStatus.BAD_REQUEST,
    refusals.WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    refusals.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusals.InvalidHeader: HTTPStatus.BAD_REQUEST,
    refusals.RevisionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    AgreementError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidField: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ValueTooLarge: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
}
"""The one table. A class that is not in it has its nearest ancestor's status; without any it is a fault of ours."""

UNAVAILABLE = (
    eventsourcing.persistence.OperationalError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)
"""The database is away, or has no connection to spare: soon it may be there again."""

RETRY_AFTER_SECONDS = "1"

HTTP = {
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address. GET /v1/openapi.json lists every address."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "This address does not take that method. The Allow header lists those that it takes.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too_large", "The body is too large. Send at most 1 MiB."),
}
"""What Flask itself refuses."""

_log = structlog.get_logger(__name__)


def handle_errors(app: Flask) -> None:
    """Answer every error of an application with a problem."""
    app.register_error_handler(errors.TocsinError, of_tocsin)
    app.register_error_handler(HTTPException, of_http)
    for unavailable in UNAVAILABLE:
        app.register_error_handler(unavailable, of_database)
    app.register_error_handler(Exception, of_fault)


def of_tocsin(error: errors.TocsinError) -> Response:
    """Answer what the domain or a way in refuses."""
    status = status_of(type(error))
    if status is None:
        return of_fault(error)
    details = {name: value for name, value in error.details.items() if name not in {"field", "mistakes"}}
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, errors.Stale) and "revision" in details:
        headers["ETag"] = f'"{details["revision"]}"'
    return problem(
        status, error.code, error.message, errors=list(field_errors(error)), details=details, headers=headers
    )


def of_http(error: HTTPException) -> Response:
    """Answer what Flask itself refuses; headers such as Allow stay."""
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return cast("Response", Response.force_type(error.get_response()))  # a redirect is an answer, not a problem
    status = HTTPStatus(error.code)
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    code, detail = HTTP.get(status, ("bad_request", error.description or status.phrase))
    return problem(status, code, detail, headers=headers)


def of_database(error: Exception) -> Response:
    """Answer while the database is away."""
    _log.error("database_unavailable", error=str(error))
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        "The database does not answer. Send the same request again in a moment, with the same Idempotency-Key.",
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    )


def of_fault(error: Exception) -> Response:
    """Answer a fault of ours: the log has the reason, the client a reference to it."""
    reference = uuid4().hex
    _log.error("request_failed", reference=reference, exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something went wrong in Tocsin. Tell its operator the reference; the log says more under it.",
        reference=reference,
    )


def status_of(kind: type[errors.TocsinError]) -> HTTPStatus | None:
    """Find an error class, or its nearest ancestor, in the table."""
    return next((STATUS[each] for each in kind.__mro__ if each in STATUS), None)


def field_errors(error: errors.TocsinError) -> Iterable[Mapping[str, Any]]:
    """Give each field that is wrong: its name, what would be right, and the line of a file if there is one."""
    if isinstance(error, AgreementError):
        for mistake in error.mistakes:
            line = {} if mistake.line is None else {"line": mistake.line}
            yield {"field": mistake.field, "message": f"{mistake.wrong}; {mistake.right}", **line}
    elif isinstance(error, errors.InvalidField):
        yield {"field": error.field, "message": error.message}
    elif isinstance(error, refusals.InvalidRequest):
        yield from error.errors


def problem(status: HTTPStatus, code: str, detail: str, *, headers: Mapping[str, str] = {}, **members: Any) -> Response:  # noqa: ANN401 - members are JSON
    """Make the answer. Members that are empty are left out."""
    said = {
        "type": f"urn:tocsin:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        **{name: value for name, value in members.items() if value},
    }
    return Response(json.dumps(said), status=status, headers=dict(headers), content_type=PROBLEM_JSON)
