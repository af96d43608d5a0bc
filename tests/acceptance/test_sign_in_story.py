"""People and programs come by way of a stand-in Okta: the whole dance, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from api.access.members import Grant
from api.settings import OidcSettings
from tests.support.clock import MovedClock
from tests.support.emulate import emulating, sign_in
from tests.support.http import OURS, PUBLIC_URL, Reply, declaration, problem_of, site_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from tests.support.http import Site

pytestmark = pytest.mark.outside

INCIDENTS = "/v1/incidents"
OURS_ALONE = {"Origin": PUBLIC_URL}
SECRETS = {"tocsin": "hush", "monitoring": "shush"}
SEED = {
    "users": [
        {"login": "ana@acme.example", "email": "ana@acme.example", "okta_id": "00u1"},
        {"login": "eve@acme.example", "email": "eve@acme.example", "okta_id": "00u2"},
    ],
    "oauth_clients": [
        {
            "client_id": name,
            "client_secret": secret,
            "name": name,
            "redirect_uris": [f"{PUBLIC_URL}/v1/sign-in/callback"],
        }
        for name, secret in SECRETS.items()
    ],
}


@pytest.fixture
def oidc() -> Iterator[OidcSettings]:
    """Yield how to reach an Okta that knows two people and two clients."""
    with emulating("okta", SEED) as url:
        yield OidcSettings(f"{url}/oauth2/default", "tocsin", SECRETS["tocsin"], audience="api://default")


@pytest.fixture
def site(database_url: str, oidc: OidcSettings) -> Iterator[Site]:
    """Yield the API, whose clock stands at the real present: the provider's goes on."""
    with site_on(database_url, clock=MovedClock(datetime.now(UTC)), oidc=oidc) as site:
        yield site


def come_back(client: FlaskClient, who: str) -> Reply:
    """Sign in at the provider as somebody, and give the answer to coming back."""
    begun = client.get("/v1/sign-in?return_to=/docs")
    back = urlsplit(sign_in(begun.headers["Location"], who))
    return Reply(client.get(f"{back.path}?{back.query}"))


def token_of(oidc: OidcSettings, client: str, scope: str) -> str:
    """Get an access token by client credentials (RFC 6749, section 4.4)."""
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": SECRETS[client], "scope": scope}
    token: str = httpx.post(f"{oidc.issuer}/v1/token", data=form).json()["access_token"]
    return token


def test_a_person_signs_in_works_and_signs_out(site: Site) -> None:
    """Registered by e-mail with a role, she needs no key and no password here. Once deactivated, she is out."""
    ana = site.served.people.register("Ana", "ana@acme.example", by="test")
    site.tocsin.members.grant(OURS, Grant(ana, "acme", ["responder"]), by="test")
    client = site.app.test_client()
    assert client.get(INCIDENTS).status_code == 401

    back = come_back(client, "ana@acme.example")
    assert (back.status, back.headers["Location"]) == (302, "/docs")
    assert client.post(INCIDENTS, json=declaration(), headers=OURS_ALONE).status_code == 201
    assert [each["title"] for each in client.get(INCIDENTS).get_json()["items"]] == ["Card payments fail"]

    assert client.post("/v1/sign-out", headers=OURS_ALONE).status_code == 204
    assert client.get(INCIDENTS).status_code == 401

    assert come_back(client, "ana@acme.example").status == 302
    site.served.people.deactivate(ana, by="test")
    assert client.get(INCIDENTS).status_code == 401
    assert problem_of(come_back(client, "ana@acme.example"))["code"] == "unknown_person"


def test_a_person_whom_nobody_registered_is_told_so(site: Site) -> None:
    """That the provider knows her is not enough."""
    client = site.app.test_client()
    told = problem_of(come_back(client, "eve@acme.example"))
    assert (told["status"], told["code"]) == (403, "unknown_person")
    assert "eve@acme.example" in told["detail"]
    assert client.get(INCIDENTS).status_code == 401


def test_a_service_reads_with_its_own_token(site: Site, oidc: OidcSettings) -> None:
    """It gets one by client credentials, for the scopes that it needs; no key of ours lies in its configuration."""
    service = site.served.people.service("Monitoring", oidc.issuer, "monitoring", by="test")
    site.tocsin.members.grant(OURS, Grant(service, "acme", ["responder"]), by="test")
    site.partner.declare()

    reader = site.caller(token_of(oidc, "monitoring", "incidents:read"))
    assert len(reader.get(INCIDENTS).body["items"]) == 1
    assert reader.post(INCIDENTS, declaration()).status == 403

    revoked = token_of(oidc, "monitoring", "incidents:read")
    who = {"client_id": "monitoring", "client_secret": SECRETS["monitoring"]}
    httpx.post(f"{oidc.issuer}/v1/revoke", data={**who, "token": revoked}).raise_for_status()
    unregistered = token_of(oidc, "tocsin", "incidents:read")
    assert [site.caller(token).get(INCIDENTS).status for token in (revoked, unregistered, "unknown")] == [401] * 3
