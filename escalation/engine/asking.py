"""People who are asked by name: whoever it was reassigned to, and responders. Pure.

Each is paged once, whatever the hour. They have a ladder of their own, whose cycles are the facts that ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import Rung
from escalation.clocks.runs import seconds
from escalation.engine.rounds import Round, Telling
from escalation.engine.turns import WENT, Fate
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.engine.ladder import Ladder

ASKED = "asked"
"""The ladder of those who are asked by name, and why they are told."""


def asked_owed(ladder: Ladder) -> Iterator[Telling]:
    """Give those who are still to be asked; `ladder` is theirs."""
    told = ladder.told
    for side in told.ended:
        fact = told.asked_anew(side)
        if isinstance(fact, h.Reassigned) and side not in ladder.incident.taken:
            yield from _asking(ladder, fact, fact.to)
    for request in told.requests.values():
        yield from _asking(ladder, request, request.whom)


def asking_rung(whom: str) -> Rung:
    """Give the one rung of somebody who is asked."""
    return Rung(0, ASKED, None, (whom,), ())


def _asking(ladder: Ladder, fact: h.Reassigned | h.ResponderAsked, whom: str) -> Iterator[Telling]:
    rung = asking_rung(whom)
    turns = ladder.turns(rung, None, fact.originator_version)
    if turns is None:
        yield Telling(
            Round(ladder, rung, None, fact.originator_version, 0, ASKED), seconds(fact.timestamp), urgent=True
        )
    elif turns.came.fate is Fate.GONE:
        again = Round(ladder, rung, None, fact.originator_version, turns.number + 1, WENT)
        yield Telling(again, turns.came.at, urgent=True)
