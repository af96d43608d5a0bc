"""What attainment holds that judging asks for: clocks of a period, deviations that are final, breaches so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, union_all

from escalation.performance.periods import BREACH, Tally, tally
from escalation.performance.repetition import Deviation
from escalation.tables import attainment, periods
from incidents.ledger.pipeline import fetch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.agreement.model import Objective
    from escalation.performance.periods import Period

_HELD_TO = (attainment.c.partnership == bindparam("within")) & ~attainment.c.imported
"""Nobody was held to another system's history."""

_COUNTS = (
    select(attainment.c.judged_severity, attainment.c.outcome, func.count())
    .where(
        _HELD_TO,
        attainment.c.clock == bindparam("target"),
        attainment.c.ended_at >= bindparam("first"),
        attainment.c.ended_at < bindparam("last"),
    )
    .group_by(attainment.c.judged_severity, attainment.c.outcome)
)
_DEVIATIONS = select(attainment.c.stream, attainment.c.clock, attainment.c.cycle, attainment.c.deviated_at).where(
    _HELD_TO,
    attainment.c.deviated_at >= bindparam("first"),
    attainment.c.deviated_at < bindparam("last"),
)
_BREACHES = union_all(
    select(attainment.c.ended_at).where(
        _HELD_TO, attainment.c.outcome == "breached", attainment.c.ended_at >= bindparam("first")
    ),
    select(periods.c.ends).where(
        periods.c.partnership == bindparam("within"),
        periods.c.judgement == BREACH,
        periods.c.ends >= bindparam("first"),
    ),
)


def tally_of(connection: Connection, partnership: str, objective: Objective, period: Period) -> Tally:
    """Count what an objective asks of, in a period."""
    row = {"within": partnership, "target": objective.target, "first": period.starts, "last": period.ends}
    return tally(objective, [(each[0], each[1], each[2]) for each in fetch(connection, _COUNTS, row)])


def deviations(connection: Connection, partnership: str, first: datetime, last: datetime) -> list[Deviation]:
    """Give the final deviations between two instants, without the last."""
    row = {"within": partnership, "first": first, "last": last}
    return [Deviation(*each) for each in fetch(connection, _DEVIATIONS, row)]


def breaches(connection: Connection, partnership: str, first: datetime) -> list[datetime]:
    """Give when clocks and periods were breached, from an instant on; what was excused is none."""
    return [each[0] for each in fetch(connection, _BREACHES, {"within": partnership, "first": first})]
