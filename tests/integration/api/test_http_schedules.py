"""Schedules over HTTP: made, changed, swapped, asked; and who may see them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.access.permissions import Scope, scopes_of
from incidents.ledger.rebuild import check
from notifications.queue.tables import deliveries
from tests.support.http import OURS, THEIRS, party_key, problem_of, site_on, wrong_fields
from tests.support.rostered import ANN, BOB, WEEKLY, let_in
from tests.support.rota import OIDC, Somebody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Caller, Reply, Site

SCHEDULES = f"/v1/partnerships/{OURS}/schedules"
FIRST = f"{SCHEDULES}/acme.first"
BODY: dict[str, Any] = {"name": "first", "title": "First line", "tz": "Europe/Berlin", "layers": [WEEKLY]}
NINE = "2026-03-09T08:00:00.000000Z"
"""The first handoff after noon of 2 March, from Ann to Bob: 09:00 in Berlin."""


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API with Ann and Bob, who coordinate for acme and are signed in."""
    with site_on(database_url, oidc=OIDC) as site:
        let_in(site.tocsin, OURS)
        yield site


@pytest.fixture
def ann(site: Site) -> Somebody:
    """Give Ann, with a schedule of which she has the week that runs."""
    ann = Somebody(site, ANN)
    must(ann.post(SCHEDULES, BODY), 201)
    return ann


@pytest.fixture
def bob(site: Site) -> Somebody:
    """Give Bob."""
    return Somebody(site, BOB)


def must(answer: Reply, status: int = 200) -> dict[str, Any]:
    """Give what was answered with a status."""
    assert answer.status == status, answer.raw
    return answer.body


def key(site: Site, party: str | None, *roles: str) -> Caller:
    """Give a program that may do what roles may."""
    return site.caller(party_key(site.tocsin, OURS, party, scopes_of(roles)))


def people(shown: list[dict[str, Any]]) -> list[str]:
    """Give the ids of people in an answer."""
    return [each["person"] for each in shown]


def test_a_schedule_is_made_and_read_back(site: Site, ann: Somebody) -> None:
    """As it was written, what was left out too; with who is on call by name, and its own address."""
    told = must(ann.get(FIRST))
    assert (told["schedule"], told["title"], told["must_cover"]) == ("acme.first", "First line", None)
    assert told["layers"] == [
        WEEKLY
        | {"name": "", "interval": 1, "restrictions": None, "turns": "calendar", "finish_window": False, "lengths": []}
    ]
    assert told["on_call"] == [{"person": ANN, "name": "Ann"}]
    assert told["links"]["self"] == FIRST
    assert must(ann.get(SCHEDULES))["items"] == [told]
    assert must(site.operator.get(f"{SCHEDULES}/{told['id']}")) == told


def test_a_name_is_taken_once(ann: Somebody) -> None:
    """409 for a second one; free again once the first is retired, which its id still finds."""
    first = must(ann.get(FIRST))
    assert problem_of(ann.post(SCHEDULES, BODY))["code"] == "name_taken"
    must(ann.post(f"{FIRST}/retire", {}))
    second = must(ann.post(SCHEDULES, BODY), 201)
    assert second["id"] != first["id"]
    retired = must(ann.get(f"{SCHEDULES}/{first['id']}"))
    assert (retired["on_call"], retired["retired_at"] is None) == ([], False)


def test_a_repeated_request_has_one_effect(ann: Somebody) -> None:
    """The same key gives the same answer, and there is one override."""
    override = {"starts_at": "2026-03-03T00:00:00Z", "ends_at": "2026-03-04T00:00:00Z", "people": [BOB]}
    answers = [ann.post(f"{FIRST}/overrides", override, Idempotency_Key="once") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].raw == answers[1].raw
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert len(must(ann.get(f"{FIRST}/overrides"))["items"]) == 1


def test_who_is_on_call_at_any_instant(site: Site, ann: Somebody) -> None:
    """Now, until when, and who follows; for the past what stood then, though the layers were changed since."""
    told = must(ann.get(f"{FIRST}/on-call"))
    assert (people(told["people"]), told["until"], people(told["following"])) == ([ANN], NINE, [BOB])
    site.clock.move(days=10)
    ann = Somebody(site, ANN)  # the session before has ended
    must(ann.post(f"{FIRST}/layers", {"layers": [WEEKLY | {"participants": [ANN]}]}))
    for at, expected in (
        ("2026-03-02T11:59:59Z", []),
        ("2026-03-09T07:59:59Z", [ANN]),
        ("2026-03-09T08:00:00Z", [BOB]),
        ("2026-03-12T11:59:59Z", [BOB]),
        ("2026-03-12T12:00:00Z", [ANN]),
    ):
        assert people(must(ann.get(f"{FIRST}/on-call?at={at}"))["people"]) == expected, at
    [item] = must(ann.get(f"/v1/partnerships/{OURS}/on-call?at=2026-03-09T08:00:00Z"))["items"]
    assert (item["schedule"], people(item["people"])) == ("acme.first", [BOB])


