"""What a partner with a good key of their own tries, to learn or to do what is not theirs: each leads nowhere."""

from __future__ import annotations

import pytest

from api.access.permissions import Scope
from api.settings import OidcSettings
from tests.support.http import (
    OURS,
    PUBLIC_URL,
    THEIRS,
    Caller,
    Reply,
    Site,
    declaration,
    party_key,
    problem_of,
    site_on,
    wrong_fields,
)

WORKING = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE]
MEMBERS = f"/v1/partnerships/{OURS}/members"
DAN = {"email": "dan@acme.example", "name": "Dan Olsen", "roles": ["responder"]}


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give somebody of the provider."""
    return of_party(site, "acme")


@pytest.fixture
def globex(site: Site) -> Caller:
    """Give somebody of the client."""
    return of_party(site, "globex")


def of_party(site: Site, party: str | None, *more: Scope) -> Caller:
    """Give a key of a party (None: of neither) that works on incidents."""
    return site.caller(party_key(site.tocsin, OURS, party, [*WORKING, *more]))


def test_a_request_sent_again_does_not_bring_back_what_was_restricted_since(acme: Caller, globex: Caller) -> None:
    """The first answer had it; the second one has what was restricted since then withheld."""
    incident = acme.declare(title="Card payments fail")
    first = globex.command(incident, "acknowledge", Idempotency_Key="one")
    acme.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "internal"})
    again = globex.command(incident, "acknowledge", Idempotency_Key="one")
    assert (first.body["title"], again.body["title"]) == ("Card payments fail", None)
    assert (again.body["withheld"], again.headers["Idempotency-Replayed"]) == ({"title": "internal"}, "true")
    assert again.body["version"] == first.body["version"]


def test_nobody_learns_who_stands_behind_an_id(site: Site) -> None:
    """Of the other party, of another partnership, or gone: as somebody who was never known; one's own are found."""
    ours, theirs = (site.caller(party_key(site.tocsin, OURS, party, [Scope.ADMIN])) for party in ("acme", "globex"))
    elsewhere = site.caller(party_key(site.tocsin, THEIRS, "acme", [Scope.ADMIN]))
    there = elsewhere.post(f"/v1/partnerships/{THEIRS}/members", DAN | {"email": "eve@acme.example"}).body["person"]
    gone, member = (ours.post(MEMBERS, DAN | {"email": f"{name}@acme.example"}).body["person"] for name in "gm")
    assert ours.post(f"{MEMBERS}/{gone}/withdraw").status == 204
    nobody = theirs.post(MEMBERS, {"person": "0" * 32, "roles": ["responder"]})
    assert (nobody.status, wrong_fields(nobody)) == (422, ["person"])
    for person in (there, gone, member):
        assert theirs.post(MEMBERS, {"person": person, "roles": ["responder"]}).raw == nobody.raw
    assert theirs.get(MEMBERS).body["items"] == []
    assert ours.post(MEMBERS, {"person": member, "roles": ["approver"]}).body["roles"] == ["approver"]


def test_a_key_of_no_party_decides_about_nothing_that_is_no_partys(site: Site, acme: Caller) -> None:
    """It could else read the operator's own notes, and take the operator's incidents away from both sides."""
    neutral, auditing = of_party(site, None), of_party(site, None, Scope.AUDIT_READ)
    incident = site.operator.declare()
    noted = site.operator.must(incident, "note", {"text": "Between operators"})
    for change in ({"entry": noted["version"], "to": "shared"}, {"entry": 1, "to": ["globex"]}):
        refused = neutral.command(incident, "visibility", change)
        assert (refused.status, problem_of(refused)["code"]) == (409, "not_yours")
    told = neutral.get(f"/v1/incidents/{incident['id']}/timeline/{noted['version']}").body
    assert (told["data"], told["withheld"]) == ({}, {"*": "internal"})
    assert acme.get(f"/v1/incidents/{incident['id']}").status == 200
    assert auditing.command(incident, "visibility", {"entry": noted["version"], "to": "shared"}).status == 200


def test_nobody_declares_what_they_would_not_see(site: Site, acme: Caller, globex: Caller) -> None:
    """It would be recorded and paged for, and its sender told that there is no such thing."""
    for sender in (globex, of_party(site, None)):
        answer = sender.post("/v1/incidents", declaration(visibility=["acme"]))
        assert (answer.status, wrong_fields(answer)) == (422, ["visibility"])
    assert acme.get("/v1/incidents?count=true").body["total"] == 0
    assert globex.post("/v1/incidents", declaration(visibility=["acme", "globex"])).status == 201


def test_a_duplicate_does_not_point_to_what_does_not_exist_for_its_readers(acme: Caller, globex: Caller) -> None:
    """Its `duplicate_of` would tell them that there is something."""
    hidden, shared = acme.declare(visibility="internal"), acme.declare()
    refused = acme.command(shared, "duplicate", {"of": hidden["number"]})
    assert (refused.status, problem_of(refused)["code"]) == (409, "original_hidden")
    assert globex.get(f"/v1/incidents/{shared['id']}").body["duplicate_of"] is None
    also_hidden = acme.declare(visibility="internal")
    assert acme.command(also_hidden, "duplicate", {"of": hidden["number"]}).status == 200
    refused = acme.command(also_hidden, "visibility", {"entry": 1, "to": "shared"})
    assert (refused.status, problem_of(refused)["code"]) == (409, "original_hidden")
    acme.must(hidden, "visibility", {"entry": 1, "to": "shared"})
    acme.must(also_hidden, "visibility", {"entry": 1, "to": "shared"})
    assert globex.get(f"/v1/incidents/{also_hidden['id']}").body["duplicate_of"] == hidden["id"]


def test_a_browser_keeps_nothing_for_whoever_signs_in_next(database_url: str) -> None:
    """An answer of the past, which programs may keep for ever, is told apart by key and not kept by browsers."""
    with site_on(database_url, oidc=OidcSettings("https://127.0.0.1:9", "tocsin", "secret")) as site:
        administrator = site.caller(party_key(site.tocsin, OURS, "acme", [Scope.ADMIN]))
        person = administrator.post(MEMBERS, DAN).body["person"]
        incident = site.partner.declare()
        site.sequence()
        path = f"/v1/incidents/{incident['id']}?at_version=1"
        cookie = f"__Host-tocsin={site.served.sessions.begin(person)}"
        client = site.app.test_client(use_cookies=False)
        seen = Reply(client.get(path, base_url=PUBLIC_URL, headers={"Cookie": cookie}))
        assert (seen.status, seen.headers["Cache-Control"]) == (200, "private, no-store")
        kept = site.partner.get(path).headers
        assert (kept["Cache-Control"], kept["Vary"]) == ("private, max-age=31536000, immutable", "Authorization")
