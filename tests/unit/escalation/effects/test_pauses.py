"""What may pause clocks under the worked example."""

from __future__ import annotations

import pytest

from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from incidents.terms import PauseTerms, Turn
from tests.support.example_agreement import example_agreement

HOUR = 3600
WAITING = ("update", "workaround", "resolve")
WINDOW = ("workaround", "resolve")


def terms() -> AgreementTerms:
    """Give the example, as incidents ask it."""
    return AgreementTerms(example_agreement())


@pytest.mark.parametrize(
    ("reason", "clocks"),
    [
        ("waiting_on_partner", WAITING),
        ("change_window", WINDOW),
        ("monitoring", ("resolve",)),
        ("approved_extension", ("action_due",)),
    ],
)
def test_a_reason_pauses_the_clocks_that_list_it(reason: str, clocks: tuple[str, ...]) -> None:
    """And no other clock, even if asked to."""
    assert terms().paused_by(reason, None) == clocks
    for other in sorted(set(example_agreement().targets) - set(clocks)):
        with pytest.raises(InvalidField):
            terms().paused_by(reason, (other,))


def test_an_unknown_reason_is_refused() -> None:
    """The message lists the agreed ones."""
    with pytest.raises(InvalidField, match="waiting_on_partner, change_window, monitoring, approved_extension"):
        terms().paused_by("lunch", None)


@pytest.mark.parametrize(
    ("milestone", "turn"),
    [
        ("request_sent_to_client", Turn(begins={"waiting_on_partner": WAITING})),
        ("client_replied", Turn(ends=("waiting_on_partner",))),
        ("approved_window_begins", Turn(begins={"change_window": WINDOW})),
        ("approved_window_ends", Turn(ends=("change_window",))),
        ("fix_deployed", Turn(begins={"monitoring": ("resolve",)})),
        ("confirmed", Turn(ends=("monitoring",))),
        ("request_sent_to_provider", Turn()),
    ],
)
def test_milestones_begin_and_end_pauses(milestone: str, turn: Turn) -> None:
    """Whoever asks the client pauses the clocks that wait for it; its reply ends that."""
    assert terms().turn(milestone) == turn


def test_a_relapse_shows_that_the_monitoring_was_none() -> None:
    """The time paused counts after all: the fault had never gone."""
    assert terms().turn("relapse") == Turn(ends=("monitoring",), void=frozenset({"monitoring"}))


def test_who_waits_for_the_partner_names_the_message_and_bears_its_veto() -> None:
    """Whoever is waited for can strike the pause out; no other reason asks for anything of that kind."""
    assert terms().pause_terms("waiting_on_partner") == PauseTerms("message_id", None, frozenset({"globex"}))
    assert terms().pause_terms("change_window") == terms().pause_terms("monitoring") == PauseTerms()
    assert example_agreement().pauses["waiting_on_partner"].veto_by == "client.service_owner"


def test_an_extension_needs_the_boards_consent() -> None:
    """Nobody pauses an action's clock by himself."""
    assert terms().pause_terms("approved_extension").granted_by == "service_review_board"


def test_limits() -> None:
    """Three days' hours of waiting each time, a day's hours of change windows in all, and of monitoring each time."""
    limits = {name: (rule.max_each, rule.max_total) for name, rule in example_agreement().pauses.items()}
    assert limits == {
        "waiting_on_partner": (72 * HOUR, None),
        "change_window": (None, 24 * HOUR),
        "monitoring": (24 * HOUR, None),
        "approved_extension": (None, None),
    }


def test_limits_count_in_the_calendar_of_the_clock() -> None:
    """So that a weekend uses up no limit of an office clock."""
    assert {rule.counts_in for rule in example_agreement().pauses.values()} == {"target_calendar"}
