from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import SeverityPowers
from incidents import refusals
from incidents.errors import InvalidField
from incidents.terms import Assessment
from tests.support.claimed import CLIENT, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment
from tests.support.example_agreement import worded


def change(case: Claimed, severity: str, party: str | None, at: float = 60) -> None:
    """Set a severity for a party."""
    case.act(at, "change_severity", severity, "As we see it", party=party)


def test_who_sets_severities_makes_them_worse_at_once() -> None:
    """The provider's duty manager does; who is of neither side has no such power, not even the operator."""
    case = Claimed(severity="S3")
    change(case, "S2", PROVIDER)
    assert (case.incident.severity, case.facts()) == ("S2", ["SeverityChanged"])
    with pytest.raises(refusals.NotYourSeverity):
        change(case, "S1", None)
    assert (case.incident.severity, case.incident.claims) == ("S2", {})


@pytest.mark.parametrize(("standing", "wanted", "meanwhile"), [("S3", "S1", "S1"), ("S1", "S3", "S1")])
def test_the_other_party_disputes_and_the_higher_holds_meanwhile(standing: str, wanted: str, meanwhile: str) -> None:
    """Both proposals are on record; the panel has two hours, by the clock on the wall."""
    case = Claimed(severity=standing)
    change(case, wanted, CLIENT)
    claim = case.only
    assert (claim.kind, claim.standing, claim.name, claim.meanwhile) == ("severity", standing, wanted, meanwhile)
    assert (claim.decision, claim.body, claim.voters) == ("settle_severity", "severity_panel", (PROVIDER, CLIENT))
    assert (claim.due_at, claim.if_silent) == (moment(60 + 2 * HOUR), "S1")
    assert case.incident.severity == meanwhile
    told = [fact.claim for fact in case.incident.history if isinstance(fact, case.incident.SeverityChanged)]
    assert told == ([claim.number] if meanwhile != standing else [])


@pytest.mark.parametrize(("meanwhile", "held"), [("higher", "S1"), ("lower", "S3"), ("standing", "S3")])
def test_what_holds_meanwhile_is_agreed(meanwhile: str, held: str) -> None:
    """The agreement says so: severity.dispute.meanwhile."""
    case = Claimed(worded({"meanwhile: higher": f"meanwhile: {meanwhile}"}), severity="S3")
    change(case, "S1", CLIENT)
    assert case.incident.severity == held


def test_the_panel_settles_it() -> None:
    """What both vote for holds, also a third severity; the change comes with the deciding vote."""
    case = Claimed(severity="S3")
    change(case, "S1", CLIENT)
    number, before = case.only.number, case.incident.version
    case.vote(120, number, "S2", PROVIDER)
    case.vote(180, number, "S2", CLIENT)
    assert case.facts(before) == ["VoteCast", "VoteCast", "ClaimDecided", "SeverityChanged"]
    assert (case.incident.severity, case.only.outcome) == ("S2", "S2")


def test_a_panel_of_two_minds_is_as_good_as_a_silent_one() -> None:
    """The higher of both proposals holds, and the severity that stood meanwhile is confirmed without a change."""
    case = Claimed(severity="S3")
    change(case, "S1", CLIENT)
    number, before = case.only.number, case.incident.version
    case.vote(120, number, "S3", PROVIDER)
    case.vote(180, number, "S2", CLIENT)
    assert case.facts(before) == ["VoteCast", "VoteCast", "ClaimDecided"]
    assert (case.incident.severity, case.only.outcome) == ("S1", "S1")


def test_while_a_dispute_waits_no_party_sets_another_severity() -> None:
    """Neither by a change, nor by another dispute, nor by a new assessment; a vote must be on the scale."""
    case = Claimed(severity="S3")
    change(case, "S1", CLIENT)
    for party, act in ((PROVIDER, "change_severity"), (CLIENT, "dispute_severity")):
        with pytest.raises(refusals.SeverityDisputed) as refused:
            case.act(120, act, "S2", "No", party=party)
        assert refused.value.details == {"claim": case.only.number}
    with pytest.raises(refusals.SeverityDisputed):
        case.act(120, "classify", Assessment("minor", "normal"), party=PROVIDER)
    with pytest.raises(InvalidField, match="S1, S2, S3, S4"):
        case.vote(120, case.only.number, "granted", CLIENT)


