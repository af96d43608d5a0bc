"""Deliveries over HTTP: what became of each, what waits and why, and sending again what failed for good."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from api.access.members import Grant
from escalation.changes import Sender
from escalation.crew.teams import Place
from incidents.ledger.rebuild import check
from notifications.queue.tables import deliveries
from tests.support.deciding import PARTNERSHIP, Bench
from tests.support.http import problem_of
from tests.support.letters import TRIES, WHY, dead_page, dead_reminder, fail, owed
from tests.support.paging import page

if TYPE_CHECKING:
    from tests.support.http import Site

QUEUE = f"/v1/partnerships/{PARTNERSHIP}/deliveries"


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties; the provider's contact is held by a team of Ana alone, which the agreement does not name."""
    made = Bench(site)
    ana = site.tocsin.people.register("Ana Lovelace", "ana@acme.example", by="test")
    site.tocsin.members.grant(PARTNERSHIP, Grant(ana, "acme", ["responder"]), by="test")
    acme = Sender("test", "acme")
    site.tocsin.crew.teams.create(Place(PARTNERSHIP, "acme", "hidden-crew"), None, [ana], acme)
    site.tocsin.crew.contacts.name_holder(PARTNERSHIP, "acme-duty", "team:acme.hidden-crew", acme)
    return made


def stream_of(incident: dict[str, Any]) -> str:
    """Give the name of an incident's stream."""
    return f"{PARTNERSHIP}/incident/{incident['id']}"


def listed(bench: Bench, incident: dict[str, Any], party: str = "acme") -> list[dict[str, Any]]:
    """Read the deliveries of an incident for a party."""
    found: list[dict[str, Any]] = bench.read(incident, "deliveries", party)["items"]
    return found


def hold(bench: Bench, delivery: str, **values: object) -> None:
    """Let the queue hold a delivery back."""
    with bench.site.tocsin.database.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(**values))


def test_everything_that_an_incident_owes_is_listed(bench: Bench) -> None:
    """A page to a person by name, a notice to a contact; both wait, and are next."""
    incident = bench.declare()
    bench.turn()
    page, notice = sorted(listed(bench, incident), key=lambda each: each["kind"], reverse=True)
    assert (page["kind"], page["name"], page["called"], page["way"], page["urgency"]) == (
        "page",
        "Ana Lovelace",
        "acme-duty",
        "terminal",
        "page",
    )
    assert page["recipient"].startswith("person:")
    assert (notice["kind"], notice["recipient"], notice["name"], notice["urgency"]) == (
        "notice",
        "globex-ops",
        None,
        "notice",
    )
    assert (page["status"], page["waits"], page["tries"], page["attempts"]) == ("waiting", "next in its lane", 0, [])
    assert page["links"] == {"record": f"/v1/incidents/{incident['id']}"}


def test_the_other_party_reads_under_which_name_they_were_called(bench: Bench) -> None:
    """Neither who they are, nor on which way, nor what held the page back, nor what their side answered."""
    incident = bench.declare()
    bench.turn()
    [mine] = [each for each in listed(bench, incident) if each["kind"] == "page"]
    told = {"delivery": mine["id"], "recipient": mine["recipient"], "channel": "terminal", "party": "acme"}
    later = bench.site.clock.now() + timedelta(minutes=3)
    hold(bench, mine["id"], due_at=later, waits_for="HTTP 429 from hooks.acme.example")
    theirs = bench["globex"].get(f"/v1/incidents/{incident['id']}/deliveries")
    assert [secret in theirs.raw for secret in (b"Lovelace", b"person:", b"hidden-crew", b"hooks.acme")] == [False] * 4
    [seen] = [each for each in theirs.body["items"] if each["kind"] == "page"]
    assert (seen["recipient"], seen["called"], seen["way"], seen["waits"]) == (
        "acme-duty",
        "acme-duty",
        None,
        "queued until 12:03 UTC",
    )
    fail(bench.site.tocsin, stream_of(incident), told)
    [seen] = [each for each in listed(bench, incident, "globex") if each["kind"] == "page"]
    assert [(each["nth"], each["outcome"], each["detail"]) for each in seen["attempts"]] == [(TRIES, "failed", None)]
    assert "requeue" not in seen["links"]


def test_the_operator_reads_everybody_by_name(bench: Bench) -> None:
    """Whoever may audit sees the people of both parties."""
    incident = bench.declare()
    bench.turn()
    assert b"Ana Lovelace" in bench.site.operator.get(f"/v1/incidents/{incident['id']}/deliveries").raw


