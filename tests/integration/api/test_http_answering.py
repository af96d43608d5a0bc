"""Who has an incident in hand, over HTTP: snoozes, escalation, reassignment, and people who are asked to come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.access.members import Grant
from api.http.resources.agreements import EXAMPLE
from escalation.changes import Sender
from escalation.crew.teams import Place
from tests.support.deciding import PARTNERSHIP, Bench
from tests.support.http import Site, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Reply

OWN = """    parties:
      globex:
        default:
          - {when: opened, to: client.service_owner}
"""
"""A ladder of the client's own."""
REFUSED = 409


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties, the client with a ladder of its own."""
    return Bench(site, EXAMPLE.replace("  notifications:\n", f"{OWN}  notifications:\n", 1))


def ahead(bench: Bench, **by: float) -> str:
    """Give an instant ahead of now, as JSON has it."""
    return (bench.site.clock.now() + timedelta(**by)).isoformat()


def person(bench: Bench, party: str = "acme") -> str:
    """Let somebody be a member of a party; give the name that they have as an addressee."""
    known = bench.site.tocsin.people.register("Ana", f"ana@{party}.example", by="test")
    bench.site.tocsin.members.grant(PARTNERSHIP, Grant(known, party, ["responder"]), by="test")
    return f"person:{known}"


def team(bench: Bench, name: str, party: str = "acme") -> str:
    """Form a team of nobody yet; give the name that it has as an addressee."""
    bench.site.tocsin.crew.teams.create(Place(PARTNERSHIP, party, name), None, [], Sender("test", party))
    return f"team:{party}.{name}"


def code(answer: Reply) -> str:
    """Give why a command was refused."""
    assert answer.status == REFUSED, answer.raw
    return str(problem_of(answer)["code"])


def test_each_side_shows_who_has_it_in_hand(bench: Bench) -> None:
    """The status follows the side that all share; both sides see both."""
    incident = bench.declare()
    taken = bench["globex"].must(incident, "acknowledge")
    assert (taken["status"], taken["acknowledged_by"]) == ("open", None)
    assert [each["side"] for each in taken["acknowledgements"]] == ["globex"]
    both = bench["acme"].must(incident, "acknowledge")
    assert both["status"] == "acknowledged"
    assert [each["side"] for each in both["acknowledgements"]] == ["globex", None]
    assert both["acknowledgements"][1]["acknowledged_by"] == both["acknowledged_by"]
    assert code(bench["globex"].command(incident, "acknowledge")) == "already_acknowledged"
    given_back = bench["globex"].must(incident, "unacknowledge")
    assert [each["side"] for each in given_back["acknowledgements"]] == [None]


def test_a_snooze_shows_its_end_until_it_is_ended(bench: Bench) -> None:
    """The newest one counts; waking leaves the incident in hand."""
    incident = bench.declare()
    until = {"until": ahead(bench, hours=2), "reason": "The part comes at two"}
    refused = bench["acme"].command(incident, "snooze", until)
    assert code(refused) == "not_acknowledged"
    assert refused.body["detail"] == "Nobody of your side has acknowledged the incident."
    assert code(bench["acme"].command(incident, "wake")) == "not_snoozed"
    bench["acme"].must(incident, "acknowledge")
    bench["acme"].must(incident, "snooze", until)
    [shown] = bench["acme"].must(incident, "snooze", {**until, "until": ahead(bench, hours=3)})["acknowledgements"]
    assert shown["snoozed_until"] == "2026-03-02T15:00:00.000000Z"
    awake = bench["acme"].must(incident, "wake")
    assert awake["status"] == "acknowledged"
    assert awake["acknowledgements"][0]["snoozed_until"] is None


@pytest.mark.parametrize("hours", [-1, 0, 24.001])
def test_a_snooze_of_the_wrong_length_names_its_end(bench: Bench, hours: float) -> None:
    """Neither past nor more than a day ahead."""
    incident = bench.declare()
    bench["acme"].must(incident, "acknowledge")
    answer = bench["acme"].command(incident, "snooze", {"until": ahead(bench, hours=hours), "reason": "x"})
    assert wrong_fields(answer) == ["until"]


def test_what_acts_now_has_no_other_time(bench: Bench) -> None:
    """Pages hang on it: it cannot be reported late."""
    incident = bench.declare()
    answer = bench["acme"].command(incident, "escalate", {"occurred_at": ahead(bench, hours=-1)})
    assert wrong_fields(answer) == ["occurred_at"]


@pytest.mark.parametrize(("party", "ladder"), [("acme", "S1"), ("globex", "globex/default")])
def test_escalating_goes_up_ones_own_ladder(bench: Bench, party: str, ladder: str) -> None:
    """It is in nobody's hand on that side; a rung that pages nobody is none to name."""
    incident = bench.declare()
    bench[party].must(incident, "acknowledge")
    escalated = bench[party].must(incident, "escalate", {"reason": "It is too much for one"})
    assert escalated["acknowledgements"] == []
    told = bench.read(incident, "timeline")["entries"][-1]
    assert told["type"] == "incident.escalated.v1"
    assert (told["data"]["ladder"], told["data"]["rung"]) == (ladder, 0)
    assert wrong_fields(bench[party].command(incident, "escalate", {"rung": 7})) == ["rung"]


