"""Garbage to every endpoint: what the document allows is sent, and what it forbids, and no answer breaks its word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.app import create_app
from tests.support.http import OURS

if TYPE_CHECKING:
    from schemathesis import BaseSchema, Case

    from api.bootstrap import Tocsin
    from tests.support.http import Site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
NAMES = {"impact": ["critical", "minor"], "urgency": ["immediate", "normal"], "severity": ["S1", "S2", "S3"]}
EXAMPLES = 5
"""Requests per operation and mode, so that all of it takes well under a minute; `make fuzz` sends many more."""


@pytest.fixture(scope="module")
def document(shared_site: Site) -> BaseSchema:
    """Give the document, narrowed to names that exist, so that requests get past the first door."""
    incident = shared_site.operator.declare()
    narrowed = shared_site.nobody.get("/v1/openapi.json").body
    del narrowed["components"]["securitySchemes"]  # each request has a key: those without are tried elsewhere
    schemas = narrowed["components"]["schemas"]
    schemas["Declaration"]["properties"]["partnership"]["enum"] = [OURS]
    schemas["Declaration"]["properties"]["service"]["enum"] = ["payments-api"]
    schemas["Duplicate"]["properties"]["of"]["enum"] = [incident["number"], "INC-1001", "INC-99999999"]
    for body in ("Pause", "Resumption"):
        schemas[body]["properties"]["reason"]["enum"] = ["waiting_on_partner"]
    schemas["Assignment"]["properties"]["party"]["enum"] = ["acme", "globex"]
    for body in ("Declaration", "Assessing", "SeverityChange"):
        for name, known in NAMES.items():
            schemas[body]["properties"].get(name, {})["enum"] = known
    narrowed["components"]["parameters"]["If-Match"]["schema"]["enum"] = ["*", '"1"', 'W/"1"']
    for path in narrowed["paths"].values():
        for method in path.keys() & {"get", "post"}:
            del path[method]["security"]
        for parameter in path.get("parameters", []):
            if parameter.get("name") == "reference":
                parameter["schema"]["enum"] = [incident["id"], incident["number"], "INC-99999999"]
    schema = schemathesis.openapi.from_dict(narrowed)
    schema.app = shared_site.app
    return schema


@pytest.fixture(scope="module")
def bearer(shared_site: Site) -> dict[str, Any]:
    """Give an operator's header."""
    return {"Authorization": f"Bearer {shared_site.tocsin.keys.issue('garbage', by='test').token}"}


def _operations() -> list[tuple[str, str, bool]]:
    """Give method and path of every operation, and whether there is anything in a request that could be wrong."""
    paths = create_app(cast("Tocsin", object())).test_client().get("/v1/openapi.json").get_json()["paths"]
    return [
        (method, path, bool(operation.get("parameters") or item.get("parameters") or "requestBody" in operation))
        for path, item in paths.items()
        for method, operation in item.items()
        if method in {"get", "post"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        (method, path, mode)
        for method, path, can_be_wrong in _operations()
        for mode in ([GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if can_be_wrong else [GenerationMode.POSITIVE])
    ],
)
def test_no_request_breaks_the_document(
    document: BaseSchema, bearer: dict[str, Any], method: str, path: str, mode: GenerationMode
) -> None:
    """No 5xx, no undocumented status, header, media type or shape; what the document forbids is refused."""

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(document[path][method].as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        case.validate_response(case.call(headers=bearer), checks=CHECKS, headers=bearer)

    send()
