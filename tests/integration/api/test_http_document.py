"""The OpenAPI document and the health addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.processes.beats import Beats
from tests.support.http import OURS

if TYPE_CHECKING:
    from tests.support.http import Site

ENDING = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
VERBS = {
    "classify", "severity", "acknowledge", "unacknowledge", "assign", "note", "update", "pause", "resume", "mitigate",
    "resolve", "reopen", "cancel", "close", "duplicate", "visibility",
    "claims", "votes", "evidence", "disputes", "milestone", "veto", "aware", "flags", "filings", "amend", "review",
    "actions", "close-action", "parent", "snooze", "wake", "escalate", "reassign", "responders", "decline",
    "requeue", "secret",
}  # fmt: skip


def test_the_document_is_valid_openapi_31(site: Site) -> None:
    """Anybody may read it, and the validator finds nothing."""
    document = site.nobody.get("/v1/openapi.json").body
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_is_documented(site: Site) -> None:
    """Each has an id of its own, a summary, its security, a default problem, and what a POST may or must carry."""
    document = site.nobody.get("/v1/openapi.json").body
    operations = [
        (path, method, operation, _parameters(document, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post"}
    ]
    assert len({operation["operationId"] for _, _, operation, _ in operations}) == len(operations)
    for path, method, operation, parameters in operations:
        assert operation["summary"], path
        assert "security" in operation, path
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
        assert ("Idempotency-Key" in parameters) == (method == "post" and operation["security"] != []), path
        if method == "post" and "{reference}" in path:
            assert parameters["If-Match"]["required"] is True
            assert {"409", "412", "422", "428"} <= operation["responses"].keys()
    assert {path.rsplit("/", 1)[1] for path, method, *_ in operations if method == "post"} == VERBS | {
        "incidents",
        "agreements",
        "proposals",
        "signatures",
        "migrations",
        "notice-of-termination",
        "contract-disputes",
        "settlements",
        "accept",
        "notices",
        "complete",
        "certificates",
        "keys",
        "rotate",
        "revoke",
        "members",
        "withdraw",
        "sign-out",
        "profile",
        "contact-rules",
        "addresses",
        "absences",
        "remove",
        "teams",
        "title",
        "retire",
        "holder",
        "schedules",
        "settings",
        "layers",
        "overrides",
        "swaps",
        "calendar-feeds",
        "webhooks",
        "rotate-secret",
        "enable",
        "ping",
        "redeliver",
        "heartbeats",
        "new-address",
        "test-pages",
        "stop",
        "{token}",
    }


def test_errors_are_documented_as_problems(site: Site) -> None:
    """Every error response has the problem's media type and schema."""
    responses = site.nobody.get("/v1/openapi.json").body["components"]["responses"]
    for response in responses.values():
        assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_health_needs_no_key(site: Site) -> None:
    """A process that answers is alive; one whose database has this version's tables is ready."""
    assert site.nobody.get("/healthz").body == {"status": "ok"}
    ready = site.nobody.get("/readyz")
    assert (ready.status, ready.body["status"]) == (200, "ready")
    assert ready.body["checks"] == {"database": "ok", "migrations": "ok", "worker": "no sign of life yet"}


def test_readiness_tells_how_far_the_sequencer_is_behind(site: Site) -> None:
    """Commits that wait are counted, with the age of the oldest; sequenced, none is left."""
    site.sequence()
    site.partner.declare()
    site.partner.declare()
    site.clock.move(seconds=90)
    behind = site.nobody.get("/readyz").body["sequencer"]
    site.sequence()
    after = site.nobody.get("/readyz").body["sequencer"]
    assert behind == {"pending_commits": 2, "oldest_pending_seconds": timedelta(seconds=90).total_seconds()}
    assert after == {"pending_commits": 0, "oldest_pending_seconds": None}


def test_readiness_tells_since_when_the_worker_is_silent(site: Site) -> None:
    """Part by part, of whichever worker was seen last; nobody is unready for it."""
    Beats(site.tocsin.database, site.clock, "one").beat("engine")
    site.clock.move(seconds=50)
    Beats(site.tocsin.database, site.clock, "other").beat("engine")
    site.clock.move(seconds=40)
    Beats(site.tocsin.database, site.clock, "one").beat("sender")
    site.clock.move(seconds=5)
    silent = site.nobody.get("/readyz")
    assert (silent.status, silent.body["status"]) == (200, "ready")
    assert silent.body["checks"]["worker"] == "no sign of life for 45 s: engine"
    assert silent.body["worker"] == {"engine": 45.0, "sender": 5.0}
    Beats(site.tocsin.database, site.clock, "one").beat("engine")
    assert site.nobody.get("/readyz").body["checks"]["worker"] == "ok"


def test_a_database_of_another_version_is_not_ready(site: Site, database_url: str) -> None:
    """503 says what to do."""
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = site.nobody.get("/readyz")
    assert (answer.status, answer.body["status"]) == (503, "not_ready")
    assert "tocsin migrate" in answer.body["checks"]["migrations"]


def test_looking_at_readiness_leaves_the_runtime_role_in_place(site: Site) -> None:
    """The connection that read the migrations' table goes back to the pool without its owner's rights."""
    site.nobody.get("/readyz")
    with site.served.database.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "tocsin_runtime"


def test_without_a_database_nothing_is_ready(site: Site, database_url: str) -> None:
    """503 within the process's own means; requests hear 503 as well, and both recover by themselves."""
    site.operator.get("/v1/incidents")
    name = database_url.rsplit("/", 1)[1].partition("?")[0]
    admin = create_engine(
        site.tocsin.url.replace(f"/{name}", "/postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(ENDING, {"name": name})
        unready, refused = site.nobody.get("/readyz"), site.operator.get(f"/v1/agreements/{OURS}")
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    assert (unready.status, unready.body["checks"]) == (503, {"database": "does not answer"})
    assert refused.status == 503
    assert site.nobody.get("/readyz").status == 200
    assert site.operator.get(f"/v1/agreements/{OURS}").status == 200


def _parameters(document: dict[str, Any], path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Give an operation's parameters by name, the path's own among them."""
    listed = document["paths"][path].get("parameters", []) + operation.get("parameters", [])
    known = document["components"]["parameters"]
    found = [known[each["$ref"].rsplit("/", 1)[1]] if "$ref" in each else each for each in listed]
    return {each["name"]: each for each in found}
