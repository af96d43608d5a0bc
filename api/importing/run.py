"""One import from end to end: read, plan, record, count."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from api.importing.plan import Unsaid, plan
from api.importing.record import Recorder
from api.importing.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.bootstrap import Tocsin
    from api.importing.mapping import LogMapping
    from api.importing.plan import Plan
    from api.importing.rows import Log
    from escalation.agreement import Agreement


def plans_of(log: Log, mapping: LogMapping) -> list[Plan]:
    """Plan every incident of a log, the one that was opened first before the others."""
    unsaid = Unsaid(mapping.severity.unsaid(), mapping.service.otherwise)
    plans = [plan(foreign_id, rows, unsaid) for foreign_id, rows in log.incidents.items()]
    return sorted(plans, key=lambda each: each.facts[:1])


def import_log(
    tocsin: Tocsin,
    mapping: LogMapping,
    agreement: Agreement,
    log: Log,
    done: Callable[[int], None] = lambda _rows: None,
) -> Summary:
    """Record a log; `done` hears of the rows of each incident that is through.

    VersionTaken or VersionTooLow where the agreement cannot be published.
    """
    plans = plans_of(log, mapping)
    summary = Summary.of(log, plans)
    versions = partial(tocsin.book.get, agreement.partnership)
    for recorded in Recorder(tocsin, mapping, agreement).record(plans):
        lines = [row.line for row in log.incidents[recorded.plan.foreign_id]]
        summary.add(recorded, lines, versions)
        done(recorded.plan.rows)
    return summary
