"""A nightly backup stays away: its silence pages whoever is on duty, and it resolves what it opened when it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from tests.support.http import OURS, party_key

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

HEARTBEATS = f"/v1/partnerships/{OURS}/heartbeats"
NIGHTLY = {
    "name": "nightly-backup",
    "interval": 86_400,
    "grace": 3_600,
    "service": "payments-api",
    "impact": "critical",
    "urgency": "immediate",
    "title": "The nightly backup did not run",
    "resolves": True,
}


def member(site: Site, party: str, *scopes: Scope) -> Caller:
    """Give a member of a party with some scopes."""
    return site.caller(party_key(site.tocsin, OURS, party, (Scope.INCIDENTS_READ, *scopes)))


def time_passes(site: Site, **by: float) -> None:
    """Let time pass, then the worker work."""
    site.clock.move(**by)
    while site.tocsin.heartbeats.watch.run_once():
        pass
    while site.tocsin.engine.run_once():
        pass


def read(caller: Caller, heartbeat: dict[str, Any]) -> dict[str, Any]:
    """Read a heartbeat."""
    answer = caller.get(heartbeat["links"]["self"])
    assert answer.status == 200, answer.raw
    return answer.body


def test_a_night_without_a_backup(site: Site) -> None:
    """Alive, late, silent: then an incident by the heartbeat, of whose rung the duty hears; back, and resolved."""
    admin, globex = member(site, "acme", Scope.INTEGRATIONS_MANAGE), member(site, "globex", Scope.INTEGRATIONS_MANAGE)
    made = admin.post(HEARTBEATS, NIGHTLY)
    assert made.status == 201
    backup = made.body
    assert (backup["state"], backup["expected_at"]) == ("never_heard", "2026-03-03T12:00:00.000000Z")
    address = backup["address"].removeprefix("https://tocsin.example")

    time_passes(site, hours=14)
    assert site.nobody.get(address).status == 204
    assert read(admin, backup)["state"] == "alive"
    time_passes(site, hours=24)
    assert read(admin, backup)["state"] == "late"
    assert admin.get("/v1/incidents").body["items"] == []

    time_passes(site, hours=1)
    silent = read(admin, backup)
    assert silent["state"] == "silent"
    incident = globex.get(silent["links"]["incident"]).body
    assert (incident["title"], incident["severity"]) == ("The nightly backup did not run", "S1")
    entries = globex.get(f"{silent['links']['incident']}/timeline").body["entries"]
    assert (entries[0]["actor"], entries[0]["party"], entries[0]["source"]) == (
        f"heartbeat:{backup['id']}",
        "acme",
        "heartbeat",
    )
    assert "incident.rung_fired.v1" in {entry["type"] for entry in entries}

    time_passes(site, hours=2)
    assert len(admin.get("/v1/incidents").body["items"]) == 1

    assert site.nobody.post(address, {"log": "never read"}).status == 204
    time_passes(site, seconds=1)
    assert (read(admin, backup)["state"], read(admin, backup)["incident"]) == ("alive", None)
    assert globex.get(silent["links"]["incident"]).body["status"] == "resolved"


def test_whose_heartbeats_they_are(site: Site) -> None:
    """Another party's are not there, auditors only read, and who may not manage integrations sets none up."""
    acme, globex = (member(site, party, Scope.INTEGRATIONS_MANAGE) for party in ("acme", "globex"))
    auditor = member(site, "globex", Scope.AUDIT_READ)
    backup = acme.post(HEARTBEATS, NIGHTLY).body
    itself = backup["links"]["self"]
    assert [each["id"] for each in auditor.get(HEARTBEATS).body["items"]] == [backup["id"]]
    assert globex.get(HEARTBEATS).body["items"] == []
    missing = globex.get(f"{HEARTBEATS}/{'0' * 32}")
    for part in ("settings", "new-address", "pause", "resume", "remove"):
        body = {name: value for name, value in NIGHTLY.items() if name != "name"} if part == "settings" else {}
        hidden = globex.post(f"{itself}/{part}", body)
        assert (hidden.status, hidden.raw) == (404, missing.raw), part
        assert auditor.post(f"{itself}/{part}", body).status == 403
    assert globex.get(itself).raw == missing.raw
    assert site.stranger.get(itself).status == 404
    assert globex.post(HEARTBEATS, NIGHTLY | {"party": "acme"}).status == 403
    assert member(site, "acme").post(HEARTBEATS, NIGHTLY).status == 403
    assert globex.post(HEARTBEATS, NIGHTLY).status == 201, "a name is taken in its own party alone"
    assert acme.post(HEARTBEATS, NIGHTLY).body["code"] == "name_taken"
