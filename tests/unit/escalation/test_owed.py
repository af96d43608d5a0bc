"""What is owed and when: warnings, breaches, the ends of pauses, and the rungs of a ladder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model.ladders import DEFAULT_WAIT
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import Clocked, agreed, moment, open_between, open_once, rule, rung, target, the_agreement

WARNING = agreed(
    targets={
        "acknowledge": target("acknowledge", {"S1": 10, "S2": 30}, warn_at=(50, 75, 90)),
        "respond": target("respond", {}),
        "update": target("update", {}),
        "resolve": target("resolve", {}),
    },
    ladders={},
)
"""Only an acknowledgement is owed, and nobody is told."""

LADDER = replace(
    WARNING,
    ladders={
        "S1": (
            rung("opened", every=5, most=3),
            rung("acknowledge", 50, index=1),
            rung("acknowledge", 100, index=2, every=10, most=2),
        ),
        "default": (rung("opened"),),
    },
)


# --- warnings (rule 7) -----------------------------------------------------------------------------------------------


def test_each_warning_is_told_once_at_its_share() -> None:
    """Rule 7: 75 % of 10 s is reached at 8 s, for shares are of whole seconds."""
    case = Clocked(WARNING)
    assert case.turns(*range(12)) == [(5, "ClockWarned"), (8, "ClockWarned"), (9, "ClockWarned"), (11, "ClockBreached")]
    assert [(fact.percent, fact.late) for fact in case.told(h.ClockWarned)] == [(50, False), (75, False), (90, False)]


def test_of_warnings_that_are_past_at_once_only_the_highest_is_told() -> None:
    """Rule 7: marked late, and the lower ones never follow."""
    case = Clocked(WARNING)
    case.turn(8)
    case.turn(10)
    assert [(fact.percent, fact.late) for fact in case.told(h.ClockWarned)] == [(75, True), (90, False)]


def test_a_warning_is_not_told_of_a_clock_that_was_stopped() -> None:
    """Nobody is helped by it, also if its time had come before."""
    case = Clocked(WARNING)
    case.acknowledge(6)
    assert case.turns(6, 20) == []
    assert case.next() is None


def test_a_new_target_does_not_repeat_warnings() -> None:
    """Rules 2 and 7: 50 % was told; of the longer target 75 % is next."""
    case = Clocked(WARNING)
    case.turn(5)
    case.severity(6, "S2")
    assert case.next() == 23


def test_a_clock_without_a_target_does_not_warn() -> None:
    """Rule 7: its share was used up, but nobody was told in time, and the severity asks for nothing now."""
    case = Clocked(agreed(targets={"resolve": target("resolve", {"S1": 100}, warn_at=(20,))}, ladders={}))
    case.severity(50, "S3")
    assert case.turns(50) == [(50, "ClockBreached"), (50, "ClockBreached")]


# --- breaches (rule 8) -----------------------------------------------------------------------------------------------


def test_a_breach_is_told_only_after_the_last_safe_instant_and_once() -> None:
    """Rules 1 and 8: due at 10 s, breached from 11 s on, and seen when it is seen."""
    case = Clocked(WARNING)
    case.turn(9)
    assert case.next() == 11
    assert case.turns(10) == []
    assert case.turns(25.5, 26) == [(25.5, "ClockBreached")]
    [fact] = case.told(h.ClockBreached)
    assert (fact.breached_at, fact.detected_at, fact.at) == (moment(10), moment(25.5), moment(25.5))


def test_a_breach_is_told_also_if_the_clock_was_stopped_before_anybody_looked() -> None:
    """Rule 8: what was true is recorded, late engine or not."""
    case = Clocked(WARNING)
    case.acknowledge(12)
    case.resolve(13)
    assert case.turns(500) == [(500, "ClockBreached")]
    assert case.told(h.ClockBreached)[0].breached_at == moment(10)


# --- pauses (rule 5) -------------------------------------------------------------------------------------------------


def test_a_pause_ends_at_its_limit_on_the_slowest_clock() -> None:
    """Rule 5: it is told once, as of when it was so, and clocks run again from there."""
    shop = agreed(pauses=rule("waiting", each=50), ladders={})
    case = Clocked(shop)
    case.acknowledge(5)
    case.update(10)
    case.pause(20, "waiting")
    assert case.next() == 70
    assert [owed.values for owed in case.turn(75)] == [{"reason": "waiting"}]
    assert case.told(h.PauseExpired)[0].at == moment(70)
    assert case.incident.pauses == {}
    assert (case.due("resolve", 75), case.due("update", 75)) == (150, 90)


def test_a_pause_is_over_when_its_last_clock_goes_on() -> None:
    """Rule 5: counted in a shop's time the limit of 20 s ends one clock later than the other, or has no end yet."""
    for shop, expected in ((open_between((0, 30), (100, 900)), 110), (open_once(30), None)):
        calendars = {"shop": shop}
        targets = {"resolve": target("resolve", {"S1": 500}, "shop")}
        case = Clocked(agreed(calendars=calendars, targets=targets, pauses=rule("waiting", each=20), ladders={}))
        case.acknowledge(5)
        case.update(10)
        case.pause(20, "waiting")
        case.update(39)
        case.turn(39)
        told = [at for at in range(40, 200) for owed in case.turn(at) if owed.happening is Incident.PauseExpired]
        assert told == ([] if expected is None else [expected])


