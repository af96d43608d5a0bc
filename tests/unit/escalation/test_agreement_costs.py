"""How much an agreement may ask to be worked out."""

from __future__ import annotations

import pytest

from escalation.agreement import read
from tests.support.example_agreement import example_text

AUTHORITY = "    - {id: client_caused_delay,"
WINDOW = '{{rrule: "FREQ=DAILY", start: "{:02d}:00", duration: PT1M}}'


@pytest.mark.parametrize(("exclusions", "mistakes"), [(23, 0), (24, 1)])
def test_an_agreement_has_so_many_windows_in_all(exclusions: int, mistakes: int) -> None:
    """The example has one; every day's windows of all exclusions are worked out as long as a clock runs."""
    lines = (
        f"    - {{id: daily{nth}, effect: stop_clock, targets: [resolve], windows: [{WINDOW.format(nth % 24)}]}}\n"
        for nth in range(exclusions)
    )
    _, found = read(example_text().replace(AUTHORITY, "".join(lines) + AUTHORITY))
    assert ["windows in all" in str(mistake) for mistake in found] == [True] * mistakes
