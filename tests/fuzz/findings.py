"""What is wrong with an answer."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.parts import SEARCHES
from tests.fuzz.secrets import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemathesis import Case
    from schemathesis.core.transport import Response

    from tests.fuzz.secrets import Secrets
    from tests.fuzz.world import Sender

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
LEAK = "A secret is told"
FOUND = "Found by what is withheld"
METHOD = "A method that is not there"

TAKES_ALL = frozenset(
    {
        "listAgreements", "getEntry", "getAttainment", "listObjectivePeriods",
        "listKeys", "listMembers", "getMe", "isAlive", "getAgreement",
    }
)  # fmt: skip
"""What refuses nothing that the document allows, but for what is not there. Others know limits that a schema cannot
tell: cursors are sealed, an instant must be past, a name must be the agreement's."""


@dataclass(frozen=True)
class Finding:
    """Something wrong, and the request that shows it."""

    check: str
    operation: str
    caller: str
    message: str
    curl: str


def findings(case: Case[Any], response: Response, sender: Sender, secrets: Secrets) -> Iterator[Finding]:
    """Yield all that is wrong with an answer."""
    told = secrets.told(exchange(case, response, sender))
    wrong = [(LEAK, f"{sender.name} reads {secret.what}: {secret.text}") for secret in told]
    wrong += [(FOUND, f"{sender.name} searches for {word}") for word in _found(case, response, sender, secrets)]
    if case.method == case.operation.method.upper():
        wrong += [(type(failure).__name__, failure.message) for failure in _failures(case, response, sender)]
    elif (response.status_code, "allow" in response.headers) != (405, True):
        wrong.append((METHOD, f"{case.method} is answered with {response.status_code}, or without Allow"))
    for check, message in wrong:
        yield finding(case, sender, check, message)


def finding(case: Case[Any], sender: Sender, check: str, message: str) -> Finding:
    """Name what is wrong with the answer to a request."""
    return Finding(check, case.operation.label, sender.name, message, case.as_curl_command(headers=sender.headers))


def exchange(case: Case[Any], response: Response, sender: Sender) -> Exchange:
    """Give a request and its answer as text."""
    request = response.request
    body = request.body.decode(errors="replace") if isinstance(request.body, bytes) else str(request.body or "")
    sent = "\n".join([unquote_plus(str(request.url)), *map(str, request.headers.values()), body])
    values = (value for several in response.headers.values() for value in several)
    answered = "\n".join([*map(unquote_plus, values), response.content.decode(errors="replace")])
    accepted = case.method == "POST" and response.status_code < 300
    return Exchange(sender.name, sent, answered, accepted)


def _found(case: Case[Any], response: Response, sender: Sender, secrets: Secrets) -> list[str]:
    """Give the words that the sender may not read, and by which the answer has found something."""
    query: Mapping[str, Any] = case.query or {}
    asked = [query[name] for name in SEARCHES.values() if name in query]
    words = [each.text for each in secrets.kept_from(sender.name) if each.text in asked]
    return words if words and response.status_code == HTTPStatus.OK and response.json()["items"] else []


def _failures(case: Case[Any], response: Response, sender: Sender) -> list[Failure]:
    name = case.operation.definition.raw["operationId"]
    checks = [*CHECKS, positive_data_acceptance] if name in TAKES_ALL else [*CHECKS]
    if response.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        checks.remove(response_schema_conformance)  # the document describes the text; it would look at each event
    try:
        case.validate_response(response, checks=checks, headers=sender.headers)
    except FailureGroup as group:
        return [*group.exceptions]
    except Failure as failure:
        return [failure]
    return []
