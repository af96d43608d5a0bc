from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model import Rung
from incidents import happenings as h
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from tests.support.answered import answered
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment, the_agreement
from tests.support.example_agreement import example_agreement

if TYPE_CHECKING:
    from collections.abc import Callable

SNOOZE = ("snooze", moment(HOUR), "The part comes at one")


def told(case: Claimed, at: float, happening: type[h.SystemEvent], **values: Any) -> None:  # noqa: ANN401 - its fields
    """Let the engine tell something."""
    with in_command(Command(moment(at))):
        case.incident.tell(happening, moment(at), **values)


def fired(case: Claimed, rung: int, ladder: str = "S1", happening: type[h.SystemEvent] = Incident.RungFired) -> None:
    """Let the engine tell a rung."""
    values: dict[str, Any] = {"ladder": ladder, "rung": rung, "clock": None, "cycle": 1, "round": 0}
    more: dict[str, Any] = {"pages": []} if happening is Incident.RungFired else {"why": "no_one_on_call"}
    told(case, 1, happening, **values, **more)


def test_each_side_has_it_in_hand_for_itself() -> None:
    """The party with a ladder of its own takes it apart from the others, and the status follows the others."""
    case = answered()
    case.act(1, "acknowledge", party=CLIENT)
    assert (case.incident.status, case.incident.acknowledged_by) == ("open", None)
    assert case.incident.taken[CLIENT].at == moment(1)
    case.act(2, "acknowledge", party=PROVIDER)
    assert (case.incident.status, case.incident.acknowledged_by) == ("acknowledged", "key:1")
    assert case.incident.acknowledged_at == moment(2)
    assert case.tried(3, "acknowledge", party=CLIENT) == "already_acknowledged"
    assert case.tried(3, "acknowledge", party=None) == "already_acknowledged"
    case.act(4, "unacknowledge", None, party=PROVIDER)
    assert (case.incident.status, set(case.incident.taken)) == ("open", {CLIENT})


def test_without_ladders_of_their_own_all_are_one_side() -> None:
    """As an agreement has it that knows one ladder: whoever takes it takes it for everybody."""
    case = answered(the_agreement())
    case.act(1, "acknowledge", party=CLIENT)
    assert case.incident.status == "acknowledged"
    assert case.tried(2, "acknowledge", party=PROVIDER) == "already_acknowledged"
    case.act(3, "unacknowledge", None, party=PROVIDER)
    assert case.incident.taken == {}


@pytest.mark.parametrize(
    ("command", "fresh", "taken", "snoozed", "over"),
    [
        (("acknowledge",), "done", "already_acknowledged", "already_acknowledged", "not_active"),
        (("unacknowledge", None), "not_acknowledged", "done", "done", "not_active"),
        (SNOOZE, "not_acknowledged", "done", "done", "not_active"),
        (("wake",), "not_snoozed", "not_snoozed", "done", "not_active"),
        (("escalate", None, None), "done", "done", "done", "not_active"),
        (("reassign", "boss", None), "done", "done", "done", "not_active"),
        (("ask_responder", "boss", None), "done", "done", "done", "not_active"),
    ],
)
def test_what_is_refused_when(command: tuple[Any, ...], fresh: str, taken: str, snoozed: str, over: str) -> None:
    """A snooze needs an acknowledgement, waking a snooze; what is over asks for nobody."""
    case = answered()
    assert case.tried(1, *command) == fresh
    case = answered()
    case.act(1, "acknowledge")
    assert case.tried(2, *command) == taken
    case = answered()
    case.act(1, "acknowledge")
    case.act(2, *SNOOZE)
    assert case.tried(3, *command) == snoozed
    case.resolve(4)
    assert case.tried(5, *command) == over


def test_nobody_snoozes_or_wakes_for_the_other_side() -> None:
    """Each side's reminders are its own."""
    case = answered()
    case.act(1, "acknowledge", party=CLIENT)
    assert case.tried(2, *SNOOZE, party=PROVIDER) == "not_acknowledged"
    case.act(3, *SNOOZE, party=CLIENT)
    assert case.tried(4, "wake", party=PROVIDER) == "not_snoozed"
    assert case.incident.snoozed == {CLIENT: moment(HOUR)}


@pytest.mark.parametrize(
    ("until", "outcome"), [(9, "until"), (10, "until"), (11, "done"), (10 + DAYS, "done"), (11 + DAYS, "until")]
)
def test_a_snooze_ends_ahead_and_within_a_day(until: float, outcome: str) -> None:
    """Not at once, and not for ever."""
    case = answered()
    case.act(1, "acknowledge")
    assert case.tried(10, "snooze", moment(until), "x") == outcome


def test_a_new_snooze_replaces_the_one_before_and_waking_leaves_it_in_hand() -> None:
    """There is one end, the last that was said."""
    case = answered()
    case.act(1, "acknowledge")
    case.act(2, *SNOOZE)
    case.act(3, "snooze", moment(60), "Sooner after all")
    assert case.incident.snoozed == {None: moment(60)}
    case.act(4, "wake")
    assert case.incident.snoozed == {}
    assert case.incident.status == "acknowledged"


