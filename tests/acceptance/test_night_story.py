"""Nobody answers for two hours, over a handoff at half past two on the night the clocks change.

Both parties hand off at 02:30 by their own clocks, in Berlin and in New York. In spring 02:30 does not exist, and the
handoff is an hour later by the wall (03:30, which is 02:30 by the old offset). In autumn there are two of it in Berlin,
and it is the first; in New York it is the hour before that comes twice, so that the shift is an hour longer. When the
handoffs are, in UTC, is written down here and not computed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from incidents import happenings as h
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from tests.support.rota import Rota

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
FIRST_HANDOFF = "2026-01-01T02:30"


@dataclass(frozen=True)
class Night:
    """A night in which the clocks of a city change.

    Attributes:
        handoff: The handoff that falls into it, in UTC.
        acme: Who is on call for Acme's first and second schedule an hour before, and from the handoff on.
        globex: The same for Globex's.
    """

    handoff: datetime
    acme: tuple[tuple[str, str], tuple[str, str]]
    globex: tuple[str, str]


NIGHTS = {
    "Berlin in spring": Night(
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC), (("ann", "cas"), ("ben", "dan")), ("eve", "eve")
    ),
    "Berlin in autumn": Night(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), (("ann", "cas"), ("ben", "dan")), ("eve", "eve")
    ),
    "New York in spring": Night(
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC), (("ann", "cas"), ("ann", "cas")), ("fay", "eve")
    ),
    "New York in autumn": Night(
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC), (("ann", "cas"), ("ann", "cas")), ("fay", "eve")
    ),
}


def staffed(rota: Rota) -> None:
    """Let people take turns at both parties, a day each."""
    rota.join("acme", "ann", "ben", "cas", "dan", "gus", "hal")
    rota.join("globex", "eve", "fay")
    rota.schedule("acme", "first", BERLIN, FIRST_HANDOFF, "ann", "ben")
    rota.schedule("acme", "second", BERLIN, FIRST_HANDOFF, "cas", "dan")
    rota.schedule("globex", "first", NEW_YORK, FIRST_HANDOFF, "eve", "fay")
    rota.team("acme", "payments", "gus", "hal")


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_nobody_answers_for_two_hours(database_url: str, night: Night) -> None:
    """Each rung and round reaches whoever is on call at that minute; a ladder at its end says so, and is handed on."""
    begins = night.handoff - timedelta(hours=1)
    with rota_at(database_url, begins) as rota:
        staffed(rota)
        incident = rota.declare()
        rota.turn()
        for _ in range(24):
            rota.turn(minutes=5)

        paged = [(int((page.at - begins).total_seconds()) // 60, page.to, page.ladder) for page in rota.pages(incident)]
        before, after = night.acme
        first, then = night.globex
        assert [(minute, to) for minute, to, ladder in paged if ladder.startswith("globex")] == [
            *((minute, first) for minute in range(0, 60, 15)),
            *((minute, then) for minute in range(60, 120, 15)),
        ]
        assert [(minute, to) for minute, to, ladder in paged if ladder == "S1"] == [
            *((minute, before[0]) for minute in (0, 10, 20)),
            (30, before[1]),
            (40, "gus"),
            (50, "hal"),
            (60, after[0]),
            (70, after[1]),
            (80, "gus"),
            (90, "hal"),
        ]
        ends = [(fact.ladder, fact.times, fact.again) for fact in rota.told(incident, h.LadderExhausted)]
        assert ends == [("S1", 1, True), ("S1", 2, False), ("globex/S1", 1, False)]
        assert [(minute, to) for minute, to, ladder in paged if not ladder] == [(100, "acme-sm"), (120, "globex-ops")]
        places = Counter(
            (page.to, page.ladder, page.rung, page.cycle, page.round) for page in rota.pages(incident) if page.ladder
        )
        assert set(places.values()) == {1}
