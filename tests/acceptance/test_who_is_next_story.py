"""Turns that change while an incident runs: swaps, absences, edits, people who leave; answers that are forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from incidents import happenings as h
from tests.support.http import OURS
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rota import Rota

BERLIN = "Europe/Berlin"
HANDOFF = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
"""Nine o'clock in Berlin, on a Wednesday: Ann hands over to Ben."""
BEFORE = datetime(2026, 3, 4, 7, 55, tzinfo=UTC)


@pytest.fixture
def rota(database_url: str) -> Iterator[Rota]:
    """Yield two parties five minutes before a handoff."""
    with rota_at(database_url, BEFORE) as rota:
        rota.join("acme", "ann", "ben", "cas", "dan", "gus", "hal")
        rota.join("globex", "eve")
        rota.schedule("acme", "first", BERLIN, "2026-03-03T09:00", "ann", "ben")
        rota.schedule("acme", "second", BERLIN, "2026-03-03T09:00", "cas")
        rota.schedule("globex", "first", "America/New_York", "2026-03-01T09:00", "eve")
        rota.team("acme", "payments", "gus", "hal")
        yield rota


def shared(rota: Rota, incident: str) -> list[tuple[int, str]]:
    """Give who was paged by the shared ladder, and how many minutes after the beginning."""
    pages = [page for page in rota.pages(incident) if page.ladder == "S1"]
    return [(int((page.at - BEFORE).total_seconds()) // 60, page.to) for page in pages]


def test_a_swap_that_is_accepted_a_minute_before_the_handoff_holds_at_the_handoff(rota: Rota) -> None:
    """Ben asks Dan for his day, and Dan says yes at 08:59. Nobody pages Ben."""
    swaps = f"/v1/partnerships/{OURS}/schedules/acme.first/swaps"
    day = {"starts_at": "2026-03-04T08:00:00Z", "ends_at": "2026-03-05T08:00:00Z"}
    swap = rota.must(rota.people["ben"].post(swaps, {"with": rota.people["dan"].id, "give": day}), 201)["swap"]
    incident = rota.declare()
    rota.turn()
    for _ in range(4):
        rota.turn(minutes=1)
    nobody_else = rota.people["cas"].post(f"{swaps}/{swap}/accept")
    assert nobody_else.status in {403, 404, 409}
    rota.must(rota.people["dan"].post(f"{swaps}/{swap}/accept"))
    rota.pass_time(17)
    assert shared(rota, incident) == [(0, "ann"), (10, "dan"), (20, "dan")]


def test_an_acknowledgement_that_expires_lets_the_ladder_go_on_where_it_stood(rota: Rota) -> None:
    """Ann takes it and is not heard of for half an hour: the rung that had reached her is told again, then the next."""
    incident = rota.declare()
    rota.turn()
    rota.turn(minutes=5)
    rota.do("ann", incident, "acknowledge")
    rota.pass_time(25)
    rota.do("ann", incident, "note", text="The database is full")
    rota.pass_time(29)
    assert shared(rota, incident) == [(0, "ann")]
    rota.pass_time(1)
    [expired] = rota.told(incident, h.AcknowledgementExpired)
    assert expired.timestamp == datetime(2026, 3, 4, 8, 55, tzinfo=UTC)
    rota.pass_time(30)
    assert shared(rota, incident)[1:] == [(60, "ben"), (70, "ben"), (80, "cas"), (90, "gus")]
    clocks = rota.must(rota.manager["acme"].get(f"/v1/incidents/{incident}/clocks"))["clocks"]
    taken = [clock for clock in clocks if clock["clock"] == "acknowledge"]
    assert [clock["state"] for clock in taken] == ["met"]


def test_whoever_is_removed_while_being_paged_is_paged_no_further(rota: Rota) -> None:
    """Ann's second way of being reached comes after three minutes. She is taken out before it: it is not used."""
    rules = {"high": [{"via": "terminal"}, {"via": "terminal", "after": 180}], "low": []}
    rota.must(rota.people["ann"].post("/v1/me/contact-rules", rules))
    incident = rota.declare()
    rota.turn()
    rota.turn(minutes=2)
    ann = rota.people["ann"].id
    rota.must(rota.manager["acme"].post(f"/v1/partnerships/{OURS}/members/{ann}/withdraw"), 204)
    rota.pass_time(18)
    assert shared(rota, incident) == [(0, "ann"), (10, "ben"), (20, "ben")]
    [withdrawn] = rota.told(incident, h.PageWithdrawn)
    assert (withdrawn.recipient, withdrawn.why) == (f"person:{ann}", "left")


@pytest.mark.parametrize("verb", ["reassign", "escalate"])
def test_whoever_has_passed_it_on_is_called_no_further(rota: Rota, verb: str) -> None:
    """Ann's second way of being reached comes after five minutes. By then she has taken it and passed it on."""
    rules = {"high": [{"via": "terminal"}, {"via": "terminal", "after": 300}], "low": []}
    rota.must(rota.people["ann"].post("/v1/me/contact-rules", rules))
    incident = rota.declare()
    rota.turn()
    rota.turn(minutes=1)
    rota.do("ann", incident, "acknowledge")
    rota.do("ann", incident, verb, **({"to": f"person:{rota.people['ben'].id}"} if verb == "reassign" else {}))
    rota.pass_time(5)
    paged = [page.to for page in rota.pages(incident) if page.ladder in {"S1", "asked"}]
    assert paged == ["ann", "ben" if verb == "reassign" else "cas"]
    [withdrawn] = rota.told(incident, h.PageWithdrawn)
    assert (withdrawn.recipient, withdrawn.why) == (f"person:{rota.people['ann'].id}", "acknowledged")


def test_a_page_that_meets_nobody_any_more_goes_to_whoever_is_there(rota: Rota) -> None:
    """Ann leaves between the rung and the send: nobody is on call until Ben comes, so Cas hears of it at once."""
    incident = rota.declare()
    rota.site.tocsin.engine.run_once()
    ann = rota.people["ann"].id
    rota.must(rota.manager["acme"].post(f"/v1/partnerships/{OURS}/members/{ann}/withdraw"), 204)
    rota.turn()
    assert shared(rota, incident) == [(0, "cas")]
    skipped = [fact.why for fact in rota.told(incident, h.RungSkipped)]
    assert skipped == ["no_one_on_call"]


def test_an_edit_of_the_schedule_acts_from_its_own_instant_on(rota: Rota) -> None:
    """Dan is put in everybody's place while the ladder runs: the next round is his, and what was remains as it was."""
    incident = rota.declare()
    rota.turn()
    rota.turn(minutes=3)
    layer = {"rotation": "weekly", "start": "2026-03-01T00:00", "participants": rota.ids("dan")}
    schedule = f"/v1/partnerships/{OURS}/schedules/acme.first"
    rota.must(rota.manager["acme"].post(f"{schedule}/layers", {"layers": [layer]}))
    rota.pass_time(17)
    assert shared(rota, incident) == [(0, "ann"), (10, "dan"), (20, "dan")]
    was = rota.must(rota.manager["acme"].get(f"{schedule}/on-call?at=2026-03-04T07:56:00Z"))
    now = rota.must(rota.manager["acme"].get(f"{schedule}/on-call"))
    assert [rota.name_of(f"person:{each['person']}") for each in was["people"]] == ["ann"]
    assert [rota.name_of(f"person:{each['person']}") for each in now["people"]] == ["dan"]


def test_nobody_who_is_away_is_paged(rota: Rota) -> None:
    """Ben's day begins, and Ben is away: the record says that nobody is on call, and the next rung hears of it."""
    away = {"starts_at": "2026-03-04T07:00:00Z", "ends_at": "2026-03-05T20:00:00Z"}
    rota.must(rota.people["ben"].post("/v1/me/absences", away), 201)
    incident = rota.declare()
    rota.turn()
    rota.pass_time(12)
    assert shared(rota, incident) == [(0, "ann"), (10, "cas")]
    [gap] = rota.told(incident, h.RungSkipped)
    assert gap.why == "no_one_on_call"
    assert [page["recipient"] for page in gap.pages] == ["acme-duty"]