@pytest.mark.parametrize(
    "ends",
    [
        lambda case: case.act(5, "unacknowledge", None),
        lambda case: case.act(5, "escalate", None, "It is too much for one"),
        lambda case: case.act(5, "reassign", "boss", None),
        lambda case: told(case, 5, Incident.AcknowledgementExpired, side=None),
        lambda case: told(case, 5, Incident.SnoozeExpired, side=None),
    ],
)
def test_what_ends_an_acknowledgement_ends_the_snooze_too(ends: Callable[[Claimed], None]) -> None:
    """It is in nobody's hand on that side; the other side keeps it."""
    case = answered()
    for party in (PROVIDER, CLIENT):
        case.act(1, "acknowledge", party=party)
        case.act(2, *SNOOZE, party=party)
    ends(case)
    assert case.incident.status == "open"
    assert set(case.incident.taken) == set(case.incident.snoozed) == {CLIENT}


def test_what_is_mitigated_stays_so_in_nobodys_hand() -> None:
    """The status says how far it has come, not who has it."""
    case = answered()
    case.act(1, "acknowledge")
    case.mitigate(2)
    told(case, 3, Incident.AcknowledgementExpired, side=None)
    assert (case.incident.status, case.incident.taken) == ("mitigated", {})


@pytest.mark.parametrize("end", ["resolve", "cancel", "duplicate"])
def test_the_end_ends_every_snooze(end: str) -> None:
    """Who had it in hand still has, should it turn out not to be over."""
    case = answered()
    for party in (PROVIDER, CLIENT):
        case.act(1, "acknowledge", party=party)
        case.act(2, *SNOOZE, party=party)
    getattr(case, end)(3)
    assert case.incident.snoozed == {}
    assert set(case.incident.taken) == {None, CLIENT}


def test_escalating_goes_up_from_the_rung_that_stands() -> None:
    """From the last that was told and pages, also where that found nobody; above the last there is none."""
    case = answered()
    assert escalated(case) == ("S1", 0)
    fired(case, 0)
    assert escalated(case) == ("S1", 1)
    fired(case, 1, happening=Incident.RungSkipped)
    assert case.tried(5, "escalate", None, None) == "top_of_ladder"
    fired(case, 0)
    assert escalated(case) == ("S1", 1)


def test_escalating_passes_over_rungs_that_page_nobody() -> None:
    """The client's first rung only informs; so it neither counts as a step nor is one."""
    case = answered()
    fired(case, 0, "globex/default")
    assert escalated(case, party=CLIENT) == ("globex/default", 1)
    assert case.tried(5, "escalate", 0, None, party=CLIENT) == "rung"


@pytest.mark.parametrize(("rung", "outcome"), [(0, "done"), (1, "done"), (2, "rung")])
def test_a_rung_can_be_named(rung: int, outcome: str) -> None:
    """Any that pages somebody, below the standing one as well."""
    case = answered()
    fired(case, 1)
    assert case.tried(5, "escalate", rung, None) == outcome


def test_the_ladder_is_that_of_the_severity() -> None:
    """A rung of another severity's ladder does not stand on this one."""
    case = answered()
    fired(case, 1)
    case.severity(2, "S2")
    assert escalated(case) == ("default", 1)


def escalated(case: Claimed, party: str = PROVIDER) -> tuple[str, int]:
    """Escalate; give what is told now."""
    case.act(3, "escalate", None, None, party=party)
    fact = case.incident.history[-1]
    assert isinstance(fact, h.Escalated)
    return fact.ladder, fact.rung


@pytest.mark.parametrize(
    "command", [("escalate", None, None), ("reassign", "boss", None), ("ask_responder", "boss", None)]
)
def test_another_systems_history_pages_nobody(command: tuple[Any, ...]) -> None:
    """What would page somebody is refused, rather than kept without effect."""
    case = answered(source="servicenow", source_id="INC1")
    assert case.tried(1, *command) == "pages_nobody"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("boss", "done"), ("partner", "addressee_cannot_see"), ("team:globex.core", "addressee_cannot_see")],
)
def test_nobody_is_called_to_what_does_not_exist_for_them(name: str, outcome: str) -> None:
    """An incident of one party alone is that party's to work on."""
    case = answered(visible_to=[PROVIDER])
    assert case.tried(1, "reassign", name, None) == outcome
    assert case.tried(1, "ask_responder", name, None) == outcome


def test_an_older_time_of_a_sides_acknowledgement_is_that_sides() -> None:
    """A body accepts when the client had taken it; the provider's own time stays."""
    own = {"globex/default": (Rung(0, "opened", None, ("globex-sponsor",), ()),)}
    example = example_agreement()
    case = Claimed(replace(example, ladders={**example.ladders, **own}))
    case.act(2 * HOUR, "acknowledge", party=CLIENT)
    entry = case.incident.version
    case.act(2 * HOUR, "acknowledge", party=PROVIDER)
    case.act(3 * HOUR, "claim_backdating", entry, moment(HOUR), "They had called us.", party=CLIENT)
    for party in (PROVIDER, CLIENT):
        case.vote(4 * HOUR, case.only.number, "granted", party)
    assert case.incident.taken[CLIENT].at == moment(HOUR)
    assert case.incident.acknowledged_at == moment(2 * HOUR)
