"""An incident from its declaration to its end, over HTTP, with a clock that is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.http import OURS, agreement_text, declaration, problem_of

if TYPE_CHECKING:
    from tests.support.http import Site


def test_an_incident_goes_from_its_declaration_to_its_close(site: Site) -> None:
    """Each command answers the incident as it then stands, with a new ETag, and the timeline tells all of it."""
    answer = site.partner.post("/v1/incidents", declaration(description="All shops.", flags=["personal_data_breach"]))
    incident = answer.body
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/incidents/{incident['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (incident["severity"], incident["status"]) == ("S1", "open")
    assert incident["agreement"] == {"id": OURS, "version": 1}

    site.clock.move(seconds=4)
    answer = site.partner.command(incident, "acknowledge", If_Match='"1"')
    assert answer.headers["ETag"] == '"2"'
    assert answer.body["status"] == "acknowledged"
    assert answer.body["acknowledged_by"].startswith("key:")
    site.partner.must(
        incident, "assign", {"role": "commander", "assignee": "user:4711", "party": "acme"}, If_Match='"2"'
    )
    site.partner.must(incident, "note", {"text": "The gateway times out.\nLooking."})
    site.partner.must(incident, "update", {"text": "We are on it.", "audience": "partner"})
    site.partner.must(incident, "classify", {"impact": "major", "urgency": "immediate", "users_affected_pct": 30})
    site.partner.must(incident, "severity", {"severity": "S1", "reason": "It is worse."})
    paused = site.partner.must(incident, "pause", {"reason": "waiting_on_partner", "note": "Asked for logs."})
    assert paused["pauses"] == [{"reason": "waiting_on_partner", "since": "2026-03-02T12:00:04.000000Z"}]
    assert site.partner.must(incident, "resume", {"reason": "waiting_on_partner"})["pauses"] == []
    assert site.partner.must(incident, "mitigate", {"text": "Rerouted."})["status"] == "mitigated"
    assert site.partner.must(incident, "resolve")["status"] == "resolved"
    assert site.partner.must(incident, "reopen", {"reason": "It is back."})["status"] == "acknowledged"
    site.partner.must(incident, "unacknowledge", {"reason": "My shift ends."})
    site.partner.must(incident, "resolve", {"text": "Fixed."})
    closed = site.partner.must(incident, "close")

    assert closed["status"] == "closed"
    assert closed["roles"] == [{"role": "commander", "assignee": "user:4711", "party": "acme"}]
    assert closed == site.partner.get(f"/v1/incidents/{incident['number']}").body
    assert types(site, incident) == [
        "declared", "acknowledged", "assigned", "noted", "update_posted", "classified", "severity_changed",
        "clock_paused", "clock_resumed", "mitigated", "resolved", "reopened", "unacknowledged", "resolved", "closed",
    ]  # fmt: skip


def test_each_party_has_its_own_people_in_the_roles(site: Site) -> None:
    """One commander for each party, any number of responders; a second assignment of the same changes nothing."""
    incident = site.partner.declare()
    for role, party, assignee in (
        ("responder", "globex", "user:3"),
        ("commander", "globex", "user:1"),
        ("commander", "acme", "user:2"),
        ("responder", "acme", "user:5"),
        ("responder", "acme", "user:4"),
        ("responder", "acme", "user:5"),
        ("scribe", "acme", "user:2"),
        ("commander", "acme", "user:6"),
    ):
        site.partner.must(incident, "assign", {"role": role, "party": party, "assignee": assignee})

    found = site.partner.get(f"/v1/incidents/{incident['id']}").body["roles"]

    assert [(each["role"], each["party"], each["assignee"]) for each in found] == [
        ("commander", "acme", "user:6"),
        ("commander", "globex", "user:1"),
        ("responder", "acme", "user:5"),
        ("responder", "acme", "user:4"),
        ("responder", "globex", "user:3"),
        ("scribe", "acme", "user:2"),
    ]


def test_a_timeline_tells_when_it_was_so_and_when_it_was_recorded(site: Site) -> None:
    """A fact that is reported late carries both times, and who reported it."""
    incident = site.partner.declare()
    site.clock.move(minutes=10)
    site.partner.must(incident, "acknowledge", {"occurred_at": "2026-03-02T13:05:00+01:00"})

    entry = site.partner.get(f"/v1/incidents/{incident['id']}/timeline").body["entries"][-1]

    assert entry["type"] == "incident.acknowledged.v1"
    assert entry["version"] == 2
    assert entry["occurred_at"] == "2026-03-02T12:05:00.000000Z"
    assert entry["recorded_at"] == "2026-03-02T12:10:00.000000Z"
    assert entry["actor"].startswith("key:")
    assert (entry["data"], entry["withheld"]) == ({"side": None}, {})


def test_clocks_are_read_as_of_now(site: Site) -> None:
    """Counted time, due and state follow the clock that is moved and the commands that stop it."""
    incident = site.partner.declare()
    site.clock.move(seconds=5)
    before = clock(site, incident, "acknowledge")
    site.clock.move(seconds=5)
    after = clock(site, incident, "acknowledge")
    site.partner.must(incident, "acknowledge", {"occurred_at": "2026-03-02T12:00:03Z"})
    stopped = clock(site, incident, "acknowledge")

    assert (before["state"], before["target"], before["counted"]) == ("running", 6, 5)
    assert before["due_at"] == "2026-03-02T12:00:06.000000Z"
    assert (after["state"], after["breached_at"]) == ("breached", "2026-03-02T12:00:06.000000Z")
    assert (stopped["state"], stopped["stopped_at"]) == ("met", "2026-03-02T12:00:03.000000Z")


def test_a_report_from_a_clock_that_is_ahead_can_be_answered_at_once(site: Site) -> None:
    """A command without a time of its own is never from before the report."""
    incident = site.partner.declare(occurred_at="2026-03-02T12:00:04Z")
    taken = site.partner.must(incident, "acknowledge")
    assert taken["acknowledged_at"] == taken["reported_at"] == "2026-03-02T12:00:04.000000Z"


def test_commands_that_the_state_does_not_allow_are_named(site: Site) -> None:
    """Each refusal has a code of its own, and the incident stays as it was."""
    incident = site.partner.declare()
    other = site.partner.declare(title="The same")

    def refusal(verb: str, body: object = None) -> str:
        answer = site.partner.command(incident, verb, body)
        assert answer.status == 409
        return str(problem_of(answer)["code"])

    assert refusal("close") == "not_resolved"
    assert refusal("reopen", {"reason": "x"}) == "not_over"
    assert refusal("unacknowledge") == "not_acknowledged"
    assert refusal("severity", {"severity": "S1", "reason": "x"}) == "same_severity"
    assert refusal("resume", {"reason": "waiting_on_partner"}) == "not_paused"
    assert refusal("duplicate", {"of": incident["number"]}) == "own_duplicate"
    assert refusal("acknowledge", {"occurred_at": "2026-03-01T00:00:00Z"}) == "too_late"
    duplicate = site.partner.must(incident, "duplicate", {"of": other["number"]})
    assert (duplicate["status"], duplicate["duplicate_of"]) == ("duplicate", other["id"])
    assert refusal("note", {"text": "x"}) == "withdrawn"
    assert refusal("acknowledge") == "not_active"
    assert types(site, incident) == ["declared", "marked_duplicate"]


def test_an_incident_stays_with_the_agreement_it_was_opened_under(site: Site) -> None:
    """A new version acts on later incidents alone (clock rule 3)."""
    before = site.partner.declare()
    answer = site.operator.send("/v1/agreements", agreement_text(version=2), "application/yaml")
    after = site.partner.declare()

    assert answer.status == 201
    assert site.partner.get(f"/v1/incidents/{before['id']}").body["agreement"]["version"] == 1
    assert after["agreement"]["version"] == 2


def types(site: Site, incident: dict[str, Any]) -> list[str]:
    """Give the short names of what people did, in order."""
    entries = site.partner.get(f"/v1/incidents/{incident['id']}/timeline").body["entries"]
    return [entry["type"].split(".")[1] for entry in entries]


def clock(site: Site, incident: dict[str, Any], name: str) -> dict[str, Any]:
    """Give an incident's clock of that name."""
    readings = site.partner.get(f"/v1/incidents/{incident['id']}/clocks").body["clocks"]
    [found] = [reading for reading in readings if reading["clock"] == name]
    return dict(found)
