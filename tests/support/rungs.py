"""What the tests of ladders read from an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents import happenings as h

if TYPE_CHECKING:
    from tests.support.laddered import Laddered


def rounds(case: Laddered) -> list[tuple[Any, ...]]:
    """Give rung, round and reason of all that was told."""
    told = [fact for fact in case.incident.history if isinstance(fact, h.RungFired | h.RungSkipped)]
    return [(fact.rung, fact.round, fact.because) for fact in told]