def test_why_a_page_waits_is_told_where_its_ladder_is_read(bench: Bench) -> None:
    """Until when, and what the other side answered; the ladder of the incident says the same."""
    incident = bench.declare()
    bench.turn()
    [mine] = [each for each in listed(bench, incident) if each["kind"] == "page"]
    later = bench.site.clock.now() + timedelta(minutes=3)
    hold(bench, mine["id"], due_at=later, waits_for="HTTP 429 from hooks.acme.example")
    [mine] = [each for each in listed(bench, incident) if each["kind"] == "page"]
    assert mine["waits"] == "queued until 12:03 UTC: HTTP 429 from hooks.acme.example"
    [told] = bench.read(incident, "ladder")["ladders"][0]["rungs"][0]["rounds"]
    assert (told["pages"][0]["outcome"], told["pages"][0]["why"], told["pages"][0]["at"]) == (
        "waiting",
        mine["waits"],
        mine["due_at"],
    )


def test_what_failed_for_good_is_sent_again_under_the_same_id(bench: Bench) -> None:
    """At once, with new tries whose numbers go on; the record says who wanted it, and the rows follow from it."""
    incident = bench.declare()
    delivery = dead_page(bench.site.tocsin, stream_of(incident))
    [dead] = listed(bench, incident)
    assert (dead["id"], dead["status"], dead["detail"], dead["tries"]) == (delivery, "failed", WHY, TRIES)
    assert [(each["nth"], each["outcome"], each["detail"]) for each in dead["attempts"]] == [(TRIES, "failed", WHY)]
    bench.site.clock.move(hours=2)
    answer = bench["acme"].post(dead["links"]["requeue"], {}, If_Match="*")
    assert answer.status == 200, answer.raw
    [again] = listed(bench, incident)
    assert (again["id"], again["status"], again["waits"], again["detail"]) == (
        delivery,
        "waiting",
        "next in its lane",
        None,
    )
    assert again["owed_at"] == again["due_at"] > dead["owed_at"]
    assert (again["tries"], again["attempts"]) == (TRIES, dead["attempts"])
    entry = bench.read(incident, "timeline")["entries"][-1]
    assert (entry["type"], entry["data"]["delivery"]) == ("incident.page_requeued.v1", delivery)
    assert check(bench.site.tocsin.ledger).differences == ()


def test_a_request_to_send_again_that_is_sent_twice_has_one_effect(bench: Bench) -> None:
    """The second is answered like the first; without a key it is refused, for it is no longer failed."""
    incident = bench.declare()
    path = f"/v1/incidents/{incident['id']}/deliveries/{dead_page(bench.site.tocsin, stream_of(incident))}/requeue"
    first = bench["acme"].post(path, {}, If_Match="*", Idempotency_Key="once")
    second = bench["acme"].post(path, {}, If_Match="*", Idempotency_Key="once")
    assert (first.status, second.status, first.raw) == (200, 200, second.raw)
    assert problem_of(bench["acme"].post(path, {}, If_Match="*"))["code"] == "not_failed"


def test_what_waits_is_not_sent_again(bench: Bench) -> None:
    """Nothing is on record about it yet: its time comes by itself."""
    incident = bench.declare()
    [delivery] = owed(bench.site.tocsin, stream_of(incident), page(channel="terminal"))
    answer = bench["acme"].post(f"/v1/incidents/{incident['id']}/deliveries/{delivery}/requeue", {}, If_Match="*")
    assert (answer.status, problem_of(answer)["code"]) == (409, "not_failed")


def test_what_nobody_needs_any_more_is_not_sent_again(bench: Bench) -> None:
    """The incident is over, or in hand: the sender would withdraw it."""
    for verb, why in (("acknowledge", "acknowledged"), ("resolve", "over")):
        incident = bench.declare()
        delivery = dead_page(bench.site.tocsin, stream_of(incident))
        bench["acme"].must(incident, verb)
        answer = bench["acme"].post(f"/v1/incidents/{incident['id']}/deliveries/{delivery}/requeue", {}, If_Match="*")
        assert (answer.status, problem_of(answer)["code"]) == (409, "no_longer_needed")
        assert problem_of(answer)["details"] == {"why": why}
        assert listed(bench, incident)[0]["status"] == "failed"


def test_a_party_sends_only_its_own_again(bench: Bench) -> None:
    """The other's can be seen to have failed, and is theirs; the operator may send any."""
    incident = bench.declare()
    delivery = dead_page(bench.site.tocsin, stream_of(incident), "globex")
    path = f"/v1/incidents/{incident['id']}/deliveries/{delivery}/requeue"
    answer = bench["acme"].post(path, {}, If_Match="*")
    assert (answer.status, problem_of(answer)["code"]) == (403, "other_party")
    assert bench.site.operator.post(path, {}, If_Match="*").status == 200


def test_a_delivery_of_another_incident_is_not_there(bench: Bench) -> None:
    """Nor is what is no id at all."""
    one, other = bench.declare(), bench.declare()
    delivery = dead_page(bench.site.tocsin, stream_of(one))
    for wrong in (delivery, "0" * 32, "x"):
        answer = bench["acme"].post(f"/v1/incidents/{other['id']}/deliveries/{wrong}/requeue", {}, If_Match="*")
        assert answer.status == 404


