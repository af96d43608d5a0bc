"""Webhook subscriptions over HTTP: whose they are, what they take, what is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, party_key, problem_of

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

WEBHOOKS = f"/v1/partnerships/{OURS}/webhooks"
BODY = {"url": "https://hooks.acme.example/tocsin?key=k1", "name": "Ticket system", "types": ["incident.*"]}
MANAGING = [Scope.INTEGRATIONS_MANAGE, Scope.EVENTS_READ]


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give who manages acme's integrations."""
    return site.caller(party_key(site.tocsin, OURS, "acme", MANAGING))


def made(caller: Caller, **body: object) -> dict[str, Any]:
    """Make a webhook."""
    answer = caller.post(WEBHOOKS, BODY | body)
    assert answer.status == 201, answer.raw
    return answer.body


def test_a_webhook_is_made_and_read(acme: Caller) -> None:
    """Its secret is shown this once; read again and listed, it shows all else."""
    new = made(acme)
    secret = new.pop("secret")
    assert secret.startswith("whsec_")
    itself = f"{WEBHOOKS}/{new['webhook']}"
    assert new == {
        "webhook": new["webhook"],
        "party": "acme",
        **BODY,
        "state": "active",
        "state_why": None,
        "state_at": new["made_at"],
        "old_secret_until": None,
        "made_by": new["made_by"],
        "made_at": "2026-03-02T12:00:00.000000Z",
        "links": {"self": itself, "messages": f"{itself}/messages"},
    }
    assert acme.get(itself).body == new
    assert acme.get(WEBHOOKS).body == {"items": [new]}


def test_it_goes_through_its_states(acme: Caller) -> None:
    """Paused, resumed, removed; what does not fit its state is refused, and a removed one is listed no more."""
    itself = made(acme)["links"]["self"]
    for verb, state in (("pause", "paused"), ("resume", "active"), ("remove", "removed")):
        answer = acme.post(f"{itself}/{verb}", {})
        assert (answer.status, answer.body["state"]) == (200, state)
        assert acme.get(itself).body["state"] == state
    assert problem_of(acme.post(f"{itself}/resume", {}))["code"] == "webhook_removed"
    assert acme.get(WEBHOOKS).body == {"items": []}
