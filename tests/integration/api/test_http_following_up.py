"""Milestones, vetoes, the review and actions over HTTP."""

from __future__ import annotations

import pytest

from tests.support.deciding import Bench
from tests.support.http import Site, problem_of, wrong_fields


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties whose agreement hangs a pause on milestones."""
    return Bench(site)


def test_a_request_to_the_client_stops_the_clock_until_the_reply(bench: Bench) -> None:
    """The pause begins and ends by itself."""
    incident = bench.declare()
    asked = bench["acme"].must(incident, "milestone", {"milestone": "request_sent_to_client", "evidence": "<1@acme>"})
    assert [pause["reason"] for pause in asked["pauses"]] == ["waiting_on_partner"]
    bench.turn(hours=1)
    assert bench.clock(incident, "resolve")["state"] == "paused"
    replied = bench["globex"].must(incident, "milestone", {"milestone": "client_replied"})
    assert replied["pauses"] == []
    assert bench.clock(incident, "resolve")["counted"] == 0


def test_a_vetoed_pause_counts(bench: Bench) -> None:
    """The client strikes it out, the provider cannot."""
    incident = bench.declare()
    bench["acme"].must(incident, "pause", {"reason": "waiting_on_partner"})
    bench.turn(hours=1)
    body = {"reason": "waiting_on_partner", "why": "You had our answer"}
    assert problem_of(bench["acme"].command(incident, "veto", body))["code"] == "not_your_veto"
    assert bench["globex"].must(incident, "veto", body)["pauses"] == []
    assert bench.clock(incident, "resolve")["counted"] == 3600


def test_an_unknown_milestone_names_the_field(bench: Bench) -> None:
    """And what there is to choose from."""
    answer = bench["acme"].command(bench.declare(), "milestone", {"milestone": "lunch"})
    assert wrong_fields(answer) == ["milestone"]


def test_a_review_and_its_actions_have_clocks(bench: Bench) -> None:
    """The review is due from the resolution on, each action from the review on, in business days."""
    incident = bench.declare()
    assert problem_of(bench["acme"].command(incident, "review", {}))["code"] == "nothing_to_review"
    bench["acme"].must(incident, "resolve", {})
    assert bench.clock(incident, "review_due")["state"] == "running"
    bench["acme"].must(incident, "review", {"reference": "Review 17"})
    assert bench.clock(incident, "review_due")["state"] == "met"
    action = {"action": "A-1", "priority": "high", "text": "Watch the certificates"}
    bench["acme"].must(incident, "actions", action)
    assert problem_of(bench["acme"].command(incident, "actions", action))["code"] == "already_agreed"
    assert bench.clock(incident, "action_due")["state"] == "running"
    bench["acme"].must(incident, "close-action", {"action": "A-1"})
    assert bench.clock(incident, "action_due")["state"] == "met"


def test_an_action_of_an_unknown_priority_names_the_field(bench: Bench) -> None:
    """So does one that was never agreed."""
    incident = bench.declare()
    bench["acme"].must(incident, "resolve", {})
    body = {"action": "A-1", "priority": "urgent", "text": "x"}
    assert wrong_fields(bench["acme"].command(incident, "actions", body)) == ["priority"]
    assert wrong_fields(bench["acme"].command(incident, "close-action", {"action": "A-9"})) == ["action"]
