from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from notifications.channels.channel import SendFailed
from tests.support.clock import NOON
from tests.support.http import OURS, problem_of
from tests.support.rota import Rota, rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = f"/v1/partnerships/{OURS}/test-pages"
RULES = {"high": [{"via": "terminal"}, {"via": "terminal", "after": 300}], "low": [{"via": "terminal"}]}


@pytest.fixture
def rota(database_url: str) -> Iterator[Rota]:
    """Yield two people of acme and one of globex; Ann is paged twice."""
    with rota_at(database_url, NOON) as rota:
        rota.join("acme", "ann", "bob")
        rota.join("globex", "gil")
        rota.must(rota.people["ann"].post("/v1/me/contact-rules", RULES))
        yield rota


def states(rota: Rota, page: str) -> list[str]:
    """Give how each step of Ann's test page stands."""
    return [step["status"] for step in rota.must(rota.people["ann"].get(page))["steps"]]


def test_each_step_is_seen_to_arrive_after_its_time(rota: Rota) -> None:
    """It takes the way of every page, and says that it is a test."""
    made = rota.must(rota.people["ann"].post(PAGES, {}), 201)
    page = f"{PAGES}/{made['id']}"
    assert [step["way"] for step in made["steps"]] == ["terminal", "terminal"]
    assert states(rota, page) == ["waiting", "waiting"]
    rota.turn()
    assert states(rota, page) == ["sent", "waiting"]
    rota.turn(seconds=300)
    assert states(rota, page) == ["sent", "sent"]
    assert rota.must(rota.people["ann"].get(page))["state"] == "over"
    kinds = [(message.kind, message.to) for _, message in rota.terminal.sent]
    assert kinds == [("test", "Ann"), ("test", "Ann")]
    assert "test" in rota.terminal.sent[0][1].title


def test_a_step_that_fails_says_why(rota: Rota) -> None:
    """In the words that the record has of a page."""
    rota.terminal.failures.append(SendFailed("HTTP 404", permanent=True))
    made = rota.must(rota.people["ann"].post(PAGES, {"urgency": "low"}), 201)
    rota.turn()
    [step] = rota.must(rota.people["ann"].get(f"{PAGES}/{made['id']}"))["steps"]
    assert (step["status"], step["detail"], step["urgency"]) == ("failed", "HTTP 404", "notice")


def test_a_step_that_failed_is_sent_again(rota: Rota) -> None:
    """From one's own list of dead letters, though its record belongs to no partnership's log; reading it is logged."""
    rota.terminal.failures.append(SendFailed("HTTP 404", permanent=True))
    made = rota.must(rota.people["ann"].post(PAGES, {"urgency": "low"}), 201)
    rota.turn()
    [dead] = rota.must(rota.people["bob"].get(f"/v1/partnerships/{OURS}/deliveries?status=failed"))["items"]
    rota.must(rota.people["bob"].post(dead["links"]["requeue"]))
    rota.turn()
    assert states(rota, f"{PAGES}/{made['id']}") == ["sent"]
    with rota.site.tocsin.database.connect() as connection:
        assert "getTestPage" in connection.execute(text("SELECT operation FROM access_log")).scalars().all()


def test_a_test_page_is_stopped_once(rota: Rota) -> None:
    """What has not left yet is withdrawn when its time comes."""
    made = rota.must(rota.people["ann"].post(PAGES, {}), 201)
    page = f"{PAGES}/{made['id']}"
    rota.turn()
    rota.must(rota.people["ann"].post(f"{page}/stop"))
    assert problem_of(rota.people["ann"].post(f"{page}/stop"))["code"] == "test_page_over"
    rota.turn(seconds=300)
    assert states(rota, page) == ["sent", "withdrawn"]


def test_it_is_for_oneself_alone(rota: Rota) -> None:
    """To everybody else there is no such test page; a key is nobody who could be paged."""
    made = rota.must(rota.people["ann"].post(PAGES, {}), 201)
    for other in ("bob", "gil"):
        assert rota.people[other].get(f"{PAGES}/{made['id']}").status == 404
        assert rota.people[other].post(f"{PAGES}/{made['id']}/stop").status == 404
    assert problem_of(rota.manager["acme"].post(PAGES, {}))["code"] == "no_profile"
    assert rota.people["ann"].get(f"{PAGES}/{'0' * 32}").status == 404


def test_a_request_sent_again_pages_once(rota: Rota) -> None:
    """Somebody who taps twice is not called twice."""
    first, again = (rota.people["ann"].post(PAGES, {}, Idempotency_Key="tap").body for _ in range(2))
    assert first["id"] == again["id"]
