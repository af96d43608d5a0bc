"""Rungs that ask who takes it: step by step, also where nobody is there or reached, or the engine is late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import Condition
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import moment
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import gone, lose, rounds
from tests.support.staffed import Staffed

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S}
  - {when: unanswered, to: boss, wait: PT20S}
  - {when: unanswered, to: partner, wait: PT5S}
exhausted: {hand_to: boss}
"""
ON_CALL = """
S1:
  - {when: opened, to: {schedule: acme.first}, wait: PT10S, repeat_every: PT4S, max_repeats: 1}
  - {when: unanswered, to: boss, wait: PT20S}
"""


def three() -> Staffed:
    """Give a staff of three, a team of acme, of whom the first is on call."""
    staff = Staffed(teams={"acme.payments": ("ann", "bob", "cat")}, shifts={"acme.first": [(moment(0), ("ann",))]})
    for each in ("ann", "bob", "cat"):
        staff.add(each)
    return staff


def test_why_each_step_is_told() -> None:
    """The report has no other reason than itself; each later step is told as nobody has answered."""
    case = Laddered(laddered(STEPS))
    case.paged(range(34))
    assert rounds(case) == [(0, 0, None), (1, 0, "unanswered"), (2, 0, "unanswered")]
    assert {fact.cycle for fact in case.told(h.RungFired)} == {1}


def test_an_engine_that_was_down_pages_step_by_step() -> None:
    """Hours late, each step waits from when the one before was told, not from when it should have been."""
    assert Laddered(laddered(STEPS)).paged(range(7200, 7300)) == [
        (7200, ["duty"]),
        (7210, ["boss"]),
        (7230, ["partner"]),
        (7235, ["boss"]),
    ]


def test_a_late_engine_loses_nobody_who_is_asked_one_after_the_other() -> None:
    """Repeats that are past are one; people are not."""
    steps = "S1: [{when: opened, to: {team: acme.payments}, reach: one_at_a_time, wait: PT5S}]"
    told = [(500, ["person:ann"]), (505, ["person:bob"]), (510, ["person:cat"])]
    case = Laddered(laddered(steps), three())
    assert case.paged(range(500, 550)) == told
    assert [fact.of for fact in case.told(h.RungFired)] == [3, 3, 3]


def test_a_team_that_changes_between_two_turns() -> None:
    """Whoever was paged is not paged again, and whoever joins is asked as well."""
    steps = "S1: [{when: opened, to: {team: acme.payments}, reach: one_at_a_time, wait: PT5S}]"
    case = Laddered(laddered(steps), three())
    case.paged(range(3))
    case.staff.add("dan")
    case.staff.teams["acme.payments"] = ("cat", "ann", "dan")
    assert case.paged(range(3, 30)) == [(5, ["person:cat"]), (10, ["person:dan"])]


def test_nobody_on_call_costs_no_time_and_warns_the_owner() -> None:
    """The next step is told at once; whoever comes on call later still hears the repeat."""
    case = Laddered(laddered(ON_CALL), three())
    case.staff.shifts["acme.first"] = [(moment(3), ("bob",))]
    case.staff.warn["acme.first"] = ("partner",)
    case.staff.shifts["acme.first"].insert(0, (moment(-9), ()))
    assert case.paged(range(9)) == [(0, ["boss"]), (4, ["person:bob"])]
    [skipped] = case.told(h.RungSkipped)
    assert (skipped.rung, skipped.why) == (0, "no_one_on_call")
    assert [(page["recipient"], page["urgency"]) for page in skipped.pages] == [("partner", 1)]


def test_a_gap_beside_somebody_who_is_reached() -> None:
    """The rung fires, and the gap's owner hears of it."""
    case = Laddered(laddered("S1: [{when: opened, to: [duty, {schedule: acme.first}]}]"), three())
    case.staff.shifts["acme.first"] = [(moment(-9), ())]
    case.staff.warn["acme.first"] = ("partner",)
    case.turn(0)
    [fired] = case.told(h.RungFired)
    assert [(page["recipient"], page["urgency"]) for page in fired.pages] == [("duty", 0), ("partner", 1)]