def test_a_party_lists_its_own_queue_and_dead_letters(bench: Bench) -> None:
    """Over all incidents and reminders, the newest first, each with where it is sent again."""
    tocsin, incident = bench.site.tocsin, bench.declare()
    dead = dead_page(tocsin, stream_of(incident))
    dead_page(tocsin, stream_of(incident), "globex")
    bench.site.clock.move(seconds=1)
    reminder = dead_reminder(tocsin, PARTNERSHIP)
    bench.site.clock.move(seconds=1)
    [waits] = owed(tocsin, stream_of(incident), page(channel="terminal"))
    items = bench["acme"].get(QUEUE).body["items"]
    assert [(each["id"], each["status"], each["kind"]) for each in items] == [
        (waits, "waiting", "page"),
        (reminder, "failed", "reminder"),
        (dead, "failed", "page"),
    ]
    assert items[1]["links"] == {
        "record": f"/v1/agreements/{PARTNERSHIP}",
        "requeue": f"{QUEUE}/{reminder}/requeue",
    }
    for query, found in (("status=failed", [reminder, dead]), ("status=waiting", [waits]), ("channel=webhook", [])):
        assert [each["id"] for each in bench["acme"].get(f"{QUEUE}?{query}").body["items"]] == found


def test_what_waits_is_counted_by_lane(bench: Bench) -> None:
    """With the age of the oldest; an address is told by its host alone."""
    tocsin, incident = bench.site.tocsin, bench.declare()
    told = [page(channel="terminal") for _ in range(3)]
    owed(tocsin, stream_of(incident), *told[:1])
    bench.site.clock.move(seconds=40)
    owed(tocsin, stream_of(incident), *told[1:])
    hold(bench, told[2]["delivery"], channel="webhook", destination="https://hooks.acme.example/secret?token=1")
    answer = bench["acme"].get(QUEUE)
    assert [(each["channel"], each["to"], each["waiting"], each["oldest_age"]) for each in answer.body["lanes"]] == [
        ("terminal", "acme-duty", 2, 40),
        ("webhook", "hooks.acme.example", 1, 0),
    ]
    assert b"secret" not in answer.raw


def test_pages_of_a_queue_follow_each_other(bench: Bench) -> None:
    """By sealed cursors, without repeating any; a cursor for another question is refused."""
    tocsin, incident = bench.site.tocsin, bench.declare()
    for _ in range(5):
        dead_page(tocsin, stream_of(incident))
        bench.site.clock.move(seconds=1)
    found, path = [], f"{QUEUE}?status=failed&limit=2"
    while path:
        answer = bench["acme"].get(path)
        found += [each["id"] for each in answer.body["items"]]
        cursor = answer.body["next_cursor"]
        path = f"{QUEUE}?status=failed&limit=2&cursor={cursor}" if cursor else ""
        if cursor:
            assert bench["acme"].get(f"{QUEUE}?status=waiting&cursor={cursor}").status == 422
    assert len(found) == len(set(found)) == 5


def test_a_queue_tells_nothing_of_incidents_that_do_not_exist_for_its_reader(bench: Bench) -> None:
    """The client's contact was named for an internal incident of the provider's: the client sees nothing of it."""
    tocsin, incident = bench.site.tocsin, bench.declare(visibility="internal")
    dead_page(tocsin, stream_of(incident), "globex")
    owed(tocsin, stream_of(incident), page("globex-ops", channel="terminal"))
    answer = bench["globex"].get(QUEUE).body
    assert (answer["items"], answer["lanes"]) == ([], [])


def test_a_reminder_is_sent_again_by_whose_it_is(bench: Bench) -> None:
    """Once; the answer says what is to be sent, and the rows follow from the record."""
    reminder = dead_reminder(bench.site.tocsin, PARTNERSHIP)
    path = f"{QUEUE}/{reminder}/requeue"
    assert bench["globex"].post(path, {}).status == 404
    first = bench["acme"].post(path, {}, Idempotency_Key="once")
    assert first.status == 200, first.raw
    assert (first.body["id"], first.body["recipient"], first.body["tries"]) == (reminder, "acme-duty", TRIES)
    assert bench["acme"].post(path, {}, Idempotency_Key="once").raw == first.raw
    assert problem_of(bench["acme"].post(path, {}))["code"] == "not_failed"
    assert [each["status"] for each in bench["acme"].get(QUEUE).body["items"]] == ["waiting"]
    assert check(bench.site.tocsin.ledger).differences == ()


def test_a_page_of_an_incident_is_not_sent_again_as_a_reminder(bench: Bench) -> None:
    """It has an address of its own, where its incident's revision is asked for."""
    incident = bench.declare()
    delivery = dead_page(bench.site.tocsin, stream_of(incident))
    assert bench["acme"].post(f"{QUEUE}/{delivery}/requeue", {}).status == 404
