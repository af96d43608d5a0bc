"""Clock rule 3 as stories in seconds: an incident is moved to another version of its agreement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import LegalNotification, Tolerance, Tolerated
from tests.support.clocked import agreed, moment, open_between, rule, target
from tests.support.eventful import Eventful

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement


def moved(*, at: float, severity: str = "S1", before: Agreement | None = None, **changes: Any) -> Eventful:  # noqa: ANN401 - the fields of Agreement
    """Begin under one version, and move to a second with these changes."""
    first = before or agreed(ladders={})
    case = Eventful(first, severity)
    targets = {**first.targets, **changes.pop("targets", {})}
    case.versions[2] = replace(first, version=2, targets=targets, **changes)
    case.migrate(at, 2)
    return case


def test_the_new_targets_hold_from_then_on_and_what_was_counted_stays() -> None:
    """Rules 2 and 3: 40 s of 100 are used up; of 150 s, 110 remain."""
    case = moved(at=40, targets={"resolve": target("resolve", {"S1": 150})})
    assert (case.due("resolve", 50), case.reading("resolve", 50).counted) == (150, 50)


def test_what_was_breached_before_stays_breached() -> None:
    """Rule 2: a longer target comes too late."""
    case = moved(at=110, targets={"resolve": target("resolve", {"S1": 150})})
    assert (case.state("resolve", 120), case.reading("resolve", 120).breached_at) == ("breached", moment(100))


def test_time_counts_in_the_new_versions_calendar_from_then_on() -> None:
    """Rule 3: calendars are pinned with their version."""
    base = agreed(ladders={})
    shop = {**base.calendars, "always": open_between((0, 40), (500, 900))}
    assert moved(at=30, calendars=shop).due("resolve", 30) == 560


def test_a_target_that_the_new_version_drops_is_owed_no_more() -> None:
    """It stands still; and ends without an answer."""
    case = moved(at=40)
    case.versions[2] = replace(
        case.versions[2], targets={k: v for k, v in case.versions[2].targets.items() if k != "resolve"}
    )
    assert case.state("resolve", 500) == "paused"
    case.resolve(500)
    assert case.state("resolve", 500) == "cancelled"


def test_a_target_that_the_new_version_adds_begins_with_the_migration() -> None:
    """If its moment has come and not been answered; nobody owed it before."""
    base = agreed(ladders={})
    old = replace(
        base, targets={name: each for name, each in base.targets.items() if name not in {"resolve", "respond"}}
    )
    case = Eventful(old)
    case.versions[2] = replace(base, version=2)
    case.update(10)
    case.migrate(40, 2)
    assert case.due("resolve", 40) == 140
    assert "respond" not in {reading.clock for reading in case.readings(40)}


def test_actions_and_the_law_are_moved_as_well() -> None:
    """An action keeps its priority; a legal clock its start."""
    action = replace(
        target("resolve", {"high": 100}),
        name="action_due",
        starts=("pir_published",),
        until="action_closed",
        per_action=True,
    )
    told = LegalNotification("tell", "gdpr-33-2", "provider", "service_owner", 100, "always")
    case = Eventful(agreed(targets={"action_due": action}, notifications={"tell": told}, ladders={}))
    case.versions[2] = replace(
        case.agreement,
        version=2,
        targets={**case.agreement.targets, "action_due": replace(action, within={"high": 300})},
        notifications={"tell": replace(told, within=200)},
    )
    case.aware(0, "acme", was=-20)
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(20)
    case.migrate(50, 2)
    assert (case.due("action_due", 50), case.due("tell", 50)) == (320, 180)


def test_pauses_keep_the_limits_under_which_they_began() -> None:
    """Rule 5: what was agreed when somebody paused."""
    case = Eventful(agreed(ladders={}, pauses=rule("free", each=20)))
    case.versions[2] = replace(case.agreement, version=2, pauses=rule("free", each=500))
    case.pause(10)
    case.migrate(15, 2)
    assert case.reading("resolve", 60).pauses[0].until == moment(30)


def test_what_was_tolerated_before_is_judged_as_it_was_agreed_then() -> None:
    """A deviation is not made a breach by a version that tolerates nothing, as long as the target is longer."""
    tolerance = Tolerance(per_incident=(Tolerated(frozenset({"resolve"}), None, 50, frozenset()),))
    case = moved(
        at=120,
        before=agreed(ladders={}, tolerance=tolerance),
        tolerance=Tolerance(),
        targets={"resolve": target("resolve", {"S1": 200})},
    )
    assert [case.state("resolve", at) for at in (150, 201)] == ["deviation", "breached"]


def test_moved_while_it_was_closed_it_goes_on_under_the_new_version() -> None:
    """Rules 3 and 4: closed time is a pause, whichever version it was in."""
    case = Eventful(agreed(ladders={}))
    case.versions[2] = replace(
        case.agreement, version=2, targets={**case.agreement.targets, "resolve": target("resolve", {"S1": 150})}
    )
    case.resolve(30)
    case.migrate(50, 2)
    case.reopen(100)
    assert case.due("resolve", 100) == 220


def test_what_was_before_the_migration_is_read_by_the_version_before() -> None:
    """The same at any past instant: its facts do not know of it."""
    case = moved(at=40, targets={"resolve": target("resolve", {"S1": 150})})
    del case.incident.history[1:]
    assert case.due("resolve", 30) == 100
