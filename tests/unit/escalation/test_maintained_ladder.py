"""Ladders in planned maintenance: whom it keeps asleep, until when, and whom it does not (clock rule 14)."""

from __future__ import annotations

from dataclasses import replace

from escalation.agreement.model import Exclusion, QuietHours, Window
from incidents.happenings import RungFired
from notifications.owed.relevance import no_longer_needed
from notifications.queue.delivery import PAGE
from tests.support.clocked import Clocked, agreed, open_between, rung
from tests.support.paging import a_delivery

HOUR = 3600
TODAY = Window("FREQ=DAILY", 13 * HOUR + 20, 30, "Europe/Berlin")
"""From second 20 to 50 of the incident's day, which begins for it at noon UTC."""
PLANNED = Exclusion("planned", excuses=False, targets=("resolve",), windows=(TODAY,))
OPENING = rung("opened", every=5, most=3)


def maintained(*rungs: object, **more: object) -> Clocked:
    """Open an incident before the window, under a ladder of these rungs."""
    return opened(0, *rungs, **more)


def opened(at: float, *rungs: object, **more: object) -> Clocked:
    """Open an incident at a second."""
    return Clocked(agreed(exclusions={"planned": PLANNED}, ladders={"S1": rungs or (OPENING,)}, **more), at=at)


def fired(case: Clocked) -> list[int]:
    """Let the engine have its turns for two minutes; give the seconds at which it told a rung."""
    return [int(at) for at, fact in case.turns(*range(120)) if fact == "RungFired"]


def test_an_incident_that_is_opened_in_a_window_pages_at_its_end() -> None:
    """Its rounds until then are one, the latest (as of warnings, rule 7); the next comes as long after as ever."""
    case = opened(38)
    assert fired(case) == [50, 55]
    assert [fact.round for fact in case.told(RungFired)] == [2, 3]


def test_a_page_that_was_due_before_the_window_is_told_before_it() -> None:
    """Rounds at 0, 15 and 30: the one inside the window waits for its end."""
    assert fired(maintained(rung("opened", every=15, most=3))) == [0, 15, 50]


def test_a_round_that_waited_for_the_windows_end_is_told_to_nobody_who_has_answered_meanwhile() -> None:
    """The opening itself is told, for some are only informed of it, and its page is withdrawn; no repeat is wanted."""
    case = opened(22, rung("opened", every=5, most=3))
    case.acknowledge(24)
    assert fired(case) == [50]
    assert [fact.round for fact in case.told(RungFired)] == [0]
    (page,) = case.told(RungFired)[0].pages
    delivery = a_delivery(PAGE, case.incident, case.told(RungFired)[0].originator_version, page["recipient"])
    assert no_longer_needed(delivery, case.incident, case.version) == "acknowledged"


def test_rungs_on_clocks_wait_for_no_window() -> None:
    """Acknowledge runs out in it: ten seconds after the opening, as the clocks have it."""
    case = opened(22, rung("acknowledge", 100))
    assert fired(case) == [32]


def test_another_services_maintenance_keeps_nobody_asleep() -> None:
    """The window is of another service."""
    elsewhere = {"planned": replace(PLANNED, services=("reporting",))}
    case = Clocked(agreed(exclusions=elsewhere, ladders={"S1": (OPENING,)}), at=38)
    assert fired(case) == [38, 43, 48, 53]


def test_quiet_hours_and_maintenance_are_both_waited_for() -> None:
    """The hours open at 40, inside the window; or at 60, when it has been over for a while."""
    for opens, told in ((40, 50), (60, 60)):
        quiet = QuietHours(frozenset({"S1"}), "late")
        case = opened(22, rung("opened"), quiet_hours=quiet, calendars={"late": open_between((opens, 600))})
        assert fired(case) == [told]


def test_the_clocks_stand_in_the_window_as_before() -> None:
    """What waits are the pages; resolve stands still, acknowledge does not."""
    case = maintained()
    fired(case)
    assert (case.due("resolve", 119), case.due("acknowledge", 119)) == (130, 10)


def test_whoever_escalates_in_a_window_has_the_next_rung_told_at_once() -> None:
    """Somebody has said that it cannot wait."""
    case = opened(22, rung("opened"), rung("unacknowledged", index=1))
    case.do(30, lambda it, when: it.escalate(1, "It is worse than planned", case.terms, by="key:1", at=when))
    assert [(int(at), fact) for at, fact in case.turns(30)] == [(30, "RungFired")]
    assert case.told(RungFired)[0].because == "escalated"
