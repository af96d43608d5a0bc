"""Keys over HTTP: administrators manage those of their own party; the others' do not exist for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, THEIRS, Caller, party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Site

KEYS = f"/v1/partnerships/{OURS}/keys"
ASKED = {"name": "Monitoring", "scopes": ["incidents:read", "incidents:write"]}
ADMINISTRATION = [Scope.ADMIN, Scope.INCIDENTS_READ]


def administrator(site: Site, party: str | None = "acme", partnership: str = OURS) -> Caller:
    """Give somebody who may manage a party's keys."""
    return site.caller(party_key(site.tocsin, partnership, party, ADMINISTRATION))


def test_an_administrator_makes_a_key_that_works(site: Site) -> None:
    """For their own party; its token is in this answer and in no later one."""
    acme = administrator(site)
    made = acme.post(KEYS, ASKED)
    assert made.status == 201
    key = site.caller(made.body["token"])
    assert key.declare()["number"]
    me = key.get("/v1/me").body
    assert me == {
        "actor": f"key:{made.body['id']}",
        "kind": "key",
        "name": "Monitoring",
        "email": None,
        "operator": False,
        "memberships": [
            {"partnership": OURS, "party": "acme", "roles": [], "scopes": ["incidents:read", "incidents:write"]}
        ],
    }
    listed = next(item for item in acme.get(KEYS).body["items"] if item["id"] == made.body["id"])
    assert listed == {name: value for name, value in made.body.items() if name != "token"} | {
        "last_used_at": listed["last_used_at"]
    }
    assert listed["last_used_at"] is not None


def test_a_repeated_request_makes_no_second_key_and_shows_no_secret(site: Site) -> None:
    """409 names the key that it made; the same goes for a new secret of it."""
    acme = administrator(site)
    made = acme.post(KEYS, ASKED, Idempotency_Key="k1").body
    again = problem_of(acme.post(KEYS, ASKED, Idempotency_Key="k1"))
    assert (again["status"], again["code"], again["details"]) == (409, "secret_shown_before", {"id": made["id"]})
    address = f"{KEYS}/{made['id']}/rotate"
    assert acme.post(address, {}, Idempotency_Key="k2").status == 200
    assert problem_of(acme.post(address, {}, Idempotency_Key="k2"))["code"] == "secret_shown_before"
    assert problem_of(acme.post(KEYS, ASKED | {"name": "x"}, Idempotency_Key="k1"))["code"] == "idempotency_key_reused"
    assert [item["name"] for item in acme.get(KEYS).body["items"]].count("Monitoring") == 1


def test_a_key_is_rotated_and_revoked(site: Site) -> None:
    """Both secrets work until the old one's end; after revoking neither does; revoking is answered again the same."""
    acme = administrator(site)
    made = acme.post(KEYS, ASKED).body
    until = site.clock.now() + timedelta(hours=1)
    rotated = acme.post(f"{KEYS}/{made['id']}/rotate", {"old_until": until.isoformat()})
    assert (rotated.status, rotated.body["id"]) == (200, made["id"])
    tokens = [made["token"], rotated.body["token"]]
    assert [site.caller(token).get("/v1/incidents").status for token in tokens] == [200, 200]
    site.clock.move(hours=1)
    assert [site.caller(token).get("/v1/incidents").status for token in tokens] == [401, 200]
    first, again = (acme.post(f"{KEYS}/{made['id']}/revoke", Idempotency_Key="k1") for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (first.body["revoked_at"], again.body) == (first.body["revoked_at"], first.body)
    assert site.caller(tokens[1]).get("/v1/incidents").status == 401
    assert problem_of(acme.post(f"{KEYS}/{made['id']}/revoke"))["code"] == "already_revoked"


def test_keys_of_others_are_not_there(site: Site) -> None:
    """Those of the other party, of no party, of another partnership and of the operator, exactly as made-up ones."""
    acme = administrator(site)
    others = [
        party_key(site.tocsin, OURS, "globex"),
        party_key(site.tocsin, OURS),
        party_key(site.tocsin, THEIRS, "acme"),
        site.tocsin.keys.issue("operator", by="test").token,
    ]
    assert {item["party"] for item in acme.get(KEYS).body["items"]} == {"acme"}
    missing = {verb: acme.post(f"{KEYS}/{'0' * 16}/{verb}", {}).raw for verb in ("rotate", "revoke")}
    for token in others:
        for verb, raw in missing.items():
            answer = acme.post(f"{KEYS}/{token.split('_')[1]}/{verb}", {})
            assert (answer.status, answer.raw) == (404, raw)
        assert site.tocsin.keys.find(token)
    assert acme.post(f"{KEYS}/..%2F/rotate", {}).status == 404


def test_nobody_makes_keys_for_another_party(site: Site) -> None:
    """Not even whoever belongs to neither; the operator does for all."""
    for party in ("acme", None):
        answer = administrator(site, party).post(KEYS, ASKED | {"party": "globex"})
        assert (answer.status, problem_of(answer)["code"]) == (403, "other_party")
    assert site.operator.post(KEYS, ASKED | {"party": "globex"}).body["party"] == "globex"
    assert site.operator.post(KEYS, ASKED).body["party"] is None


def test_only_who_sees_everything_lets_others_see_it(site: Site) -> None:
    """`audit:read` shows what the other side keeps to itself: who lacks it neither gives it nor rotates its keys."""
    acme = administrator(site)
    auditing = ASKED | {"scopes": ["audit:read"]}
    assert problem_of(acme.post(KEYS, auditing))["code"] == "not_yours_to_give"
    made = site.operator.post(KEYS, auditing | {"party": "acme"}).body
    answer = acme.post(f"{KEYS}/{made['id']}/rotate", {})
    assert (answer.status, problem_of(answer)["code"]) == (403, "not_yours_to_give")
    both = site.caller(party_key(site.tocsin, OURS, "acme", [Scope.ADMIN, Scope.AUDIT_READ]))
    assert both.post(KEYS, auditing).status == 201
    assert acme.post(f"{KEYS}/{made['id']}/revoke").status == 200


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": ""}),
        ("scopes", {"scopes": []}),
        ("scopes.0", {"scopes": ["agreements:write"]}),
        ("scopes", {"scopes": "incidents:read"}),
        ("expires_at", {"expires_at": "2020-01-01T00:00:00Z"}),
        ("secret", {"secret": "mine"}),
    ],
)
def test_a_wrong_field_is_named(site: Site, field: str, change: dict[str, object]) -> None:
    """And no key is made."""
    acme = administrator(site)
    answer = acme.post(KEYS, ASKED | change)
    assert (answer.status, wrong_fields(answer)) == (422, [field])
    assert len(acme.get(KEYS).body["items"]) == 1
