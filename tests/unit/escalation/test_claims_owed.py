from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.crew.staff import NOBODY
from escalation.engine.claims_owed import CLAIMS, claims_owed
from incidents import happenings as h
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed, delay
from tests.support.clocked import START
from tests.support.example_agreement import worded

BOARD = 10 * DAYS + 11 * HOUR
"""When its time is over for what is claimed on the first day."""


def rounds(case: Claimed) -> list[tuple[int, str]]:
    """Give the rounds on the ladder of claims that were told."""
    told = [fact for fact in case.incident.history if isinstance(fact, h.RungFired | h.RungSkipped)]
    return [(fact.round, type(fact).__name__) for fact in told if fact.ladder == CLAIMS]


def owed(case: Claimed) -> list[int]:
    """Give the next second of each thing that claims owe."""
    firsts = (next(source.moments(), None) for source in claims_owed(case.incident, case.agreement, NOBODY))
    return sorted(first[0] - START for first in firsts if first is not None)


def test_a_body_is_asked_at_once_and_reminded_halfway() -> None:
    """Each once, then the deadline is all that is left."""
    case = Claimed()
    case.claim(HOUR)
    assert owed(case) == [HOUR, BOARD]
    case.turn(HOUR)
    assert (rounds(case), owed(case)) == ([(0, "RungFired")], [(HOUR + BOARD) // 2, BOARD])
    case.turn((HOUR + BOARD) // 2)
    assert (rounds(case), owed(case)) == ([(0, "RungFired"), (1, "RungFired")], [BOARD])


def test_an_engine_that_slept_reminds_only() -> None:
    """Of what is past at once only the latest is told."""
    case = Claimed()
    case.claim(HOUR)
    case.turn(9 * DAYS)
    assert rounds(case) == [(1, "RungFired")]


def test_a_claim_that_may_wait_for_ever_is_asked_once() -> None:
    """Consent to a milder severity has no deadline; those of the panel who vote are asked for it."""
    case = Claimed(severity="S1")
    case.act(HOUR, "change_severity", "S2", "Only one shop")
    case.turn(HOUR)
    [fired] = [fact for fact in case.told(h.RungFired) if fact.ladder == CLAIMS]
    assert [(page["recipient"], page["urgency"]) for page in fired.pages] == [("globex-ops", 1)]
    assert owed(case) == []


def test_a_party_whose_consent_no_body_gives_is_asked_as_a_whole() -> None:
    """Without a dispute rule there is no panel: each contact of the client hears of it."""
    example = Claimed().agreement
    case = Claimed(replace(example, powers=replace(example.powers, dispute=None)), "S1")
    case.act(HOUR, "change_severity", "S2", "Only one shop")
    case.turn(HOUR)
    [fired] = [fact for fact in case.told(h.RungFired) if fact.ladder == CLAIMS]
    assert [page["recipient"] for page in fired.pages] == ["globex-ops", "globex-cio", "globex-dpo"]


def test_a_body_that_nobody_can_reach_is_said_and_the_next_is_asked_all_the_same() -> None:
    """A vacant board: its rounds are skipped, and the committee's are not."""
    case = Claimed(
        worded(
            {
                "role: service_manager}": "role: service_manager, via: []}",
                "party: globex, role: service_owner}": "party: globex, role: service_owner, via: []}",
            }
        )
    )
    case.claim(HOUR)
    case.turn(HOUR)
    case.turn(BOARD)
    case.turn(BOARD)
    assert rounds(case) == [(0, "RungSkipped"), (1, "RungSkipped"), (2, "RungFired")]


def test_once_decided_nothing_is_owed() -> None:
    """Neither a reminder nor a deadline; nor on an incident that was withdrawn."""
    case = Claimed()
    number = case.claim(HOUR)
    for party in (PROVIDER, CLIENT):
        case.vote(2 * HOUR, number, "granted", party)
    assert owed(case) == []
    case.claim(3 * HOUR, start=60)
    case.cancel(4 * HOUR)
    assert owed(case) == []


def test_the_deadline_counts_when_the_incident_is_over() -> None:
    """Resolved and closed: what a breach is worth is decided later."""
    case = Claimed()
    case.claim(HOUR)
    case.resolve(2 * HOUR)
    case.do(3 * HOUR, lambda it, when: it.close(by="key:1", at=when))
    case.turn(BOARD - 1)
    assert case.told(h.ClaimEscalated) == []
    case.turn(BOARD)
    [climbed] = case.told(h.ClaimEscalated)
    assert (climbed.body, climbed.voters) == ("steering_committee", [PROVIDER, CLIENT])
    assert case.only.asked_at == climbed.timestamp


def test_votes_of_a_body_that_was_silent_count_no_more() -> None:
    """The next body votes anew."""
    case = Claimed()
    number = case.claim(HOUR)
    case.vote(2 * HOUR, number, "granted", PROVIDER)
    case.turn(BOARD)
    assert (case.only.votes, case.only.escalations) == ({}, 1)
    case.vote(BOARD + 1, number, "granted", CLIENT)
    assert case.only.open


@pytest.mark.parametrize(("silent", "outcome"), [("refused", "refused"), ("granted", "granted")])
def test_silence_comes_to_what_was_agreed(silent: str, outcome: str) -> None:
    """Once: the same deadline lapses no second time."""
    authority = "{decision: grant_exclusion, body: service_review_board, rule: both, within: P10D, if_silent: escalate}"
    case = Claimed(worded({authority: authority.replace("escalate", silent)}))
    case.claim(HOUR)
    case.turn(BOARD)
    case.turn(BOARD + 1)
    assert [fact.outcome for fact in case.told(h.ClaimLapsed)] == [outcome]
    assert owed(case) == []


def test_a_dispute_lapses_and_is_settled_in_one_turn() -> None:
    """Nobody sees the one without the other."""
    case = Claimed(severity="S3")
    case.act(HOUR, "dispute_severity", "S1", "No shop can pay", party=CLIENT)
    told = [each.happening.__name__ for each in case.turn(3 * HOUR)]
    assert [name for name in told if name in {"ClaimLapsed", "SeveritySettled"}] == ["ClaimLapsed", "SeveritySettled"]
    assert owed(case) == []


def test_a_dispute_that_escalates_to_nobody_leaves_what_held_meanwhile() -> None:
    """The last body was silent: the severity that held is settled, in a turn of its own."""
    authority = "{decision: settle_severity, body: severity_panel, rule: both, within: PT2H, if_silent: higher}"
    words = {authority: authority.replace("higher", "escalate"), "steps: [": "steps: [severity_panel, "}
    case = Claimed(worded(words), "S3")
    case.act(HOUR, "dispute_severity", "S1", "No shop can pay", party=CLIENT)
    for days in range(0, 100, 10):
        case.turn(3 * HOUR + days * DAYS)
    assert [fact.body for fact in case.told(h.ClaimEscalated)] == ["service_review_board", "steering_committee"]
    assert [fact.severity for fact in case.told(h.SeveritySettled)] == ["S1"]
    assert owed(case) == []


def test_silence_does_not_undo_what_came_about_since() -> None:
    """A floor that a flag has called for meanwhile stays, for nobody has decided otherwise."""
    case = Claimed(severity="S2")
    case.act(60, "dispute_severity", "S3", "Few are affected", party=CLIENT)
    case.act(90, "flag", ["personal_data_breach"], [])
    case.turn(3 * HOUR)
    assert [fact.severity for fact in case.told(h.SeveritySettled)] == ["S1"]
    assert (case.incident.severity, case.only.outcome) == ("S1", "S2")


def test_another_systems_history_asks_nobody() -> None:
    """No engine runs over it, so that nobody would ever be asked: nothing can be claimed of it."""
    case = Claimed(source="tickets", source_id="1")
    assert case.tried(HOUR, "claim_exclusion", delay(), "They had locked us out.") == "not_claimable"
    assert case.owed(BOARD) == []
