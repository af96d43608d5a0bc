"""Members over HTTP: administrators manage their own party's people, and everybody known learns who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.members import Grant
from api.access.permissions import ROLES, Scope
from api.settings import OidcSettings
from tests.support.http import (
    OURS,
    PUBLIC_URL,
    THEIRS,
    Caller,
    Reply,
    Site,
    party_key,
    problem_of,
    site_on,
    wrong_fields,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMBERS = f"/v1/partnerships/{OURS}/members"
ANN = {"email": "Ann@acme.example", "name": "Ann Olsen", "roles": ["responder", "approver"]}


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API, where people have sessions."""
    with site_on(database_url, oidc=OidcSettings("https://127.0.0.1:9", "tocsin", "secret")) as site:
        yield site


def administrator(site: Site, party: str | None = "acme") -> Caller:
    """Give somebody who may manage a party's members."""
    return site.caller(party_key(site.tocsin, OURS, party, [Scope.ADMIN]))


def signed_in(site: Site, person: str, path: str) -> Reply:
    """GET something as a person who is signed in."""
    cookie = f"__Host-tocsin={site.served.sessions.begin(person)}"
    client = site.app.test_client(use_cookies=False)
    return Reply(client.get(path, base_url=PUBLIC_URL, headers={"Cookie": cookie}))


def test_a_member_is_added_and_may_do_what_their_roles_say(site: Site) -> None:
    """From the next request on; what they may do is told by /v1/me."""
    added = administrator(site).post(MEMBERS, ANN)
    assert added.status == 200
    person = added.body["person"]
    assert added.body == {
        "person": person,
        "kind": "person",
        "name": "Ann Olsen",
        "email": "ann@acme.example",
        "party": "acme",
        "roles": ["approver", "responder"],
        "since": "2026-03-02T12:00:00.000000Z",
        "active": True,
    }
    assert signed_in(site, person, "/v1/incidents").status == 200
    assert signed_in(site, person, f"/v1/partnerships/{OURS}/keys").status == 403
    me = signed_in(site, person, "/v1/me").body
    scopes = sorted(ROLES["responder"] | ROLES["approver"])
    assert (me["actor"], me["kind"], me["email"]) == (f"person:{person}", "person", "ann@acme.example")
    assert me["memberships"] == [
        {"partnership": OURS, "party": "acme", "roles": ["approver", "responder"], "scopes": scopes}
    ]


def test_roles_are_set_not_added(site: Site) -> None:
    """By id or by address; what is not named is taken away."""
    acme = administrator(site)
    person = acme.post(MEMBERS, ANN).body["person"]
    changed = acme.post(MEMBERS, {"person": person, "roles": ["executive"]})
    assert (changed.status, changed.body["person"], changed.body["roles"]) == (200, person, ["executive"])
    refused = acme.post(MEMBERS, ANN | {"name": "Another name", "roles": ["responder"]})
    assert (refused.status, problem_of(refused)["code"]) == (409, "known_by_another_name")
    again = acme.post(MEMBERS, ANN | {"name": "ANN OLSEN", "roles": ["responder"]}).body
    assert (again["person"], again["name"], again["roles"]) == (person, "Ann Olsen", ["responder"])
    assert len(acme.get(MEMBERS).body["items"]) == 1


def test_a_withdrawn_member_is_at_nobodys_door(site: Site) -> None:
    """The partnership is not there for them any more; the same request again has the same answer."""
    acme = administrator(site)
    person = acme.post(MEMBERS, ANN).body["person"]
    first, again = (acme.post(f"{MEMBERS}/{person}/withdraw", Idempotency_Key="k1") for _ in range(2))
    assert (first.status, again.status) == (204, 204)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert acme.get(MEMBERS).body["items"] == []
    assert signed_in(site, person, "/v1/incidents").status == 403
    me = signed_in(site, person, "/v1/me")
    assert (me.status, me.body["memberships"]) == (200, [])
    assert acme.post(f"{MEMBERS}/{person}/withdraw").status == 404