def test_a_round_that_failed_moves_on_at_once() -> None:
    """None of its pages could be delivered: nobody will answer."""
    case = Laddered(laddered(STEPS))
    case.turn(0)
    lose(case, 2, Incident.PageFailed, detail="no such address")
    assert case.next() == 2
    assert case.paged(range(2, 25)) == [(2, ["boss"]), (22, ["partner"])]


def test_a_round_whose_people_are_gone_is_told_again() -> None:
    """A handoff between the page and its sending: whoever is on call now is paged in their place."""
    case = Laddered(laddered(ON_CALL), three())
    case.turn(0)
    case.staff.shifts["acme.first"].append((moment(1), ("bob",)))
    gone(case, 1)
    assert case.next() == 1
    assert case.paged(range(1, 4)) == [(1, ["person:bob"])]
    assert rounds(case) == [(0, 0, None), (0, 1, "gone")]


def test_people_who_are_gone_again_and_again_do_not_hold_it_up() -> None:
    """After five such rounds the next step is told."""
    case = Laddered(laddered(ON_CALL), three())
    for second in range(9):
        case.turn(second)
        if case.told(h.RungFired)[-1].rung == 0:
            gone(case, second)
    assert [because for rung, _, because in rounds(case) if rung == 0] == [None, *["gone"] * 5]
    assert case.told(h.RungFired)[-1].rung == 1


def test_a_step_that_does_not_count_is_passed_over() -> None:
    """The step after it is told in its place, at once."""
    agreement = laddered(STEPS.replace("wait: PT10S", "wait: PT10S, only: {severity: [S1]}"))
    opened, second, third = agreement.ladders["S1"]
    other = Condition(services=frozenset({"other"}))
    for unmet, told in (
        (opened, [(0, ["boss"]), (20, ["partner"])]),
        (second, [(0, ["duty"]), (10, ["partner"]), (15, ["boss"])]),
        (third, [(0, ["duty"]), (10, ["boss"])]),
    ):
        rungs = tuple(replace(each, only=other) if each is unmet else each for each in (opened, second, third))
        assert Laddered(replace(agreement, ladders={"S1": rungs})).paged(range(25)) == told


def test_a_rung_on_time_does_not_cut_a_chain_short() -> None:
    """It pages beside it, and the chain goes on to its end."""
    steps = """
S1:
  - {when: opened, to: duty, wait: PT5S}
  - {when: unanswered, to: boss, wait: PT30S}
  - {when: unanswered, to: partner}
  - {when: {unacknowledged: PT10S}, to: duty}
"""
    told = [(0, ["duty"]), (5, ["boss"]), (10, ["duty"]), (35, ["partner"])]
    assert Laddered(laddered(steps)).paged(range(60)) == told


def test_severity_changed_is_told_each_time() -> None:
    """Its chain is that of the last change; the one on the report goes on beside it."""
    steps = """
default:
  - {when: opened, to: duty, wait: PT50S}
  - {when: unanswered, to: partner}
  - {when: severity_changed, to: boss}
"""
    case = Laddered(laddered(steps), severity="S2")
    case.turn(0)
    case.severity(10, "S1")
    case.severity(20, "S2")
    case.paged(range(20, 30))
    case.severity(30, "S3")
    assert case.paged(range(30, 60)) == [(30, ["boss"]), (50, ["partner"])]
    assert [fact.cycle for fact in case.told(h.RungFired) if fact.rung == 2] == [
        fact.originator_version for fact in case.incident.history if isinstance(fact, h.SeverityChanged)
    ][1:]


@pytest.mark.parametrize("end", ["resolve", "cancel", "duplicate"])
def test_what_is_over_asks_nobody(end: str) -> None:
    """Neither the next step nor the ladder's end is told."""
    case = Laddered(laddered(STEPS))
    case.turn(0)
    getattr(case, end)(4)
    assert case.paged(range(4, 99)) == []
    assert case.told(h.LadderExhausted) == []