def test_reassigning_ends_the_acknowledgement(bench: Bench) -> None:
    """To anybody whom the agreement names, of either party."""
    incident = bench.declare()
    bench["acme"].must(incident, "acknowledge")
    after = bench["acme"].must(incident, "reassign", {"to": "client.service_owner", "reason": "It is theirs"})
    assert (after["status"], after["acknowledgements"]) == ("open", [])


def test_only_ones_own_people_and_teams_can_be_named(bench: Bench) -> None:
    """Those of the other party are refused in the words for those who do not exist; the operator may name any."""
    incident = bench.declare()
    ours, theirs = (person(bench), team(bench, "payments")), (person(bench, "globex"), team(bench, "core", "globex"))
    nobody = ("person:" + "0" * 32, "team:acme.core", "team:globex.payments", "schedule:acme.first")
    for verb, field in (("reassign", "to"), ("responders", "whom")):
        for name in ours:
            bench["acme"].must(incident, verb, {field: name})
        refused = [bench["acme"].command(incident, verb, {field: name}) for name in (*theirs, *nobody)]
        assert [wrong_fields(answer) for answer in refused] == [[field]] * 6
        assert len({problem_of(answer)["errors"][0]["message"] for answer in refused}) == 1
    for name in theirs:
        bench.site.operator.must(incident, "reassign", {"to": name})


@pytest.mark.parametrize(
    "name", ["nobody", "provider.nobody", "body:nobody", "person:ana", "team:acme", "x y", "a" * 193]
)
def test_a_name_of_nobody_is_refused(bench: Bench, name: str) -> None:
    """The field says so."""
    incident = bench.declare()
    assert wrong_fields(bench["acme"].command(incident, "reassign", {"to": name})) == ["to"]
    assert wrong_fields(bench["acme"].command(incident, "responders", {"whom": name})) == ["whom"]


def asked(bench: Bench, incident: dict[str, Any], whom: str = "acme-duty") -> dict[str, Any]:
    """Ask somebody; give the request."""
    found: dict[str, Any] = bench["acme"].must(incident, "responders", {"whom": whom, "text": "Come"})["responders"][-1]
    return found


def test_whoever_accepts_is_a_responder(bench: Bench) -> None:
    """The request shows who, and the incident whom they come for."""
    incident = bench.declare()
    request = asked(bench, incident)
    assert (request["whom"], request["answer"], request["answered_by"]) == ("acme-duty", "asked", None)
    address = f"responders/{request['request']}"
    assert code(bench["globex"].command(incident, f"{address}/accept")) == "not_asked"
    accepted = bench["acme"].must(incident, f"{address}/accept")
    [shown] = accepted["responders"]
    assert (shown["answer"], accepted["roles"]) == (
        "accepted",
        [{"role": "responder", "party": "acme", "assignee": shown["answered_by"]}],
    )
    assert code(bench["acme"].command(incident, f"{address}/decline")) == "request_answered"