def test_members_of_others_are_not_there(site: Site) -> None:
    """Those of the other party, and of another partnership, exactly as those whom nobody knows."""
    acme = administrator(site)
    bob = site.tocsin.people.register("Bob", "bob@globex.example", by="test")
    eve = site.tocsin.people.register("Eve", "eve@initech.example", by="test")
    site.tocsin.members.grant(OURS, Grant(bob, "globex", ["responder"]), by="test")
    site.tocsin.members.grant(THEIRS, Grant(eve, "acme", ["responder"]), by="test")
    assert acme.get(MEMBERS).body["items"] == []
    assert [item["name"] for item in site.operator.get(MEMBERS).body["items"]] == ["Bob"]
    missing = acme.post(f"{MEMBERS}/{'0' * 32}/withdraw")
    for person in (bob, eve, "nobody"):
        answer = acme.post(f"{MEMBERS}/{person}/withdraw")
        assert (answer.status, answer.raw) == (404, missing.raw)
    taken = acme.post(MEMBERS, {"email": "bob@globex.example", "name": "Bob", "roles": ["responder"]})
    assert (taken.status, problem_of(taken)["code"]) == (409, "member_of_another_party")


def test_nobody_gives_roles_for_another_party(site: Site) -> None:
    """The operator alone does, and must say for which."""
    answer = administrator(site).post(MEMBERS, ANN | {"party": "globex"})
    assert (answer.status, problem_of(answer)["code"]) == (403, "other_party")
    for caller in (administrator(site, None), site.operator):
        answer = caller.post(MEMBERS, ANN)
        assert (answer.status, wrong_fields(answer)) == (422, ["party"])
    assert site.operator.post(MEMBERS, ANN | {"party": "globex"}).body["party"] == "globex"


def test_only_who_sees_everything_makes_auditors(site: Site) -> None:
    """An administrator could else read what the other side keeps to itself."""
    auditor = ANN | {"roles": ["auditor"]}
    answer = administrator(site).post(MEMBERS, auditor)
    assert (answer.status, problem_of(answer)["code"]) == (403, "not_yours_to_give")
    assert site.tocsin.people.by_email("ann@acme.example") is None
    both = site.caller(party_key(site.tocsin, OURS, "acme", [Scope.ADMIN, Scope.AUDIT_READ]))
    assert both.post(MEMBERS, auditor).body["roles"] == ["auditor"]


def test_a_repeated_request_has_its_first_answer(site: Site) -> None:
    """Also after the roles have changed; and the key is for that request alone."""
    acme = administrator(site)
    first = acme.post(MEMBERS, ANN, Idempotency_Key="k1")
    acme.post(MEMBERS, ANN | {"roles": ["executive"]})
    again = acme.post(MEMBERS, ANN, Idempotency_Key="k1")
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert acme.get(MEMBERS).body["items"][0]["roles"] == ["executive"]
    other = acme.post(MEMBERS, ANN | {"roles": ["executive"]}, Idempotency_Key="k1")
    assert problem_of(other)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (["email"], ANN | {"email": "ann"}),
        (["email"], {"name": "Ann", "roles": ["responder"]}),
        (["email"], ANN | {"person": "0" * 32}),
        (["name"], {"email": "ann@acme.example", "roles": ["responder"]}),
        (["roles.0"], ANN | {"roles": ["king"]}),
        (["roles"], ANN | {"roles": []}),
        (["person"], {"person": "0" * 32, "roles": ["responder"]}),
        (["person"], {"person": "../key", "roles": ["responder"]}),
    ],
)
def test_a_wrong_field_is_named(site: Site, fields: list[str], body: dict[str, Any]) -> None:
    """And nobody is registered."""
    answer = administrator(site).post(MEMBERS, body)
    assert (answer.status, wrong_fields(answer)) == (422, fields)
    assert site.tocsin.people.by_email("ann@acme.example") is None


def test_who_is_deactivated_is_nobody(site: Site) -> None:
    """Their session opens nothing any more; the list says that they are let in no more."""
    acme = administrator(site)
    person = acme.post(MEMBERS, ANN).body["person"]
    assert signed_in(site, person, "/v1/me").status == 200
    site.served.people.deactivate(person, by="test")
    assert signed_in(site, person, "/v1/me").status == 401
    assert [(item["active"], item["email"]) for item in acme.get(MEMBERS).body["items"]] == [(False, None)]


def test_everybody_who_is_known_learns_who_they_are(site: Site) -> None:
    """The operator too; nobody else."""
    me = site.operator.get("/v1/me").body
    assert (me["kind"], me["name"], me["operator"], me["memberships"]) == ("key", "operator", True, [])
    assert site.nobody.get("/v1/me").status == 401