def test_a_pause_without_limit_never_expires() -> None:
    """Rule 5: only somebody ends it."""
    case = Clocked(agreed(ladders={}))
    case.acknowledge(5)
    case.mitigate(6)
    case.resolve(7)
    case.reopen(8)
    case.pause(10, "free")
    case.update(10)
    assert "PauseExpired" not in [name for _, name in case.turns(10_000)]


# --- the ladder ------------------------------------------------------------------------------------------------------


def test_the_opening_pages_at_once_and_again_until_its_limit() -> None:
    """At 0 s, and after 5, 10 and 15 s by the clock on the wall."""
    case = Clocked(LADDER)
    case.turns(*range(60))
    assert [(fact.timestamp, fact.round) for fact in case.told(h.RungFired) if fact.rung == 0] == [
        (moment(0), 0),
        (moment(5), 1),
        (moment(10), 2),
        (moment(15), 3),
    ]


def test_taking_it_ends_what_asks_for_that() -> None:
    """Neither the opening nor the acknowledge clock pages any more; given back, it goes on where it stood."""
    case = Clocked(LADDER)
    case.turns(0, 5)
    case.acknowledge(6)
    assert case.turns(*range(6, 40)) == []
    case.unacknowledge(40)
    told = [
        (owed.values["rung"], owed.values["round"])
        for at in range(40, 80)
        for owed in case.turn(at)
        if "rung" in owed.values
    ]
    assert told == [(0, 2), (0, 3), (1, 0), (2, 0), (2, 1), (2, 2)]


def test_the_opening_is_told_once_though_somebody_was_faster() -> None:
    """Those who are only informed hear of it, too; nothing is repeated."""
    case = Clocked(LADDER)
    case.acknowledge(0)
    assert case.turns(1, 50) == [(1, "RungFired")]


def test_rounds_that_are_past_at_once_are_one_page() -> None:
    """An engine that was away for a while does not page four times; the ladder's end waits from then."""
    case = Clocked(LADDER)
    told = [(owed.values["rung"], owed.values["round"]) for owed in case.turn(300) if "rung" in owed.values]
    assert sorted(told) == [(0, 3), (1, 0), (2, 2)]
    assert case.next() == 300 + DEFAULT_WAIT


def test_waits_between_rounds_are_counted_time() -> None:
    """Rule 10: the second page of an update clock waits while that clock is paused."""
    cadence = {"update": target("update", {"S1": 10}), "respond": target("respond", {})}
    shop = agreed(targets=cadence, ladders={"S1": (rung("update", 100, every=10, most=2),)}, pauses=rule("waiting"))
    case = Clocked(shop)
    case.acknowledge(1)
    case.turn(10)
    case.pause(12, "waiting")
    case.resume(62, "waiting")
    assert [at for at in range(12, 80) for owed in case.turn(at) if owed.happening is h.RungFired] == [70]