def test_the_final_schedule_keeps_its_time_of_day_over_the_change_of_clocks(ann: Somebody) -> None:
    """Handoffs at 09:00 in Berlin: at 08:00 UTC before 29 March, and at 07:00 after it."""
    told = must(ann.get(f"{FIRST}/final?from=2026-03-16T00:00:00Z&to=2026-04-07T00:00:00Z"))
    assert [shift["starts_at"][5:16] for shift in told["shifts"][1:]] == [
        "03-16T08:00",
        "03-23T08:00",
        "03-30T07:00",
        "04-06T07:00",
    ]
    assert [people(shift["people"]) for shift in told["shifts"]] == [[BOB], [ANN], [BOB], [ANN], [BOB]]


def test_an_override_and_its_removal(site: Site, ann: Somebody) -> None:
    """Bob, then nobody on top of him, and Ann again once both are removed; words are shown."""
    span = {"starts_at": "2026-03-02T12:00:00Z", "ends_at": "2026-03-03T12:00:00Z"}
    must(ann.post(f"{FIRST}/overrides", {**span, "people": [BOB], "reason": "Ann is ill"}), 201)
    last = must(ann.post(f"{FIRST}/overrides", {**span, "people": []}), 201)
    assert last["override"] == 2
    assert [each["reason"] for each in must(ann.get(f"{FIRST}/overrides"))["items"]] == ["Ann is ill", None]
    seen = []
    for number in (2, 1):
        seen.append(people(must(ann.get(f"{FIRST}/on-call"))["people"]))
        site.clock.move(minutes=1)
        must(ann.post(f"{FIRST}/overrides/{number}/remove", {}))
    assert [*seen, people(must(ann.get(f"{FIRST}/on-call"))["people"])] == [[], [BOB], [ANN]]
    assert ann.post(f"{FIRST}/overrides/2/remove", {}).status == 404


def test_a_swap_accepted_a_minute_before_the_handoff(site: Site, ann: Somebody, bob: Somebody) -> None:
    """Bob's first day is Ann's from the handoff on, and the day after he has his week."""
    give = {"starts_at": "2026-03-09T08:00:00Z", "ends_at": "2026-03-10T08:00:00Z"}
    swap = must(bob.post(f"{FIRST}/swaps", {"with": ANN, "give": give}), 201)
    assert (swap["state"], swap["giver"]["name"], swap["taker"]["name"]) == ("proposed", "Bob", "Ann")
    site.clock.move(days=6, hours=19, minutes=59)
    ann = Somebody(site, ANN)  # the session before has ended
    assert must(ann.post(f"{FIRST}/swaps/1/accept", {}))["state"] == "accepted"
    shifts = must(ann.get(f"{FIRST}/final?from={NINE}&to=2026-03-11T08:00:00Z"))["shifts"]
    assert [(people(each["people"]), each["swap"]) for each in shifts] == [([ANN], 1), ([BOB], None)]
    assert problem_of(ann.post(f"{FIRST}/swaps/1/decline", {}))["code"] == "swap_settled"


def test_each_swaps_for_themselves(site: Site, ann: Somebody, bob: Somebody) -> None:
    """A key, the operator's too, is no person; nobody accepts what they proposed; what is not theirs is not given."""
    give = {"starts_at": "2026-03-09T08:00:00Z", "ends_at": "2026-03-10T08:00:00Z"}
    for program in (site.operator, key(site, "acme", "responder")):
        assert problem_of(program.post(f"{FIRST}/swaps", {"with": ANN, "give": give}))["code"] == "not_a_person"
    assert wrong_fields(ann.post(f"{FIRST}/swaps", {"with": BOB, "give": give})) == ["give.starts_at"]
    must(bob.post(f"{FIRST}/swaps", {"with": ANN, "give": give}), 201)
    assert problem_of(bob.post(f"{FIRST}/swaps/1/accept", {}))["code"] == "not_your_swap"
    assert problem_of(ann.post(f"{FIRST}/swaps/1/withdraw", {}))["code"] == "not_your_swap"
    assert must(bob.post(f"{FIRST}/swaps/1/withdraw", {}))["state"] == "withdrawn"


