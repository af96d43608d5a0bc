"""What may pause clocks under the worked example."""

from __future__ import annotations

import pytest

from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from incidents.refusals import NotYourVeto
from incidents.terms import PauseTerms, Turn
from tests.support.example_agreement import example_agreement
from tests.support.example_incident import HOUR, Exemplary, said

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


def test_the_client_strikes_out_that_it_is_waited_for() -> None:
    """Nobody else can; the clock then runs as if it had not waited."""
    incident = Exemplary("S2")
    incident.reach(HOUR, "request_sent_to_client")

    def veto(party: str) -> None:
        incident.do(
            2 * HOUR, lambda it, at: it.veto_pause("waiting_on_partner", "x", incident.terms, **said(party, at))
        )

    with pytest.raises(NotYourVeto):
        veto("acme")
    veto("globex")
    assert incident.due("resolve", 2 * HOUR) == 24 * HOUR


def test_an_extension_needs_the_boards_consent() -> None:
    """Nobody pauses an action's clock by himself."""
    assert terms().pause_terms("approved_extension").granted_by == "service_review_board"


@pytest.mark.parametrize(
    ("reason", "begins", "ends", "expected"),
    [
        ("waiting_on_partner", "request_sent_to_client", None, 96),
        ("monitoring", "fix_deployed", None, 48),
        ("change_window", "approved_window_begins", None, 48),
        ("waiting_on_partner", "request_sent_to_client", "client_replied", 34),
        ("monitoring", "fix_deployed", "confirmed", 34),
        ("monitoring", "fix_deployed", "relapse", 24),
        ("change_window", "approved_window_begins", "approved_window_ends", 34),
    ],
)
def test_how_long_the_resolve_clock_waits(reason: str, begins: str, ends: str | None, expected: int) -> None:
    """Until ten hours are over, or its limit; what ends by a relapse never was a pause."""
    incident = Exemplary("S2")
    incident.reach(HOUR, begins)
    assert reason in incident.incident.pauses
    if ends is not None:
        incident.reach(11 * HOUR, ends)
    assert incident.due("resolve", 12 * HOUR) == expected * HOUR


def test_change_windows_have_a_limit_for_all_of_them_together() -> None:
    """Two of twenty hours each stop the clock for a day's hours in all."""
    incident = Exemplary("S2")
    for start in (1, 22):
        incident.reach(start * HOUR, "approved_window_begins")
        incident.reach((start + 20) * HOUR, "approved_window_ends")
    assert incident.due("resolve", 43 * HOUR) == 48 * HOUR


def test_an_office_clocks_limit_outlasts_the_weekend() -> None:
    """Seventy-two hours of an S3 are nine days of the office: the clock waits until the Friday of the week after."""
    incident = Exemplary("S3")
    incident.reach(0, "request_sent_to_client")
    assert incident.due_in_berlin("resolve", HOUR) == "03-20 12:30"
