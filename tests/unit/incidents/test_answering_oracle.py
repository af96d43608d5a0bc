"""Any commands in any order: who has it in hand, who snoozes and how it stands agree, and a replay says the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure import folded
from incidents.incident import Incident
from incidents.incident.responding import ACCEPTED, ASKED
from incidents.ledger.command import Command, in_command
from incidents.state import state_of
from tests.support.answered import answered
from tests.support.claimed import CLIENT, PROVIDER, Claimed
from tests.support.clocked import moment

COMMANDS: tuple[tuple[Any, ...], ...] = (
    ("acknowledge",),
    ("unacknowledge", None),
    ("snooze",),
    ("wake",),
    ("escalate", None, None),
    ("escalate", 1, None),
    ("reassign", "boss", None),
    ("ask_responder", "partner", None),
    ("accept_request",),
    ("decline_request", None),
    ("mitigate", None),
    ("resolve", None),
    ("reopen", "Not over"),
    ("close",),
    ("cancel", "None at all"),
)
ENGINE = ("AcknowledgementExpired", "SnoozeExpired")
STEPS = st.lists(
    st.tuples(st.sampled_from(COMMANDS + ENGINE), st.sampled_from([PROVIDER, CLIENT, None])), min_size=1, max_size=30
)


class Notes:
    """What somebody notes of each side who only reads the names of what was done."""

    def __init__(self) -> None:
        """Begin with nobody on it."""
        self.taken: set[str | None] = set()
        self.snoozed: set[str | None] = set()

    def done(self, name: str, party: str | None) -> None:
        """Note what was done for a party."""
        side = party if party == CLIENT else None
        if name == "acknowledge":
            self.taken.add(side)
        elif name == "snooze":
            self.snoozed.add(side)
        elif name == "wake":
            self.snoozed.remove(side)
        elif name in {"unacknowledge", "escalate", "reassign", *ENGINE}:
            self.taken.discard(side)
            self.snoozed.discard(side)
        elif name in {"resolve", "cancel"}:
            self.snoozed.clear()


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_hands_and_snoozes_are_what_somebody_notes(steps: list[tuple[Any, str | None]]) -> None:
    """Whatever is refused changes nothing; the status follows the side that all share; replaying changes nothing."""
    case, notes = answered(), Notes()
    for second, (step, party) in enumerate(steps, 1):
        before = state_of(case.incident)
        if done(case, second, step, party):
            notes.done(step if isinstance(step, str) else step[0], party)
        else:
            assert state_of(case.incident) == before
        check(case.incident, notes)
    assert state_of(folded(case.incident.history)) == state_of(case.incident)


def done(case: Claimed, at: int, step: str | tuple[Any, ...], party: str | None) -> bool:
    """Let it be done, if the incident's state allows it."""
    if isinstance(step, str):
        if not case.incident.active:
            return False  # the engine has nothing to say of what is over
        with in_command(Command(moment(at))):
            case.incident.tell(getattr(Incident, step), moment(at), side=CLIENT if party == CLIENT else None)
        return True
    name, *arguments = step
    if name == "snooze":
        arguments = [moment(at + 60), "x"]
    elif name.endswith("_request"):
        arguments.insert(0, max(case.incident.requests, default=1))
    return case.tried(at, name, *arguments, party=party) == "done"


def check(incident: Incident, notes: Notes) -> None:
    """Compare, and look whether the parts of it agree."""
    assert set(incident.taken) == notes.taken
    assert set(incident.snoozed) == notes.snoozed
    assert notes.snoozed <= notes.taken
    assert (incident.acknowledged_by is None) == (None not in notes.taken)
    if not incident.active:
        assert incident.snoozed == {}
    elif incident.mitigated_at is None:
        assert incident.status == ("acknowledged" if None in notes.taken else "open")
    come = [request.answered_by for request in incident.requests.values() if request.answer == ACCEPTED]
    assert set(come) == {each for holders in incident.roles.values() for each in holders}
    assert all((request.answered_at is None) == (request.answer == ASKED) for request in incident.requests.values())
