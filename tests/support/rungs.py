"""What the tests of ladders read from an incident, and what becomes of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents import happenings as h
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from tests.support.clocked import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.happenings import SystemEvent
    from tests.support.clocked import Clocked


def rounds(case: Clocked) -> list[tuple[Any, ...]]:
    """Give rung, round and reason of all that was told."""
    told = [fact for fact in case.incident.history if isinstance(fact, h.RungFired | h.RungSkipped)]
    return [(fact.rung, fact.round, fact.because) for fact in told]


def lose(case: Clocked, at: float, outcome: type[SystemEvent], **values: str) -> None:
    """Let all pages of the last round, or end, come to nothing."""
    last = next(fact for fact in reversed(case.incident.history) if isinstance(fact, h.RungFired | h.LadderExhausted))
    settle(case, at, last.pages, outcome, **values)


def withdrawn(case: Clocked, at: float, pages: Sequence[dict[str, Any]], why: str) -> None:
    """Let pages of any round be withdrawn."""
    settle(case, at, pages, Incident.PageWithdrawn, why=why)


def gone(case: Clocked, at: float) -> None:
    """Let whomever was paged last be off by the time at which it is sent."""
    lose(case, at, Incident.PageWithdrawn, why="handed_over")


def settle(
    case: Clocked, at: float, pages: Sequence[dict[str, Any]], outcome: type[SystemEvent], **values: str
) -> None:
    """Let pages come to something."""
    with in_command(Command(moment(at))):
        for page in pages:
            sent = {"delivery": page["delivery"], "recipient": page["recipient"], "kind": "page"}
            case.incident.tell(outcome, moment(at), **sent, channel="terminal", tries=1, **values)
