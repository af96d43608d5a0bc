"""Clock rule 12 as stories in seconds: what the law wants told, from when its duty holder knew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import ClockRules, Contact, LegalNotification
from escalation.engine.ladder import duty_holders, percent_of
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import agreed, moment, rule, rung, the_agreement
from tests.support.eventful import Eventful

OFFICER = Contact("officer", "globex", "dpo")
CLIENT = LegalNotification("tell-client", "gdpr-33-2", "provider", "client.dpo", 100, "always")
AUTHORITY = LegalNotification(
    "tell-authority", "gdpr-33-1", "client", "csirt", 300, "always", phases=True, unless="harmless"
)
EARLY = LegalNotification("early", "nis2-23", "provider", "csirt", 60, "always", applies_when="significant")
AGREEMENT = agreed(
    contacts={**the_agreement().contacts, "officer": OFFICER},
    notifications={each.id: each for each in (CLIENT, AUTHORITY, EARLY)},
    clock_rules=ClockRules((50,), 5, 0),
    targets={},
    ladders={},
    pauses=rule("free"),
)


def clocks(case: Eventful, at: float) -> dict[str, str]:
    """Read the states of the legal clocks."""
    return {reading.clock: reading.state for reading in case.readings(at) if reading.clock in AGREEMENT.notifications}


def test_it_runs_from_when_its_duty_holder_became_aware_which_may_lie_before_the_report() -> None:
    """Rule 12: nobody else's awareness starts it."""
    case = Eventful(AGREEMENT)
    case.aware(5, "initech")
    assert clocks(case, 5) == {}
    case.aware(10, "acme", was=-40)
    reading = case.reading("tell-client", 10)
    assert (reading.started_at, reading.due_at, reading.duty_of) == (moment(-40), moment(60), ("acme",))


def test_whoever_is_told_knows_from_then_on() -> None:
    """Rule 12: the provider's notification starts the client's clock, unless the client knew before."""
    case, knew = Eventful(AGREEMENT), Eventful(AGREEMENT)
    knew.aware(20, "globex")
    for each in (case, knew):
        each.aware(10, "acme")
        each.file(50, "tell-client")
    assert (case.due("tell-authority", 50), knew.due("tell-authority", 50)) == (350, 320)
    assert case.state("tell-client", 50) == "met"


def test_it_is_never_paused_and_never_stopped() -> None:
    """Rules 5, 12 and 14: whatever is said or granted."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.tell(5, Incident.ClockPaused, reason="free", clocks=["tell-client"], note=None)
    assert (case.state("tell-client", 50), case.due("tell-client", 50)) == ("running", 100)


def test_a_severity_changes_nothing_of_it() -> None:
    """Rule 12: the law knows no severities."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.severity(120, "S3")
    reading = case.reading("tell-client", 150)
    assert (reading.severity, reading.due_at, reading.breached_at) == ("S3", moment(100), moment(100))


