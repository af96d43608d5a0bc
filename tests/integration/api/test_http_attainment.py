"""Attainment over HTTP: counts that tell outcomes apart, and the periods of objectives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, THEIRS, agreement_text, party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

OBJECTIVES = b"""  tolerance:
    per_period:
      - {id: thirds, target: acknowledge, severity: [S1], window: {calendar: P3M}, objective: 0.66667,
         breach_below: 0.5, min_sample: 2}
      - {id: others, target: resolve, window: {calendar: P1M}, objective: 0.9, breach_below: 0.5}

  pauses:
"""


@pytest.fixture
def ours(site: Site) -> Caller:
    """Give somebody of the provider, under an agreement with objectives."""
    text = agreement_text(OURS, 2).replace(b"  pauses:\n", OBJECTIVES)
    assert site.operator.send("/v1/agreements", text, "application/yaml").status == 201
    return site.caller(party_key(site.tocsin, OURS, "acme", [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE]))


def follow(site: Site) -> None:
    """Let everything that follows the record catch up with it."""
    site.sequence()
    for follower in site.tocsin.followers():
        while follower.run_once():
            pass


def periods(reader: Caller, partnership: str = OURS) -> list[dict[str, Any]]:
    """Read the periods of a partnership."""
    answer = reader.get(f"/v1/attainment/periods?partnership={partnership}")
    assert answer.status == 200, answer.raw
    found: list[dict[str, Any]] = answer.body["items"]
    return found


def acknowledged(site: Site, ours: Caller, *seconds: float, **fields: object) -> None:
    """Have incidents acknowledged after so long: six seconds are allowed."""
    for each in seconds:
        incident = ours.declare(**fields)
        site.clock.move(seconds=each)
        ours.must(incident, "acknowledge")
    follow(site)


def test_a_running_period_shows_how_it_stands(site: Site, ours: Caller) -> None:
    """With what the objective asks for; two of three are cut off, never rounded up to what was needed."""
    acknowledged(site, ours, 1, 1, 7)
    others, thirds = periods(ours)
    assert thirds == {
        "partnership": OURS,
        "objective": "thirds",
        "agreement_version": 2,
        "clock": "acknowledge",
        "severities": ["S1"],
        "starts": "2026-01-01T00:00:00.000000Z",
        "ends": "2026-04-01T00:00:00.000000Z",
        "met": 2,
        "of": 3,
        "attainment": 0.6666,
        "needed": 0.6666,
        "breach_below": 0.5,
        "min_sample": 2,
        "judgement": None,
        "judged_at": None,
        "corrected_at": None,
    }
    assert (others["of"], others["attainment"], others["severities"]) == (0, None, ["S1", "S2", "S3"])


def test_hidden_incidents_count_for_everybody(site: Site, ours: Caller) -> None:
    """The parties share the clocks; the counts by outcome, which tell of incidents, leave them out."""
    client = site.caller(party_key(site.tocsin, OURS, "globex", [Scope.INCIDENTS_READ]))
    acknowledged(site, ours, 1, visibility="internal")
    assert [found[1]["of"] for found in (periods(ours), periods(client))] == [1, 1]
    assert (len(ours.get("/v1/attainment").body["items"]), client.get("/v1/attainment").body["items"]) == (3, [])


def test_others_periods_are_not_there(site: Site, ours: Caller) -> None:
    """Nor can they be asked for; a partnership without objectives has none."""
    del ours  # it has published objectives
    stranger = site.caller(party_key(site.tocsin, THEIRS, None, [Scope.INCIDENTS_READ]))
    assert problem_of(stranger.get(f"/v1/attainment/periods?partnership={OURS}"))["status"] == 404
    assert stranger.get("/v1/attainment/periods").body["items"] == periods(stranger, THEIRS) == []
    assert {each["partnership"] for each in site.operator.get("/v1/attainment/periods").body["items"]} == {OURS}


def test_only_a_partnership_can_be_asked_for(site: Site, ours: Caller) -> None:
    """Everything else is a mistake in the query, and a key without the scope may not ask."""
    assert wrong_fields(ours.get("/v1/attainment/periods?partnership=A/b")) == ["partnership"]
    assert wrong_fields(ours.get("/v1/attainment/periods?since=1")) == ["since"]
    auditor = site.caller(party_key(site.tocsin, OURS, "acme", [Scope.EVENTS_READ]))
    assert problem_of(auditor.get(f"/v1/attainment/periods?partnership={OURS}"))["status"] == 403
