"""Formal warnings: after how many breaches, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from escalation.agreement.model import FormalWarning
from escalation.agreement.spans import Dates
from escalation.performance.formal_warnings import breaches_in_time, is_due

BERLIN = "Europe/Berlin"
RULE = FormalWarning("first", 2, Dates(months=1), ("boss",), ())
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_as_many_breaches_as_agreed_bring_a_warning() -> None:
    """One fewer does not."""
    assert not is_due(RULE, [NOW], [], NOW, BERLIN)
    assert is_due(RULE, [NOW - DAY, NOW], [], NOW, BERLIN)


def test_a_breach_counts_up_to_the_end_of_the_local_date() -> None:
    """A month from 28 February is over when 28 March is over in Berlin."""
    breach = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)
    for now, counted in (("2026-03-28T23:59:59+01:00", 1), ("2026-03-29T00:00:00+01:00", 0)):
        assert breaches_in_time(RULE, [breach], datetime.fromisoformat(now), BERLIN) == counted


def test_what_is_still_to_come_does_not_count() -> None:
    """A breach may lie ahead of a process whose clock is slow."""
    assert breaches_in_time(RULE, [NOW + timedelta(seconds=1)], NOW, BERLIN) == 0


def test_a_level_warns_once_in_its_time() -> None:
    """After that, again."""
    breaches = [NOW - DAY, NOW]
    assert not is_due(RULE, breaches, [NOW - 2 * DAY], NOW, BERLIN)
    assert is_due(RULE, breaches, [NOW - 60 * DAY], NOW, BERLIN)
