from __future__ import annotations

from dataclasses import replace

import pytest

from incidents import refusals
from incidents.errors import InvalidField
from tests.support.claimed import CLIENT, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment
from tests.support.example_agreement import worded

MESSAGE = "<1@acme.example>"


def reach(case: Claimed, at: float, milestone: str, evidence: str | None = None) -> list[str]:
    """Reach a milestone; name the facts of that command."""
    before = case.incident.version
    case.act(at, "reach_milestone", milestone, evidence, None)
    return case.facts(before)


def test_a_milestone_begins_and_ends_a_pause() -> None:
    """Asking the client stops the clocks of that reason, the answer lets them go on; each in the same command."""
    case = Claimed()
    assert reach(case, HOUR, "request_sent_to_client", MESSAGE) == ["MilestoneReached", "ClockPaused"]
    paused = case.incident.history[-1]
    assert vars(paused)["clocks"] == ["update", "workaround", "resolve"]
    assert vars(paused)["evidence"] == MESSAGE
    assert case.incident.pauses == {"waiting_on_partner": moment(HOUR)}
    assert reach(case, 2 * HOUR, "client_replied") == ["MilestoneReached", "ClockResumed"]
    assert case.incident.pauses == {}


def test_a_milestone_that_turns_nothing_is_only_told() -> None:
    """A second question pauses no second time, an answer to none ends nothing, and over is over."""
    case = Claimed()
    assert reach(case, 60, "client_replied") == ["MilestoneReached"]
    reach(case, 120, "request_sent_to_client", MESSAGE)
    assert reach(case, 180, "request_sent_to_client", MESSAGE) == ["MilestoneReached"]
    assert reach(case, 240, "provider_replied") == ["MilestoneReached"]
    case.resolve(300)
    assert reach(case, 360, "fix_deployed") == ["MilestoneReached"]


@pytest.mark.parametrize(("milestone", "void"), [("confirmed", None), ("relapse", True)])
def test_a_relapse_shows_that_a_pause_was_none(milestone: str, void: bool | None) -> None:  # noqa: FBT001 - a field
    """Monitoring ends either way; after a relapse its time counts."""
    case = Claimed()
    reach(case, HOUR, "fix_deployed")
    reach(case, 2 * HOUR, milestone)
    assert vars(case.incident.history[-1])["void"] is void
    assert case.incident.pauses == {}


def test_a_relapse_that_is_agreed_to_be_none_of_that_just_ends_it() -> None:
    """The agreement says what a relapse means: on_relapse."""
    case = Claimed(worded({", on_relapse: count_as_running": ""}))
    reach(case, HOUR, "fix_deployed")
    reach(case, 2 * HOUR, "relapse")
    assert vars(case.incident.history[-1])["void"] is None


@pytest.mark.parametrize(
    ("command", "args"),
    [("reach_milestone", ("request_sent_to_client", None, None)), ("pause", ("waiting_on_partner", None, None))],
)
def test_a_pause_that_needs_evidence_does_not_begin_without(command: str, args: tuple[str | None, ...]) -> None:
    """Neither by a milestone nor by command."""
    case = Claimed()
    with pytest.raises(InvalidField, match="message_id") as refused:
        case.act(HOUR, command, *args)
    assert refused.value.field == "evidence"
    assert case.facts() == []


def test_a_pause_that_a_milestone_begins_may_begin_by_command() -> None:
    """With its evidence."""
    case = Claimed()
    case.act(HOUR, "pause", "waiting_on_partner", ("resolve",), None, evidence=MESSAGE)
    assert list(case.incident.pauses) == ["waiting_on_partner"]
    assert vars(case.incident.history[-1])["evidence"] == MESSAGE


def test_history_of_another_system_needs_no_evidence() -> None:
    """What it tells was so, whatever was asked for it there."""
    case = Claimed(source="tickets", source_id="1")
    case.act(HOUR, "pause", "waiting_on_partner", None, None)
    assert list(case.incident.pauses) == ["waiting_on_partner"]


def test_a_pause_that_a_body_must_grant_begins_by_no_milestone() -> None:
    """It is claimed, whatever came about."""
    example = Claimed().agreement
    rule = replace(example.pauses["monitoring"], authority="service_review_board")
    case = Claimed(replace(example, pauses={**example.pauses, "monitoring": rule}))
    assert reach(case, HOUR, "fix_deployed") == ["MilestoneReached"]


def test_an_unknown_milestone_is_named() -> None:
    """With those that there are."""
    with pytest.raises(InvalidField, match="client_replied") as refused:
        reach(Claimed(), HOUR, "lunch")
    assert refused.value.field == "milestone"


def test_who_may_veto_strikes_a_pause_out() -> None:
    """The client may, of the reason that says so; nobody else, and nothing that does not run."""
    case = Claimed()
    with pytest.raises(refusals.NotPaused):
        case.act(60, "veto_pause", "waiting_on_partner", "We never got it", party=CLIENT)
    reach(case, HOUR, "request_sent_to_client", MESSAGE)
    reach(case, HOUR, "fix_deployed")
    for party in (PROVIDER, None):
        with pytest.raises(refusals.NotYourVeto):
            case.act(2 * HOUR, "veto_pause", "waiting_on_partner", "We never got it", party=party)
    with pytest.raises(refusals.NotYourVeto, match="nobody"):
        case.act(2 * HOUR, "veto_pause", "monitoring", "It does not work", party=CLIENT)
    case.act(2 * HOUR, "veto_pause", "waiting_on_partner", "We never got it", party=CLIENT)
    assert list(case.incident.pauses) == ["monitoring"]
    assert case.facts()[-1] == "PauseVetoed"