def test_whoever_declines_may_say_why(bench: Bench) -> None:
    """To one's own side alone, if they like."""
    incident = bench.declare()
    number = asked(bench, incident)["request"]
    why = {"reason": "On a train", "visibility": "internal"}
    assert bench["acme"].must(incident, f"responders/{number}/decline", why)["responders"][0]["answer"] == "declined"
    entry = bench.read(incident, "timeline", "globex")["entries"][-1]
    assert (entry["data"]["reason"], entry["withheld"]) == (None, {"reason": "internal"})


def test_a_request_that_is_not_there_is_not_found(bench: Bench) -> None:
    """Also one that is another fact."""
    incident = bench.declare()
    for number in (1, 99):
        for verb in ("accept", "decline"):
            assert bench["acme"].command(incident, f"responders/{number}/{verb}").status == 404


COMMANDS = ["snooze", "wake", "escalate", "reassign", "responders", "accept", "decline"]


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_command_sent_again_has_one_effect_and_one_answer(bench: Bench, verb: str) -> None:
    """Although what it did itself would refuse it, and it has seen an older revision."""
    incident = ready(bench, verb)
    verb, body = sent(bench, incident, verb)
    revision = f'"{incident["revision"]}"'
    first, again = (
        bench["acme"].command(incident, verb, body, If_Match=revision, Idempotency_Key="k") for _ in range(2)
    )
    assert (first.status, again.status, again.raw) == (200, 200, first.raw)
    assert again.headers["Idempotency-Replayed"] == "true"
    stale = bench["acme"].command(incident, verb, body, If_Match=revision)
    assert (stale.status, problem_of(stale)["code"]) == (412, "stale")


def test_a_person_who_has_left_since_changes_no_earlier_answer(bench: Bench) -> None:
    """What was carried out is answered as it was."""
    incident = bench.declare()
    name = person(bench)
    first = bench["acme"].command(incident, "reassign", {"to": name}, Idempotency_Key="k")
    bench.site.tocsin.members.withdraw(PARTNERSHIP, name.removeprefix("person:"), by="test")
    again = bench["acme"].command(incident, "reassign", {"to": name}, Idempotency_Key="k")
    assert (first.status, again.status, again.raw) == (200, 200, first.raw)
    assert wrong_fields(bench["acme"].command(incident, "reassign", {"to": name})) == ["to"]


def ready(bench: Bench, verb: str) -> dict[str, Any]:
    """Give an incident to which a command can happen."""
    incident = bench.declare()
    if verb in {"snooze", "wake"}:
        incident = bench["acme"].must(incident, "acknowledge")
    if verb == "wake":
        incident = bench["acme"].must(incident, "snooze", {"until": ahead(bench, hours=1), "reason": "x"})
    if verb in {"accept", "decline"}:
        incident = bench["acme"].must(incident, "responders", {"whom": "acme-duty"})
    return incident


def sent(bench: Bench, incident: dict[str, Any], verb: str) -> tuple[str, dict[str, str]]:
    """Give where a command goes, and its body."""
    bodies = {
        "snooze": {"until": ahead(bench, hours=2), "reason": "x"},
        "reassign": {"to": "acme-duty"},
        "responders": {"whom": "acme-duty"},
    }
    answering = verb in {"accept", "decline"}
    return (f"responders/{incident['version']}/{verb}" if answering else verb), bodies.get(verb, {})


def test_a_class_of_fields_keeps_who_was_asked_from_the_other_party(site: Site) -> None:
    """In the incident as in its timeline; that somebody was asked, and came, is shared."""
    classes = "  confidentiality: {classes: [{id: staff, readable_by: [acme]}], fields: {whom: staff, to: staff}}\n"
    bench = Bench(site, EXAMPLE.replace("  notifications:\n", f"{classes}  notifications:\n", 1))
    incident = bench.declare()
    request = asked(bench, incident)
    bench["acme"].must(incident, "reassign", {"to": "acme-duty"})
    seen = bench["globex"].get(f"/v1/incidents/{incident['id']}").body
    assert seen["responders"] == [{**request, "whom": None}]
    assert seen["withheld"] == {"responders.whom": "class:staff"}
    entries = bench.read(incident, "timeline", "globex")["entries"]
    assert [entry["withheld"] for entry in entries[-2:]] == [{"whom": "class:staff"}, {"to": "class:staff"}]