def test_it_goes_on_after_the_resolution_and_is_told_of() -> None:
    """Rule 12: its warning, its breach, and its own ladder, when all else is over."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.resolve(10)
    told = case.turns(10, 49, 50, 100, 101)
    assert told == [(50, "ClockWarned"), (50, "RungFired"), (100, "RungFired"), (101, "ClockBreached")]
    case.file(150, "tell-client")
    assert (case.state("tell-client", 150), case.next()) == ("breached", 300)  # what the client owes warns


def test_of_rungs_that_are_past_at_once_only_the_highest_pages() -> None:
    """Rule 7: of a late awareness its duty holder hears once, as it stands; the lower rungs never follow."""
    rungs = replace(AGREEMENT, clock_rules=ClockRules((50, 75, 90), 5, 0))
    case, one_by_one = Eventful(rungs), Eventful(rungs)
    case.aware(0, "acme", was=-80)
    one_by_one.aware(0, "acme")
    for at in (0, 9, 10, 15, 20, 30):
        case.turn(at)
    for at in (50, 75, 90, 100):
        one_by_one.turn(at)
    fired, each = case.told(h.RungFired), one_by_one.told(h.RungFired)
    assert [(fact.timestamp, fact.clock, fact.rung) for fact in fired] == [
        (moment(0), "tell-client", 1),
        (moment(10), "tell-client", 2),
        (moment(20), "tell-client", 3),
    ]
    assert [fact.rung for fact in each] == [0, 1, 2, 3]
    assert [fact.pages for fact in fired] == [fact.pages for fact in each[1:]]


def test_an_engine_that_was_away_pages_once_for_a_legal_clock_that_ran_out() -> None:
    """Rule 7: not once for each of its rungs."""
    case = Eventful(replace(AGREEMENT, clock_rules=ClockRules((50, 75, 90), 5, 0)))
    case.aware(0, "acme", was=-120)
    case.turns(0, 1, 500)
    assert [(fact.timestamp, fact.rung) for fact in case.told(h.RungFired)] == [(moment(0), 3)]
    assert case.next() is None


def test_a_false_alarm_asks_for_nothing() -> None:
    """There was nothing to tell; also where it turned out so before somebody became aware."""
    case, late = Eventful(AGREEMENT), Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.cancel(10)
    late.aware(20, "acme")
    late.cancel(30, was=15)
    assert (clocks(case, 500), clocks(late, 500)) == ({"tell-client": "cancelled"}, {})
    assert case.next() is None


def test_flags_call_for_it_and_waive_it_as_they_stand() -> None:
    """Counted from the awareness, whenever the flag came; what was waived for a while has lost no time."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.aware(0, "globex")
    assert set(clocks(case, 5)) == {"tell-client", "tell-authority"}
    case.flags(10, "significant", "harmless")
    assert (case.due("early", 10), case.state("tell-authority", 10)) == (60, "cancelled")
    case.flags(20)
    assert (case.state("early", 20), case.state("tell-authority", 20)) == ("cancelled", "running")
    assert case.due("tell-authority", 20) == 300


@pytest.mark.parametrize(("notification", "state"), [("tell-client", "running"), ("tell-authority", "met")])
def test_a_first_phase_is_in_time_where_the_law_allows_phases(notification: str, state: str) -> None:
    """Elsewhere only the whole notification meets it."""
    case = Eventful(AGREEMENT)
    for party in ("acme", "globex"):
        case.aware(0, party)
    case.file(20, notification, complete=False)
    assert case.state(notification, 30) == state


def test_completing_an_incomplete_filing_meets_it() -> None:
    """From then on nothing is owed."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    number = case.file(20, "tell-client", complete=False)
    for at, complete in ((30, False), (40, True)):
        case.tell(at, Incident.FilingAmended, filing=number, complete=complete, text="x", evidence=None)
        assert (case.reading("tell-client", at).stopped_at is not None) is complete
    assert case.state("tell-client", 50) == "met"


# --- who is warned ---------------------------------------------------------------------------------------------------


def test_duty_holders_are_paged_at_each_warning_and_at_the_end() -> None:
    """The provider has no data protection officer: whoever leads is paged; rungs say their share."""
    case = Eventful(AGREEMENT)
    case.aware(0, "acme")
    case.turn(50)
    case.turn(100)
    fired = case.told(h.RungFired)
    assert [(each.ladder, each.clock, each.rung, percent_of(each, AGREEMENT)) for each in fired] == [
        ("legal", "tell-client", 0, 50),
        ("legal", "tell-client", 1, 100),
    ]
    assert {page["recipient"] for each in fired for page in each.pages} == {"duty"}


def test_a_party_is_reached_by_its_officer_else_by_who_leads_else_by_everybody() -> None:
    """One of them is always there, if the party has any contact."""
    assert duty_holders("globex", AGREEMENT) == ["officer"]
    assert duty_holders("globex", the_agreement()) == ["partner"]
    contacts = {name: contact for name, contact in AGREEMENT.contacts.items() if name in {"boss", "vacant"}}
    assert duty_holders("acme", replace(AGREEMENT, contacts=contacts)) == ["boss", "vacant"]


def test_a_ladders_rung_on_any_clock_is_on_none_of_the_laws() -> None:
    """One that names a legal clock is."""
    ladders = {"S1": (rung("any", 10), rung("tell-client", 30, index=1))}
    case = Eventful(replace(AGREEMENT, ladders=ladders, targets={}))
    case.aware(0, "acme")
    case.turn(30)
    assert [(fact.ladder, fact.rung) for fact in case.told(h.RungFired)] == [("S1", 1)]