def test_a_dispute_that_is_withdrawn_leaves_what_stood() -> None:
    """The severity that held meanwhile goes with it."""
    case = Claimed(severity="S3")
    change(case, "S1", CLIENT)
    case.act(120, "withdraw_claim", case.only.number, None, party=CLIENT)
    assert (case.incident.severity, case.only.outcome) == ("S3", "withdrawn")


def test_a_dispute_that_is_withdrawn_leaves_what_a_floor_made_since() -> None:
    """Only what held because of the dispute goes with it."""
    case = Claimed(severity="S3")
    change(case, "S2", CLIENT)
    case.act(90, "flag", ["personal_data_breach"], [], party=CLIENT)
    case.act(120, "withdraw_claim", case.only.number, None, party=CLIENT)
    assert case.incident.severity == "S1"


def test_a_milder_severity_needs_the_clients_consent() -> None:
    """It waits for as long as that takes; meanwhile the severity stays, and the provider cannot consent for them."""
    case = Claimed(severity="S1")
    change(case, "S2", PROVIDER)
    claim = case.only
    assert (claim.kind, claim.voters, claim.due_at, claim.if_silent) == ("downgrade", (CLIENT,), None, "refused")
    assert case.incident.severity == "S1"
    with pytest.raises(refusals.NotAVoter):
        case.vote(120, claim.number, "granted", PROVIDER)
    case.vote(120, claim.number, "granted", CLIENT)
    assert case.incident.severity == "S2"


def test_without_consent_it_stays_as_bad() -> None:
    """A refusal is the end of it."""
    case = Claimed(severity="S1")
    change(case, "S2", PROVIDER)
    case.vote(120, case.only.number, "refused", CLIENT)
    assert (case.incident.severity, case.facts(2)) == ("S1", ["VoteCast", "ClaimDecided"])


def test_an_assessment_that_the_party_may_not_decide_is_recorded_and_claimed() -> None:
    """Impact and flags are known from now on; the severity that they give is only proposed."""
    case = Claimed(severity="S3", impact="minor", urgency="high")
    case.act(60, "classify", Assessment("major", "high", flags=("significant",)), party=CLIENT)
    assert case.facts() == ["Classified", "ClaimMade", "SeverityChanged"]
    assert (case.incident.impact, case.incident.flags, case.incident.severity) == ("major", ["significant"], "S2")
    assert (case.only.standing, case.only.name) == ("S3", "S2")
    assert "S2 is proposed" in vars(case.incident.history[1])["because"]


def test_an_assessment_that_changes_no_severity_asks_nobody() -> None:
    """There is nothing to dispute."""
    case = Claimed(severity="S3", impact="minor", urgency="high")
    case.act(60, "classify", Assessment("minor", "immediate"), party=CLIENT)
    assert (case.facts(), case.incident.claims) == (["Classified"], {})


@pytest.mark.parametrize(
    ("powers", "party", "wanted", "came_of_it"),
    [
        (SeverityPowers(), CLIENT, "S1", "S1"),
        (SeverityPowers(), CLIENT, "S4", "S4"),
        (SeverityPowers(initial="provider.duty_manager"), CLIENT, "S1", "not_your_severity"),
        (SeverityPowers(initial="provider.duty_manager", proposal="provider"), CLIENT, "S1", "not_your_severity"),
        (SeverityPowers(initial="provider.duty_manager", proposal="client"), CLIENT, "S1", "S1"),
        (SeverityPowers(initial="acme.duty_manager", proposal="any_party"), PROVIDER, "S4", "S4"),
        (SeverityPowers(downgrade_needs="client"), PROVIDER, "S4", "downgrade"),
        (SeverityPowers(downgrade_needs="client"), CLIENT, "S4", "S4"),
        (
            SeverityPowers(initial="provider.x", proposal="any_party", downgrade_needs="provider"),
            CLIENT,
            "S4",
            "downgrade",
        ),
    ],
)
def test_powers_say_who_may_do_what(powers: SeverityPowers, party: str, wanted: str, came_of_it: str) -> None:
    """Without powers all may; who has no say is refused; without a dispute rule a proposal holds at once."""
    case = Claimed(replace(Claimed().agreement, powers=powers), severity="S3")
    done = case.tried(60, "change_severity", wanted, "As we see it", party=party)
    claims = [claim.kind for claim in case.incident.claims.values()]
    assert (claims or [case.incident.severity] if done == "done" else [done]) == [came_of_it]