def test_an_empty_rung_is_skipped_and_said_once() -> None:
    """Nobody holds that role: no page, no repeat, and the other rungs keep their times."""
    empty = replace(rung("opened", every=5, most=3), page=("vacant",))
    case = Clocked(replace(LADDER, ladders={"S1": (empty, rung("acknowledge", 100, index=1))}))
    told = [told for told in case.turns(*range(30)) if told[1].startswith("Rung")]
    assert told == [(0, "RungSkipped"), (10, "RungFired")]
    [fact] = case.told(h.RungSkipped)
    assert (fact.rung, fact.round, fact.why) == (0, 0, "no_one_to_reach")


def test_a_rung_on_any_clock_fires_for_each() -> None:
    """Each clock that is owed something, and each of its cycles."""
    case = Clocked(agreed(ladders={"S1": (rung("any", 100),)}))
    case.turns(10, 20, 100)
    assert [fact.clock for fact in case.told(h.RungFired)] == ["acknowledge", "respond", "resolve"]
    case.update(110)
    case.update(120)
    case.turn(150)
    assert [(fact.clock, fact.cycle) for fact in case.told(h.RungFired)][3:] == [("update", case.incident.version - 2)]


def test_another_severity_has_another_ladder() -> None:
    """Its opening is told at once; going back repeats nothing."""
    case = Clocked(LADDER)
    case.turn(0)
    case.severity(3, "S2")
    assert case.turns(3) == [(3, "RungFired")]
    case.severity(4, "S1")
    assert case.turns(4) == []
    assert [fact.ladder for fact in case.told(h.RungFired)] == ["S1", "default"]


def test_a_clock_that_the_severity_has_no_target_for_pages_nobody() -> None:
    """It stands still, though its share was used up under the severity before."""
    case = Clocked(agreed(ladders={"default": (rung("resolve", 10),)}))
    case.severity(50, "S3")
    assert "RungFired" not in [name for _, name in case.turns(50, 200)]


@pytest.mark.parametrize("end", ["resolve", "cancel", "duplicate"])
def test_what_is_over_pages_nobody(end: str) -> None:
    """And it has no deadline, once its record is complete."""
    case = Clocked(LADDER)
    getattr(case, end)(4)
    assert case.turns(4, 500) == []
    assert case.next() is None


def test_reopening_what_nobody_had_in_hand_goes_on_paging_for_the_opening() -> None:
    """Rule 4 keeps the acknowledge clock met, which pages no more; but nobody would look after the incident.

    One that somebody had in hand when it was resolved is still in theirs, so nobody else is asked.
    """
    case = Clocked(LADDER)
    case.turn(0)
    case.resolve(3)
    case.reopen(100)
    assert case.turns(*range(100, 200)) == [(100, "RungFired"), (105, "RungFired"), (110, "RungFired")]
    assert {(fact.rung, fact.clock) for fact in case.told(h.RungFired)} == {(0, None)}
    held = Clocked(LADDER)
    held.turn(0)
    held.acknowledge(2)
    held.resolve(3)
    held.reopen(100)
    assert held.turns(100, 200) == []


def test_a_page_goes_to_each_person_and_channel_once() -> None:
    """Who is paged is not also notified, by whatever name; urgency tells page from notice."""
    shop = replace(rung("opened"), page=("duty", "provider.duty_manager"), notify=("duty", "partner"))
    case = Clocked(replace(LADDER, ladders={"S1": (shop,)}))
    [owed] = case.turn(0)
    assert [(page["recipient"], page["channel"], page["urgency"]) for page in owed.values["pages"]] == [
        ("duty", "terminal", 0),
        ("partner", "terminal", 1),
    ]


def test_delivery_ids_are_the_same_whoever_works_them_out() -> None:
    """And differ by incident, rung, round and person."""
    one, same = Clocked(the_agreement()), Clocked(the_agreement())
    other = Clocked(the_agreement(), id="acme-globex/incident/other")
    ids = [[page["delivery"] for owed in case.owed(10) for page in owed.values["pages"]] for case in (one, same, other)]
    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == 2 * len(ids[0]) == 8


def test_nobody_waits_for_rounds_that_do_not_matter() -> None:
    """A thousand repeats cost the deadline row no more than one: only the next is worked out."""
    case = Clocked(
        replace(
            LADDER,
            ladders={"S1": (rung("opened", every=1, most=1000), rung("acknowledge", 100, index=1, every=1, most=1000))},
        )
    )
    case.turn(500)
    assert case.next() == 501
    assert [owed.values["round"] for owed in case.turn(501)] == [501, 491]
