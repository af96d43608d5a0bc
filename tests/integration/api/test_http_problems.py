"""Every refusal is a problem: RFC 9457, with the right status, and one entry for each field that is wrong."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from api.http.bodies import MAX_BODY_BYTES
from api.http.problems import handle_errors
from incidents.errors import TocsinError
from tests.support.http import OURS, Reply, agreement_text, declaration, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Site


def test_an_unknown_address_is_a_problem(shared_site: Site) -> None:
    """404, with and without a key."""
    for caller in (shared_site.nobody, shared_site.operator):
        assert problem_of(caller.get("/v1/nothing"))["code"] == "not_found"


def test_a_wrong_method_keeps_its_allow_header(shared_site: Site) -> None:
    """405 tells which methods there are (RFC 9110, section 15.5.6)."""
    answer = shared_site.operator.request("DELETE", "/v1/incidents")
    assert problem_of(answer)["code"] == "method_not_allowed"
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer tocsin_", "Bearer tocsin_0000000000000000_x", "Bearer é"],
)
def test_without_a_valid_key_there_is_no_way_in(shared_site: Site, authorization: str) -> None:
    """401 says how to authenticate, before anything else is looked at."""
    answer = shared_site.nobody.post("/v1/incidents", {"nonsense": 1}, Authorization=authorization)
    assert answer.status == 401
    assert problem_of(answer)["code"] == "unauthenticated"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"title": "a", "title": "b"}', "application/json", 400),
        (b'{"users_affected_pct": NaN}', "application/json", 400),
        (b'{"users_affected_pct": 1e999}', "application/json", 400),
        (b'{"users_affected_pct": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'"\xff"', "application/json", 400),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"flags":' * 80 + b"1" + b"}" * 80, "application/json", 400),
        (b"{}", None, 415),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b" " * (MAX_BODY_BYTES + 1), "application/json", 413),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"7", "application/json", 422),
        (b"", "application/json", 422),
    ],
)
def test_bodies_that_cannot_be_read(shared_site: Site, raw: bytes, content_type: str | None, status: int) -> None:
    """What is no JSON object is refused, saying why; nothing of it reaches a use case."""
    answer = shared_site.operator.send("/v1/incidents", raw, content_type)
    assert problem_of(answer)["status"] == status


def test_a_body_in_chunks_is_not_cut_off(shared_site: Site) -> None:
    """What comes without its length is refused above the same limit, and never read in part."""
    body = json.dumps(declaration()).encode()
    for padded, status in ((body + b" " * MAX_BODY_BYTES, 413), (body, 201)):
        answer = shared_site.operator.request(
            "POST",
            "/v1/incidents",
            input_stream=BytesIO(padded),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
        assert answer.status == status


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"title": None, "service": None}, ["service", "title"]),
        ({"colour": "red", "shape": "round"}, ["colour", "shape"]),
        ({"title": "  ", "description": "nul\0"}, ["description", "title"]),
        ({"title": "two\nlines"}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"description": "x" * 10_001}, ["description"]),
        ({"description": ["x"], "title": 5}, ["description", "title"]),
        ({"users_affected_pct": 101}, ["users_affected_pct"]),
        ({"users_affected_pct": True}, ["users_affected_pct"]),
        ({"users_affected_pct": "5"}, ["users_affected_pct"]),
        ({"users_affected_pct": 10**400}, ["users_affected_pct"]),
        ({"flags": "fire"}, ["flags"]),
        ({"flags": ["ok", "no good", 5]}, ["flags.1", "flags.2"]),
        ({"flags": ["x"] * 21}, ["flags"]),
        ({"severity": "S1"}, ["impact", "urgency"]),
        ({"urgency": None}, ["urgency"]),
        ({"impact": "apocalyptic"}, ["impact"]),
        ({"service": "coffee-machine"}, ["service"]),
        ({"partnership": "Not An Id"}, ["partnership"]),
        ({"occurred_at": "2026-03-02T12:00:00"}, ["occurred_at"]),
        ({"occurred_at": "yesterday"}, ["occurred_at"]),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, ["occurred_at"]),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, ["occurred_at"]),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, ["occurred_at"]),
        ({"occurred_at": "2026-02-30T00:00:00Z"}, ["occurred_at"]),
        ({"occurred_at": "2026-03-02T12:00:00+99:00"}, ["occurred_at"]),
        ({"occurred_at": "2026-03-02T13:00:00Z"}, ["occurred_at"]),
        ({"occurred_at": 1767225600}, ["occurred_at"]),
    ],
)
def test_each_wrong_field_is_named_once(shared_site: Site, changed: dict[str, object], fields: list[str]) -> None:
    """422 has one entry for each field, whether its form or its meaning is wrong."""
    answer = shared_site.operator.post("/v1/incidents", declaration(**changed))
    assert answer.status == 422
    assert sorted(wrong_fields(answer)) == fields


def test_an_agreement_with_mistakes_names_each_with_its_line(shared_site: Site) -> None:
    """Every mistake of the file is an entry: field, what would be right, and the line."""
    text = agreement_text(version=2).replace(b"tz: UTC", b"tz: Mars", 1).replace(b"S1: PT6S", b"S1: 1 day")
    answer = shared_site.operator.send("/v1/agreements", text, "application/yaml")
    told = problem_of(answer)
    assert (answer.status, told["code"]) == (422, "agreement_invalid")
    assert {entry["field"] for entry in told["errors"]} == {"spec.defaults.tz", "spec.targets.acknowledge.within.S1"}
    assert all(entry["line"] > 1 and entry["message"] for entry in told["errors"])


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", "application/yaml"),
        (b"\0", "application/yaml"),
        (b"\xff\xfe", "application/yaml"),
        (b"a: &a [*a]", "application/yaml"),
        (b"[" * 5000, "application/yaml"),
        (b"{}", "application/json"),
        (b'{"metadata": {"title": "\\u0000"}}', "application/json"),
        (b'{"spec": 1e308}', "application/json"),
        (b"[]", "application/json"),
    ],
)
def test_garbage_is_no_agreement(shared_site: Site, raw: bytes, content_type: str) -> None:
    """Whatever is sent, each mistake is named and nothing is published."""
    answer = shared_site.operator.send("/v1/agreements", raw, content_type)
    assert answer.status == 422
    assert problem_of(answer)["errors"]
    assert len(shared_site.operator.get(f"/v1/agreements?partnership={OURS}").body["items"]) == 1


def test_a_version_is_immutable(site: Site) -> None:
    """Other content under a published version is refused; the same content has the same answer."""
    same = site.operator.send("/v1/agreements", agreement_text(), "application/yaml")
    other = site.operator.send("/v1/agreements", agreement_text().replace(b"PT6S", b"PT7S"), "application/yaml")
    assert (same.status, same.headers["Location"]) == (201, f"/v1/agreements/{OURS}/1")
    assert (other.status, problem_of(other)["code"]) == (409, "version_taken")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1.5", "limit=1&limit=2", "colour=red", "cursor=%00", "cursor=ab"],
)
def test_a_query_is_read_as_strictly_as_a_body(shared_site: Site, query: str) -> None:
    """What is unknown, doubled or out of bounds is named."""
    answer = shared_site.operator.get(f"/v1/incidents?{query}")
    assert answer.status == 422
    assert wrong_fields(answer) == [query.partition("=")[0]]


@pytest.mark.parametrize("reference", ["%00", "INC-", "INC-0", "INC-99999999999999999999", "1001", "x' OR 1=1", "٣"])
def test_a_reference_that_names_nothing_is_not_found(shared_site: Site, reference: str) -> None:
    """404 for whatever is no id and no number."""
    for answer in (
        shared_site.operator.get(f"/v1/incidents/{reference}"),
        shared_site.operator.post(f"/v1/incidents/{reference}/acknowledge", If_Match="*"),
    ):
        assert (answer.status, problem_of(answer)["code"]) == (404, "not_found")


def test_a_fault_of_ours_tells_nothing_of_the_inside() -> None:
    """500 has a reference for the log and no word of the reason; errors outside the table are such faults too."""

    class Unlisted(TocsinError):
        """A secret of the inside."""

    for error in (RuntimeError("a secret of the inside"), Unlisted()):
        answer = _answer_to(error)
        assert answer.status == 500
        assert len(problem_of(answer)["reference"]) == 32
        assert b"secret" not in answer.raw


def test_while_the_database_is_away_one_may_try_again() -> None:
    """503 says when to try again, and nothing of the database."""
    answer = _answer_to(psycopg.OperationalError("connection to 10.0.0.7 failed"))
    assert (answer.status, problem_of(answer)["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert b"10.0.0.7" not in answer.raw


def test_what_flask_refuses_by_itself_is_a_problem() -> None:
    """An HTTP error that nobody foresaw keeps its status and says what it can."""
    answer = _answer_to(BadRequest("Half a header."))
    assert (answer.status, problem_of(answer)["detail"]) == (400, "Half a header.")


def _answer_to(error: Exception) -> Reply:
    """Give the answer of an application whose one view raises an error."""
    app = Flask("failing")
    handle_errors(app)

    @app.get("/")
    def fail() -> str:
        raise error

    return Reply(app.test_client().get("/"))
