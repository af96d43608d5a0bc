"""The HTTP API over a database of its own, everything real but time: declared to, commanded and read through Flask."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.access.limits import Limit
from api.bootstrap import build
from api.http.app import create_app
from incidents.ledger.connections import connect
from incidents.ledger.reach import RUNTIME, SEQUENCER
from incidents.ledger.sequencer import Sequencer
from tests.support.clock import MovedClock
from tests.support.receiver import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from api.access.permissions import Scope
    from api.bootstrap import Tocsin
    from api.settings import OidcSettings

DEMO = (Path(__file__).resolve().parents[2] / "examples" / "agreements" / "demo.yaml").read_text(encoding="utf-8")
UNLIMITED = Limit(per_second=100_000, burst=1_000_000)
"""More than any test sends while the clock stands."""
PUBLIC_URL = "https://tocsin.example"
OURS, THEIRS = "acme-globex-demo", "initech-umbrella"


class Reply:
    """What came back."""

    def __init__(self, response: TestResponse) -> None:
        """Take Flask's."""
        self.status = response.status_code
        self.headers = response.headers
        self.content_type = response.content_type
        self.raw = response.data

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in it."""
        found: dict[str, Any] = json.loads(self.raw)
        return found


class Caller:
    """Somebody with a key; without one, somebody unknown."""

    def __init__(self, app: Flask, token: str | None) -> None:
        """Take the application and what stands in the Authorization header."""
        self._client = app.test_client()
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Reply:
        """GET; a header's underscores become hyphens."""
        return Reply(self._client.get(path, headers=self._headers | _headers(headers)))

    def post(self, path: str, body: object = None, **headers: str) -> Reply:
        """POST JSON; None sends no body."""
        sent: dict[str, Any] = {} if body is None else {"json": body}
        return Reply(self._client.post(path, headers=self._headers | _headers(headers), **sent))

    def send(self, path: str, raw: bytes, content_type: str | None, **headers: str) -> Reply:
        """POST bytes as they are."""
        return Reply(
            self._client.post(path, data=raw, content_type=content_type, headers=self._headers | _headers(headers))
        )

    def request(self, method: str, path: str, **options: Any) -> Reply:  # noqa: ANN401 - the client's own options
        """Send anything."""
        return Reply(self._client.open(path, method=method, headers=self._headers, **options))

    def open_stream(self, path: str, headers: dict[str, str]) -> TestResponse:
        """GET what comes bit by bit; whoever reads it closes it."""
        return self._client.get(path, headers=self._headers | _headers(headers))

    def declare(self, **fields: object) -> dict[str, Any]:
        """Declare an incident of severity S1 and give it."""
        answer = self.post("/v1/incidents", declaration(**fields))
        assert answer.status == 201, answer.raw
        return answer.body

    def command(self, incident: dict[str, Any], verb: str, body: object = None, **headers: str) -> Reply:
        """Command an incident, whatever its revision unless If_Match says which."""
        return self.post(f"/v1/incidents/{incident['id']}/{verb}", body, **({"If_Match": "*"} | headers))

    def must(self, incident: dict[str, Any], verb: str, body: object = None, **headers: str) -> dict[str, Any]:
        """Command an incident and give it as it then stands."""
        answer = self.command(incident, verb, body, **headers)
        assert answer.status == 200, answer.raw
        return answer.body


_idle_apps: list[Flask] = []
"""Applications that no site uses any more: one takes 0.3 s to make, and nothing but its Tocsin tells it from others."""


def _app_for(served: Tocsin) -> Flask:
    if not _idle_apps:
        return create_app(served)
    app = _idle_apps.pop()
    app.extensions["tocsin"] = served
    return app


class Site:
    """A Tocsin with its application, an operator, and one partner for each of two partnerships."""

    def __init__(
        self,
        url: str,
        limit: Limit = UNLIMITED,
        *,
        clock: MovedClock | None = None,
        oidc: OidcSettings | None = None,
    ) -> None:
        """Build it on a migrated database; `limit` is how much each caller may send, `oidc` how people sign in."""
        self.clock = clock or MovedClock()
        self.tocsin: Tocsin = build(url, clock=self.clock, committed=lambda: None)
        """What the worker and the commands have: it reaches everything."""
        self.served: Tocsin = build(
            url,
            role=RUNTIME,
            clock=self.clock,
            committed=lambda: None,
            limit=limit,
            oidc=oidc,
            public_url=PUBLIC_URL,
            outbound_allow=HERE,
        )
        """What a web process has: it reaches nothing until a request is let in."""
        self.app = _app_for(self.served)
        self.operator = self.caller(self.tocsin.keys.issue("operator", by="test").token)
        self.partner = self.caller(self.tocsin.keys.issue("partner", OURS, by="test").token)
        self.stranger = self.caller(self.tocsin.keys.issue("stranger", THEIRS, by="test").token)
        self.nobody = self.caller(None)

    def caller(self, token: str | None) -> Caller:
        """Give somebody with a token."""
        return Caller(self.app, token)

    def publish_all(self) -> None:
        """Publish the agreement of each partnership."""
        for partnership in (OURS, THEIRS):
            answer = self.operator.send("/v1/agreements", agreement_text(partnership), "application/yaml")
            assert answer.status == 201, answer.raw

    def sequence(self) -> None:
        """Sequence all that is committed."""
        engine = connect(self.tocsin.url, SEQUENCER, pool_size=1)
        Sequencer(engine, self.clock).run_until_idle()
        engine.dispose()


@contextmanager
def site_on(url: str, *, clock: MovedClock | None = None, oidc: OidcSettings | None = None) -> Iterator[Site]:
    """Give a site with published agreements, and let go of its database in the end."""
    site = Site(url, clock=clock, oidc=oidc)
    try:
        site.publish_all()
        yield site
    finally:
        _idle_apps.append(site.app)
        site.served.close()
        site.tocsin.close()


def party_key(
    tocsin: Tocsin, partnership: str = OURS, party: str | None = None, scopes: Iterable[Scope] | None = None
) -> str:
    """Give the token of a new key for a party of a partnership whose agreement is published.

    Without scopes it has all that a partnership's key can have: `audit:read` too, which shows everything.
    """
    return tocsin.keys.issue(f"{party} key", partnership, party, scopes, by="test").token


def agreement_text(partnership: str = OURS, version: int = 1) -> bytes:
    """Give the demo's agreement for a partnership, as a version."""
    text = DEMO.replace(f"id: {OURS}", f"id: {partnership}").replace("\n  version: 1\n", f"\n  version: {version}\n")
    return text.encode()


def declaration(**fields: object) -> dict[str, object]:
    """Give the body of a declaration; a field of None is left out."""
    body = {
        "partnership": OURS,
        "service": "payments-api",
        "title": "Card payments fail",
        "impact": "critical",
        "urgency": "immediate",
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def problem_of(answer: Reply) -> dict[str, Any]:
    """Give a problem, having checked what every problem promises (RFC 9457)."""
    assert answer.content_type == "application/problem+json"
    told = answer.body
    assert told["status"] == answer.status
    assert told["type"] == f"urn:tocsin:problem:{told['code']}"
    assert re.fullmatch(r"[a-z0-9_]+", told["code"])
    assert told["title"]
    assert told["detail"]
    return told


def wrong_fields(answer: Reply) -> list[str]:
    """Give the fields that a problem names, in its order."""
    return [entry["field"] for entry in problem_of(answer).get("errors", [])]


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}