def test_people_must_be_active_members_of_that_party(site: Site, ann: Somebody) -> None:
    """Named in layers, overrides, swaps and calendars: the field says which."""
    somebody = site.tocsin.people.register("Zoe", "zoe@globex.example", by="test")
    give = {"starts_at": "2026-03-02T13:00:00Z", "ends_at": "2026-03-03T13:00:00Z"}
    bodies = {
        "layers": ({"layers": [WEEKLY | {"participants": [ANN, somebody]}]}, "layers.0.participants.1"),
        "overrides": ({**give, "people": [somebody]}, "people.0"),
        "swaps": ({"with": somebody, "give": give}, "with"),
        "calendar-feeds": ({"person": somebody}, "person"),
    }
    for part, (body, field) in bodies.items():
        assert wrong_fields(ann.post(f"{FIRST}/{part}", body)) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tz": "Europe/Berlim"}, "tz"),
        ({"warn": ["no-such-contact"]}, "warn.0"),
        ({"warn": [f"person:{ANN}", f"person:{'0' * 32}"]}, "warn.1"),
        ({"warn": ["globex-ops", "team:acme.payments", "team:globex.ops"]}, "warn.2"),
        ({"warn": ["schedule:client.first"]}, "warn.0"),
        ({"name": "Not A Name"}, "name"),
        ({"must_cover": [{"days": ["mon"], "from": "09:00", "to": "09:00"}]}, "must_cover.0.from"),
        ({"layers": [WEEKLY | {"start": "2026-02-30T09:00"}]}, "layers.0.start"),
        ({"layers": [WEEKLY | {"interval": 53}]}, "layers.0.interval"),
        ({"party": "nobody"}, "party"),
    ],
)
def test_what_cannot_be_is_refused_by_the_field(site: Site, change: dict[str, Any], field: str) -> None:
    """422, and nothing is made."""
    assert wrong_fields(site.operator.post(SCHEDULES, {**BODY, "party": "acme", **change})) == [field]
    assert must(site.operator.get(SCHEDULES))["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "final?from=2026-03-02T00:00:00Z&to=2027-06-02T00:00:00Z",
        "final?from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
        "final?to=9999-12-31T23:59:59Z",
        "final?from=9999-12-31T23:59:59Z",
        "problems?from=2026-03-02T00:00:00Z&to=2026-09-02T00:00:00Z",
        "on-call?at=9999-12-31T23:59:59Z",
        "on-call?at=today",
    ],
)
def test_times_are_bounded(ann: Somebody, query: str) -> None:
    """400 days of a final schedule, 100 of problems, five years ahead: 422 for more."""
    assert ann.get(f"{FIRST}/{query}").status == 422
    assert ann.get(f"{FIRST}/on-call?at=1970-01-01T00:00:00Z").status == 200


def test_schedules_of_another_party_do_not_exist(site: Site, ann: Somebody) -> None:
    """404 as for a name that nobody has, in every address; auditors of either side and the operator see all."""
    del ann
    globex = key(site, "globex", "coordinator", "responder")
    for part in ("", "/on-call", "/final", "/problems", "/overrides", "/swaps", "/calendar-feeds"):
        hidden, missing = globex.get(FIRST + part), globex.get(f"{SCHEDULES}/acme.none{part}")
        assert (hidden.status, hidden.raw) == (404, missing.raw)
    span = {"starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-04T06:00:00Z"}
    bodies: dict[str, dict[str, Any]] = {
        "layers": {"layers": []},
        "settings": {"tz": "UTC"},
        "overrides": {**span, "people": []},
        "overrides/1/remove": {},
        "swaps": {"with": ANN, "give": span},
        **{f"swaps/1/{verb}": {} for verb in ("accept", "decline", "withdraw")},
        "calendar-feeds": {},
        "retire": {},
    }
    for part, body in bodies.items():
        assert globex.post(f"{FIRST}/{part}", body).status == 404, part
    assert must(globex.get(SCHEDULES))["items"] == must(globex.get(f"/v1/partnerships/{OURS}/on-call"))["items"] == []
    assert len(must(key(site, "globex", "auditor").get(SCHEDULES))["items"]) == 1
    assert len(must(site.operator.get(SCHEDULES))["items"]) == 1
    assert site.stranger.get(FIRST).status == 404
    theirs = f"/v1/partnerships/{THEIRS}/schedules"
    assert must(site.stranger.get(theirs))["items"] == []