def test_what_needs_no_settling_is_not_disputed() -> None:
    """Who may set a severity sets it."""
    with pytest.raises(refusals.NotClaimable, match="itself"):
        Claimed(severity="S3").act(60, "dispute_severity", "S1", "Worse", party=PROVIDER)
    with pytest.raises(refusals.SameSeverity):
        Claimed(severity="S3").act(60, "dispute_severity", "S3", "The same", party=CLIENT)


def test_history_of_another_system_asks_nobody() -> None:
    """What it says has happened there, by whatever rules hold there."""
    case = Claimed(severity="S1", source="tickets", source_id="1")
    change(case, "S4", CLIENT)
    assert (case.incident.severity, case.incident.claims) == ("S4", {})


def test_a_flag_acts_by_its_floor_at_once() -> None:
    """Whoever raises it; taken away by who sets severities and without need of consent, the severity goes back."""
    case = Claimed(worded({"    downgrade: {needs_consent_of: client}\n": ""}), "S3", impact="minor", urgency="high")
    case.act(60, "flag", ["personal_data_breach"], [], party=CLIENT)
    assert (case.incident.severity, case.incident.flags) == ("S1", ["personal_data_breach"])
    case.act(120, "flag", [], ["personal_data_breach"], party=PROVIDER)
    assert (case.incident.severity, case.incident.flags) == ("S3", [])


@pytest.mark.parametrize("party", [PROVIDER, CLIENT])
def test_a_flag_that_is_taken_away_makes_nothing_milder_without_consent(party: str) -> None:
    """Neither for who would need consent, nor for who may only dispute."""
    case = Claimed(severity="S3", impact="minor", urgency="high")
    case.act(60, "flag", ["personal_data_breach"], [], party=party)
    case.act(120, "flag", [], ["personal_data_breach"], party=party)
    assert (case.incident.severity, case.incident.flags) == ("S1", [])


def test_a_flag_leaves_a_severity_that_somebody_set() -> None:
    """The assessment was overruled; only a floor can make it worse still."""
    case = Claimed(severity="S3", impact="minor", urgency="high")
    change(case, "S2", PROVIDER)
    case.act(120, "flag", ["significant"], [], party=PROVIDER)
    assert case.incident.severity == "S2"


def test_flags_that_say_nothing_new_are_refused() -> None:
    """Nor can one be added and removed at once."""
    case = Claimed(flags=["significant"])
    with pytest.raises(refusals.SameFlags):
        case.act(60, "flag", ["significant"], ["personal_data_breach"])
    with pytest.raises(InvalidField) as refused:
        case.act(60, "flag", ["x"], ["x"])
    assert refused.value.field == "remove"


@pytest.mark.parametrize(("votes", "severity"), [(("S2", "S3"), "S1"), (("S3", "S3"), "S3")])
def test_only_a_panel_that_agrees_undoes_what_came_about_since(votes: tuple[str, str], severity: str) -> None:
    """What a disagreement comes to is nobody's decision, so that a floor which was called for meanwhile stays."""
    case = Claimed(severity="S2")
    case.act(60, "dispute_severity", "S3", "Few are affected", party=CLIENT)
    case.act(90, "flag", ["personal_data_breach"], [])
    for party, vote in zip((PROVIDER, CLIENT), votes, strict=True):
        case.vote(100, case.only.number, vote, party)
    assert (case.incident.severity, case.only.open) == (severity, False)
