"""Why a clock reads as it does: each line with its instant, the fact that caused it, and the rule by which it did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import Exclusion, LegalNotification, Target, Tolerance, Tolerated, Window
from escalation.clocks.runs import seconds
from escalation.clocks.why import spell
from incidents.incident import Incident
from tests.support.clocked import DAY, START, agreed, moment, target
from tests.support.eventful import Eventful

DELAY = Exclusion("delay", excuses=False, targets=("resolve",), authority="board")
FORCE = Exclusion("force", excuses=True, authority="board")
PLANNED = Exclusion(
    "planned",
    excuses=False,
    targets=("resolve",),
    windows=(Window("FREQ=DAILY", 13 * 3600 + 20, 30, "Europe/Berlin"),),
)
AGREEMENT = agreed(exclusions={"delay": DELAY, "force": FORCE}, ladders={})


ACTION = Target(
    "action_due",
    ("pir_published",),
    "action_closed",
    within={},
    by={"high": 10},
    calendar={"high": "always"},
    pausable=frozenset(),
    repeats=False,
    warn_at=(),
    per_action=True,
)


def actions(review: int = 20) -> Eventful:
    """Give an incident with an action that is due ten business days after its review."""
    case = Eventful(agreed(targets={"action_due": ACTION}, ladders={}))
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(review)
    return case


def why(case: Eventful, clock: str, at: float) -> list[tuple[int, int | None, str]]:
    """Give each line of the last run of a clock, without its words: second, fact, rule."""
    return [(seconds(line.at) - START, line.entry, line.rule) for line in case.reading(clock, at).why]


def words(case: Eventful, clock: str, at: float) -> str:
    """Give the words."""
    return " ".join(line.text for line in case.reading(clock, at).why)


def test_a_clock_says_what_started_and_what_stopped_it() -> None:
    """By the fact's version, and the agreement's own lines."""
    case = Eventful(AGREEMENT)
    case.acknowledge(5)
    assert why(case, "acknowledge", 8) == [(0, 1, "targets.acknowledge.from"), (5, 2, "targets.acknowledge.until")]
    assert words(case, "acknowledge", 8) == "It started: 10 s of always at severity S1. It was answered after 5 s."


def test_nothing_is_said_of_what_comes_later() -> None:
    """As of an instant only what was so by then."""
    case = Eventful(AGREEMENT)
    case.acknowledge(5)
    assert len(case.reading("acknowledge", 4).why) == 1


def test_a_pause_says_who_ended_it_or_that_its_limit_did() -> None:
    """The fact that ended it has a version; a limit has none until the engine tells of it."""
    case = Eventful(AGREEMENT)
    case.pause(10, "free")
    case.resume(20, "free")
    case.pause(30, "waiting")
    lines = why(case, "resolve", 90)
    assert lines[1:] == [
        (10, 2, "pauses.free"),
        (20, 3, "pauses.free"),
        (30, 4, "pauses.waiting"),
        (80, None, "pauses.waiting"),
    ]
    assert words(case, "resolve", 90).endswith("Time counts again after waiting: its limit was reached.")
    case.turn(90)
    assert why(case, "resolve", 90)[-1] == (80, case.incident.version, "pauses.waiting")


def test_a_pause_that_was_struck_out_is_still_told_of() -> None:
    """With who asked for it and who struck it out: whoever reads the clock misses no pause."""
    case = Eventful(AGREEMENT)
    case.pause(10, "free")
    case.tell(40, Incident.PauseVetoed, reason="free", why="x")
    assert why(case, "resolve", 50)[1:] == [(10, 2, "pauses.free"), (40, 3, "pauses.free")]
    assert words(case, "resolve", 50).endswith("The pause for free was taken back: its time counts.")


def test_a_change_of_severity_says_what_had_counted() -> None:
    """Clock rule 2."""
    case = Eventful(AGREEMENT)
    case.severity(60, "S2")
    assert why(case, "resolve", 60)[1] == (60, 2, "clock rule 2")
    assert words(case, "resolve", 60).endswith(
        "The target is now 3 min 20 s of always at severity S2; 1 min had counted, and stay."
    )


@pytest.mark.parametrize(
    ("hold", "rule"),
    [
        (lambda case: case.severity(30, "S3"), "clock rule 2"),
        (lambda case: (case.resolve(30), case.reopen(40)), "clock rule 4"),
    ],
)
def test_what_nobody_paused_names_its_clock_rule(hold, rule: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - an act
    """No target, or closed time."""
    case = Eventful(AGREEMENT)
    hold(case)
    assert (30, 2, rule) in why(case, "resolve", 50)


def test_a_response_that_is_owed_names_its_clock_rule() -> None:
    """Clock rule 6."""
    case = Eventful(AGREEMENT, severity="S3")
    case.severity(10, "S1")
    assert (10, 2, "clock rule 6") in why(case, "update", 15)


def test_a_breach_names_the_fact_that_tells_it() -> None:
    """Its line lies at the last instant at which the clock was met (clock rule 8)."""
    case = Eventful(AGREEMENT)
    assert why(case, "resolve", 105)[-1] == (100, None, "clock rule 8")
    case.acknowledge(3)
    case.update(4)
    case.turn(105)
    assert why(case, "resolve", 105)[-1] == (
        100,
        case.incident.version,
        "clock rule 8",
    )


def test_a_breach_by_repetition_says_so() -> None:
    """It lies where its deviation does; nothing beyond what is tolerated was used up."""
    tolerated = Tolerated(frozenset({"resolve"}), 20, None, frozenset())
    case = Eventful(agreed(tolerance=Tolerance(per_incident=(tolerated,)), ladders={}))
    case.turn(101)
    case.resolve(110)
    case.tell(120, Incident.ClockBreached, clock="resolve", cycle=1, breached_at=moment(100), detected_at=moment(120))
    [line] = [line for line in case.reading("resolve", 130).why if "breach" in line.text]
    assert (line.entry, line.rule) == (case.incident.version, "tolerance.turns_into_breach")
    assert line.text == "It was one deviation too many: that is a breach."


def test_a_deviation_names_what_is_tolerated() -> None:
    """And the fact that tells it."""
    tolerance = Tolerance(per_incident=(Tolerated(frozenset({"resolve"}), 10, None, frozenset()),))
    case = Eventful(replace(AGREEMENT, tolerance=tolerance, targets={"resolve": target("resolve", {"S1": 100})}))
    case.turn(105)
    assert why(case, "resolve", 105)[-1] == (100, 2, "tolerance.per_incident")


@pytest.mark.parametrize("turns", [(), (105, 125), (125,)])
def test_a_breach_beyond_what_is_tolerated_says_so(turns: tuple[int, ...]) -> None:
    """Whether a deviation was recorded before it, only the breach, or nothing yet."""
    tolerance = Tolerance(per_incident=(Tolerated(frozenset({"resolve"}), 20, None, frozenset()),))
    case = Eventful(agreed(tolerance=tolerance, ladders={}))
    for turn in turns:
        case.turn(turn)
    breached = case.reading("resolve", 125).why[-1]
    assert (seconds(breached.at) - START, breached.rule) == (120, "clock rule 8")
    assert "within the target and what is tolerated beyond it" in breached.text


def test_what_was_granted_names_its_exclusion_or_pause() -> None:
    """While it acted, or as what excuses."""
    case = Eventful(AGREEMENT)
    case.grant(30, "exclusion", "delay", start=20, until=40, clocks=["resolve"])
    case.grant(35, "pause", "free", start=25, until=50, clocks=["resolve"])
    rules = [rule for _, _, rule in why(case, "resolve", 60)]
    assert rules[1:] == ["exclusions.delay", "pauses.free.authority", "exclusions.delay", "pauses.free.authority"]
    case.grant(200, "exclusion", "force", start=0, clocks=["resolve"])
    assert why(case, "resolve", 200)[-1] == (200, case.incident.version, "exclusions.force")


def test_an_older_time_that_was_accepted_names_the_decision() -> None:
    """On the clock that the fact moved, and on no other."""
    case = Eventful(AGREEMENT)
    case.acknowledge(15)
    claim = case.claim(18, "backdating", None, entry=case.incident.version, start=9, decision="backdate_fact")
    assert why(case, "acknowledge", 18)[-1] == (15, 2, "targets.acknowledge.until")
    decision = case.decide(19, claim)
    assert why(case, "acknowledge", 19)[1:] == [
        (9, 2, "targets.acknowledge.until"),
        (19, decision, "governance.authorities.backdate_fact"),
    ]
    accepted = "A body accepted that entry 2 was so by 2026-03-02 12:00:09 UTC already."
    assert words(case, "acknowledge", 19).endswith(f"It was answered after 9 s. {accepted}")
    assert [rule for _, _, rule in why(case, "resolve", 19)] == ["targets.resolve.from"]


def test_maintenance_names_its_exclusion() -> None:
    """No fact caused it."""
    case = Eventful(agreed(exclusions={"planned": PLANNED}))
    rule = "exclusions.planned.windows"
    assert why(case, "resolve", 60)[1:] == [(20, None, rule), (50, None, rule)]


def test_a_legal_clock_names_its_notification() -> None:
    """It started with the awareness, and ended with the filing."""
    told = LegalNotification("tell", "gdpr-33-2", "provider", "service_owner", 100, "always")
    case = Eventful(agreed(notifications={"tell": told}))
    case.aware(5, "acme", was=-10)
    case.file(20, "tell")
    assert why(case, "tell", 30) == [(-10, 2, "notifications.tell.from"), (20, 3, "notifications.tell.until")]


def test_a_legal_clock_names_the_flag_that_called_for_it() -> None:
    """By the fact that set it, be it before the awareness or after; assessed again with it, that is no other call."""
    told = LegalNotification("tell", "gdpr-33-2", "provider", "service_owner", 100, "always", applies_when="breach")
    case, late = (Eventful(agreed(notifications={"tell": told})) for _ in range(2))
    case.flags(5, "breach")
    case.flags(8, "breach", "other")
    case.aware(10, "acme")
    assert why(case, "tell", 30) == [(5, 2, "notifications.tell.applies_when"), (10, 4, "notifications.tell.from")]
    assert words(case, "tell", 30).startswith("It was flagged breach: this notification is called for. It started: ")
    late.aware(10, "acme")
    late.flags(20, "breach")
    assert why(late, "tell", 30) == [(10, 2, "notifications.tell.from"), (20, 3, "notifications.tell.applies_when")]


def test_a_legal_clock_that_is_called_for_again_names_each_flagging() -> None:
    """It was waived between them."""
    told = LegalNotification("tell", "gdpr-33-2", "provider", "service_owner", 100, "always", applies_when="breach")
    case = Eventful(agreed(notifications={"tell": told}))
    case.aware(0, "acme")
    for at, flags in ((5, ("breach",)), (10, ()), (15, ("breach",))):
        case.flags(at, *flags)
    called = [line for line in why(case, "tell", 30) if line[2].endswith("applies_when")]
    assert called == [(5, 3, "notifications.tell.applies_when"), (15, 5, "notifications.tell.applies_when")]


def test_an_action_that_was_extended_names_the_decision_beside_what_was_agreed() -> None:
    """Another action's extension is none of its own."""
    case = actions()
    decision = case.grant(DAY, "extension", "patch", until=12 * DAY, clocks=["action_due"])
    case.grant(DAY, "extension", "other", until=20 * DAY, clocks=["action_due"])
    assert (DAY, decision, "governance.authorities.extend_action") in why(case, "action_due", 2 * DAY)
    assert [rule for *_, rule in why(case, "action_due", 2 * DAY)].count("governance.authorities.extend_action") == 1
    said = words(case, "action_due", 2 * DAY)
    assert said.startswith("It started: 10 business days of always at priority high.")
    assert said.endswith("A body granted more time: the target is now 12 business days.")


