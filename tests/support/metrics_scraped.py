"""A scrape in which every metric has a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.metrics import counted

if TYPE_CHECKING:
    from tests.support.http import Site


def scrape_of_everything(site: Site) -> str:
    """Let one of each thing be counted, and scrape."""
    counted.begin_at_zero()
    counted.WATCHDOG_CALLS.labels(counted.SENT)
    counted.PART_FAILURES.labels("engine")
    counted.ATTEMPT_DURATION.labels("sms")
    site.sequence()
    for runner in site.tocsin.followers():
        runner.run_once()
    answer = site.operator.get("/metrics")
    assert answer.status == 200, answer.raw
    text: str = answer.raw.decode()
    return text