def test_problems_name_gaps_double_bookings_and_who_is_not_there(site: Site, ann: Somebody) -> None:
    """A gap by an override, Ann in two schedules at once, Bob away; and once he has left, that he has."""
    must(ann.post(SCHEDULES, {**BODY, "name": "second", "layers": [WEEKLY | {"participants": [ANN]}]}), 201)
    nobody = {"starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-04T06:00:00Z", "people": []}
    must(ann.post(f"{FIRST}/overrides", nobody), 201)
    away = {"starts_at": "2026-03-10T00:00:00Z", "ends_at": "2026-03-12T00:00:00Z"}
    must(Somebody(site, BOB).post("/v1/me/absences", away), 201)
    asked = f"{FIRST}/problems?from=2026-03-02T12:00:00Z&to=2026-03-16T08:00:00Z"
    told = must(ann.get(asked))
    assert [(each["starts_at"][:13], each["ends_at"][:13]) for each in told["gaps"]] == [
        ("2026-03-04T00", "2026-03-04T06")
    ]
    assert {(each["person"]["person"], *each["schedules"]) for each in told["double_bookings"]} == {
        (ANN, "acme.first", "acme.second")
    }
    assert [
        (each["person"]["name"], each["why"], each["starts_at"][:10], each["ends_at"][:10])
        for each in told["not_there"]
    ] == [("Bob", "away", "2026-03-10", "2026-03-12")]
    site.tocsin.members.withdraw(OURS, BOB, by="test")
    told = must(ann.get(asked))
    assert {(each["person"]["person"], each["why"]) for each in told["not_there"]} == {(BOB, "left")}


def test_gaps_are_told_to_whom_the_owner_names(site: Site, ann: Somebody) -> None:
    """The reminder is of the schedule's partnership, though its stream names none; nobody named: who leads."""
    gap = {"starts_at": "2026-03-05T00:00:00Z", "ends_at": "2026-03-05T06:00:00Z", "people": []}
    must(ann.post(f"{FIRST}/overrides", gap), 201)
    while site.tocsin.engine.run_once():
        pass
    with site.tocsin.database.connect() as connection:
        owed = connection.execute(select(deliveries.c.partnership, deliveries.c.stream, deliveries.c.kind)).all()
    assert owed
    assert {(row.partnership, row.stream[:9], row.kind) for row in owed} == {(OURS, "schedule/", "reminder")}
    site.clock.move(days=3)
    while site.tocsin.engine.run_once():
        pass
    stream = site.tocsin.schedules.listed(OURS)[0]
    assert [fact.reminder for fact in stream.history if hasattr(fact, "reminder")] == ["gap_in_7_days", "gap_in_1_days"]


def test_the_rows_are_what_the_facts_say(site: Site, ann: Somebody) -> None:
    """Rebuilt from the record, every table is as it is."""
    must(ann.post(f"{FIRST}/calendar-feeds", {}), 201)
    must(ann.post(f"{FIRST}/retire", {}))
    assert check(site.tocsin.ledger, site.tocsin.followed).differences == ()


def test_nobody_manages_without_the_scope(site: Site, ann: Somebody) -> None:
    """A responder reads; a key for neither side, which sees nothing, changes nothing either."""
    del ann
    responder = key(site, "acme", "responder")
    assert responder.get(FIRST).status == 200
    assert problem_of(responder.post(f"{FIRST}/layers", {"layers": []}))["code"] == "forbidden"
    neither = site.caller(party_key(site.tocsin, OURS, None, [Scope.INCIDENTS_READ, Scope.ONCALL_MANAGE]))
    assert neither.get(FIRST).status == 404
    assert wrong_fields(neither.post(SCHEDULES, {**BODY, "name": "x"})) == ["party"]


def test_a_schedule_is_found_by_who_pages(site: Site, ann: Somebody) -> None:
    """The staff that ladders ask has whoever is on call, and nobody for a schedule that is not there."""
    del ann
    staff, now = site.tocsin.crew.directory, site.clock.now()
    on_call = staff.on_call(OURS, "acme", "first", now)
    assert on_call is not None
    assert on_call.people == (ANN,)
    assert staff.on_call(OURS, "acme", "second", now) is None
    assert staff.on_call_now(OURS, ["acme", "globex"], now + timedelta(days=7)) == {BOB: ["acme.first"]}