def test_an_action_that_was_extended_before_its_clock_began_says_so_as_it_begins() -> None:
    """The review that its clock begins with was published later."""
    case = actions(review=2 * DAY)
    decision = case.grant(DAY, "extension", "patch", until=15 * DAY, clocks=["action_due"])
    assert (2 * DAY, decision, "governance.authorities.extend_action") in why(case, "action_due", 2 * DAY)


def test_an_extension_that_came_too_late_names_the_decision_as_what_excuses() -> None:
    """It moves nothing, and is no exclusion."""
    case = actions()
    claim = case.claim(DAY, "extension", "patch", until=20 * DAY, clocks=["action_due"])
    case.turn(12 * DAY)
    decision = case.decide(13 * DAY, claim)
    lines = why(case, "action_due", 13 * DAY)
    assert lines[-1] == (13 * DAY, decision, "governance.authorities.extend_action")
    assert words(case, "action_due", 13 * DAY).endswith("A body granted more time: that it ran over is excused.")


def test_a_migration_names_the_version() -> None:
    """Whose target holds from then on."""
    case = Eventful(AGREEMENT)
    case.versions[2] = replace(AGREEMENT, version=2)
    case.migrate(40, 2)
    assert why(case, "resolve", 50)[1] == (40, 2, "governance.amendments.may_migrate_open")


@pytest.mark.parametrize(("length", "spelled"), [(0, "0 s"), (59, "59 s"), (5400, "1 h 30 min"), (90_000, "25 h")])
def test_counted_time_is_spelled_in_hours(length: int, spelled: str) -> None:
    """A day has no length on a clock (clock rule 10)."""
    assert spell(length) == spelled
