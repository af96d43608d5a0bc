"""Every answer that was ever given is found again by the instant at which it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, party_key, problem_of

if TYPE_CHECKING:
    from tests.support.http import Caller, Reply, Site

WORKING = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE]
STEPS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("acknowledge", None),
    ("note", {"text": "Looks like the gateway's certificate"}),
    ("update", {"text": "We have found the cause", "audience": "partner"}),
    ("update", {"text": "Nobody had renewed it", "audience": "internal"}),
    ("severity", {"severity": "S2", "reason": "Only one shop is left"}),
    ("assign", {"role": "commander", "assignee": "user:4711", "party": "acme"}),
    ("pause", {"reason": "waiting_on_partner", "note": "They must deploy it"}),
    ("resume", {"reason": "waiting_on_partner"}),
    ("mitigate", {"text": "Traffic goes round it"}),
    ("resolve", {"text": "Renewed"}),
    ("reopen", {"reason": "It came back"}),
    ("resolve", {"text": "Renewed in all places"}),
    ("close", None),
)


@pytest.fixture
def ours(site: Site) -> Caller:
    """Give somebody of the provider."""
    return site.caller(party_key(site.tocsin, OURS, "acme", WORKING))


@pytest.fixture
def theirs(site: Site) -> Caller:
    """Give somebody of the client."""
    return site.caller(party_key(site.tocsin, OURS, "globex", WORKING))


def readings(incident: dict[str, Any], readers: dict[str, Caller], moment: str = "") -> dict[tuple[str, str], Reply]:
    """Read all there is to read of an incident, as everybody."""
    addresses = {name: f"/v1/incidents/{incident['id']}{name}{moment}" for name in ("", "/timeline", "/clocks")}
    return {(who, name): reader.get(address) for who, reader in readers.items() for name, address in addresses.items()}


def test_every_answer_is_found_again(site: Site, ours: Caller, theirs: Caller) -> None:
    """At each step, for each reader and address: what was answered then is answered for that instant, for ever."""
    readers = {"ours": ours, "theirs": theirs, "operator": site.operator}
    incident = ours.declare()
    saved = []
    for verb, body in STEPS:
        site.sequence()
        site.clock.move(seconds=1)
        saved.append((site.clock.now().isoformat().replace("+00:00", "Z"), readings(incident, readers)))
        site.clock.move(seconds=4)
        ours.must(incident, verb, body)
    site.sequence()
    site.clock.move(hours=1)
    for instant, answers in saved:
        again = readings(incident, readers, f"?as_of={instant}")
        assert {place: reply.body for place, reply in again.items()} == {
            place: reply.body for place, reply in answers.items()
        }
        assert {reply.headers["Cache-Control"] for reply in again.values()} == {"private, max-age=31536000, immutable"}
        assert all(reply.headers["Memento-Datetime"].endswith(" GMT") for reply in again.values())
        assert {reply.headers["Cache-Control"] for reply in answers.values()} == {"private, no-store"}
    assert len({str(answers["theirs", ""].body) for _, answers in saved}) > len(STEPS) - 3


def test_the_same_by_version(site: Site, ours: Caller, theirs: Caller) -> None:
    """After each version; what is not there yet is refused by name."""
    incident = ours.declare()
    saved = {1: theirs.get(f"/v1/incidents/{incident['id']}").body}
    for verb, body in STEPS[:6]:
        site.clock.move(seconds=1)
        ours.must(incident, verb, body)
        now = theirs.get(f"/v1/incidents/{incident['id']}").body
        saved[now["version"]] = now
    for version, answer in saved.items():
        assert theirs.get(f"/v1/incidents/{incident['id']}?at_version={version}").body == answer
    refused = theirs.get(f"/v1/incidents/{incident['id']}?at_version={max(saved) + 1}")
    assert (refused.status, problem_of(refused)["errors"][0]["field"]) == (422, "at_version")


def test_only_what_is_sequenced_may_be_kept(site: Site, ours: Caller) -> None:
    """A version that no place in the log has been given yet is answered, and not for keeping."""
    incident = ours.declare()
    address = f"/v1/incidents/{incident['id']}?at_version=1"
    assert ours.get(address).headers["Cache-Control"] == "private, no-store"
    site.sequence()
    assert ours.get(address).headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_before_it_was_there_it_is_not_found(site: Site, ours: Caller) -> None:
    """As of an instant before its declaration was sequenced; an instant to come is refused."""
    before = site.clock.now().isoformat().replace("+00:00", "Z")
    site.clock.move(seconds=1)
    incident = ours.declare()
    site.sequence()
    assert ours.get(f"/v1/incidents/{incident['id']}?as_of={before}").status == 404
    refused = ours.get(f"/v1/incidents/{incident['id']}?as_of=2126-01-01T00:00:00Z")
    assert (refused.status, problem_of(refused)["errors"][0]["field"]) == (422, "as_of")


def test_a_later_restriction_acts_on_the_past(site: Site, ours: Caller, theirs: Caller) -> None:
    """What the partner could read at an instant is withheld from them for that instant too; the owner keeps it."""
    incident = ours.declare()
    told = ours.must(incident, "update", {"text": "The key was 4711", "audience": "partner"})
    site.sequence()
    site.clock.move(seconds=1)
    then = site.clock.now().isoformat().replace("+00:00", "Z")
    address = f"/v1/incidents/{incident['id']}/timeline?as_of={then}"
    assert "4711" in theirs.get(address).raw.decode()
    site.clock.move(seconds=1)
    ours.must(incident, "visibility", {"entry": told["version"], "to": "internal", "reason": "It names a secret"})
    assert "4711" not in theirs.get(address).raw.decode()
    [gap] = [entry for entry in theirs.get(address).body["entries"] if entry["type"] is None]
    assert (gap["version"], gap["withheld"], gap["actor"]) == (told["version"], {"*": "internal"}, None)
    assert theirs.get(address).body["withheld_entries"] == 1
    assert "4711" in ours.get(address).raw.decode()


def test_what_is_shared_later_is_no_part_of_the_past(site: Site, ours: Caller, theirs: Caller) -> None:
    """An internal note that is shared appears now; as of before, it is withheld as it was."""
    incident = ours.declare()
    noted = ours.must(incident, "note", {"text": "Perhaps the certificate"})
    site.sequence()
    site.clock.move(seconds=1)
    then = site.clock.now().isoformat().replace("+00:00", "Z")
    address = f"/v1/incidents/{incident['id']}/timeline"
    past = theirs.get(f"{address}?as_of={then}").body
    site.clock.move(seconds=1)
    ours.must(incident, "visibility", {"entry": noted["version"], "to": "shared"})
    assert "certificate" in theirs.get(address).raw.decode()
    assert theirs.get(f"{address}?as_of={then}").body == past
    assert "certificate" not in str(past)


def test_a_hidden_incident_does_not_exist_for_the_partner(ours: Caller, theirs: Caller) -> None:
    """404 at every address and no row in a list; shared, it is there; it can be taken back until they act."""
    incident = ours.declare(visibility="internal")
    for name in ("", "/timeline", "/clocks", "/timeline/1", "/diff?since=1&until=1"):
        assert theirs.get(f"/v1/incidents/{incident['id']}{name}").status == 404
        assert ours.get(f"/v1/incidents/{incident['id']}{name}").status == 200
    assert theirs.command(incident, "acknowledge").status == 404
    assert theirs.get("/v1/incidents").body["items"] == []
    ours.must(incident, "visibility", {"entry": 1, "to": "shared"})
    assert [row["id"] for row in theirs.get("/v1/incidents").body["items"]] == [incident["id"]]
    ours.must(incident, "visibility", {"entry": 1, "to": "internal"})
    assert theirs.get("/v1/incidents").body["items"] == []
    ours.must(incident, "visibility", {"entry": 1, "to": "shared"})
    theirs.must(incident, "acknowledge")
    refused = ours.command(incident, "visibility", {"entry": 1, "to": "internal"})
    assert (refused.status, problem_of(refused)["code"]) == (409, "others_took_part")


def test_nobody_decides_about_the_others_words(ours: Caller, theirs: Caller) -> None:
    """A party restricts and shares its own entries only."""
    incident = ours.declare()
    noted = ours.must(incident, "update", {"text": "We are on it", "audience": "partner"})
    refused = theirs.command(incident, "visibility", {"entry": noted["version"], "to": "internal"})
    assert (refused.status, problem_of(refused)["code"]) == (409, "not_yours")


def test_the_difference_between_two_versions(ours: Caller, theirs: Caller) -> None:
    """Each field with what it was and is, as the reader may see it; the timeline says the same fact by fact."""
    incident = ours.declare()
    ours.must(incident, "acknowledge")
    last = ours.must(
        incident, "severity", {"severity": "S2", "reason": "Only one shop is left", "visibility": "internal"}
    )
    told = theirs.get(f"/v1/incidents/{incident['id']}/diff?since=1&until={last['version']}").body
    changed = {change["field"]: (change["before"], change["after"]) for change in told["changes"]}
    assert changed["severity"] == ("S1", "S2")
    assert changed["status"] == ("open", "acknowledged")
    entries = theirs.get(f"/v1/incidents/{incident['id']}/timeline").body["entries"]
    assert entries[-1]["changes"] == [{"field": "severity", "before": "S1", "after": "S2"}]
    assert (entries[-1]["data"]["reason"], entries[-1]["withheld"]) == (None, {"reason": "internal"})
    assert theirs.get(entries[-1]["links"]["self"]).body == entries[-1]
    assert (entries[-1]["party"], entries[-1]["source"]) == ("acme", "api")


def test_a_timeline_by_kind(ours: Caller, theirs: Caller) -> None:
    """Only the kinds asked for; what is withheld is counted, and has no kind to be found by."""
    incident = ours.declare()
    ours.must(incident, "note", {"text": "Between us"})
    ours.must(incident, "update", {"text": "Found", "audience": "partner"})
    address = f"/v1/incidents/{incident['id']}/timeline?kinds=noted,update_posted"
    assert [entry["type"] for entry in ours.get(address).body["entries"]] == [
        "incident.noted.v1", "incident.update_posted.v1",
    ]  # fmt: skip
    assert [entry["type"] for entry in theirs.get(address).body["entries"]] == ["incident.update_posted.v1"]
    assert theirs.get(address).body["withheld_entries"] == 1
