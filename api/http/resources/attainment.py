"""Attainment: how often each target was met, and what that makes of the agreement's objectives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin, viewers, wanted
from api.http.access_log import noted_all
from api.http.schemas.attainment import AttainmentList, AttainmentQuery, ObjectivePeriodList

if TYPE_CHECKING:
    from fractions import Fraction

    from escalation.performance.period_list import PeriodOfObjective

DIGITS = 10_000
"""Shares are cut off after four digits: rounded up, one that misses its objective might seem to meet it."""

attainment = openapi.Blueprint(
    "attainment", __name__, url_prefix="/v1/attainment", description="How often each target was met."
)


@attainment.operation(
    "GET",
    "",
    "getAttainment",
    example={"query": {"partnership": "acme-globex"}},
    takes=AttainmentQuery,
    gives=AttainmentList,
    errors=openapi.READ_ERRORS,
    scope=Scope.INCIDENTS_READ,
)
def get(query: dict[str, Any]) -> dict[str, Any]:
    """Count the runs of each clock by severity and outcome, over the incidents that exist for you.

    The counts follow the record at a short distance: an incident of this second may be missing.
    """
    counts = tocsin().attainment.counts(viewers(query.get("partnership")))
    noted_all(row.partnership for row in counts)
    return {"items": counts}


@attainment.operation(
    "GET",
    "/periods",
    "listObjectivePeriods",
    example={"query": {"partnership": "acme-globex"}},
    takes=AttainmentQuery,
    gives=ObjectivePeriodList,
    errors=openapi.READ_ERRORS,
    scope=Scope.INCIDENTS_READ,
)
def periods(query: dict[str, Any]) -> dict[str, Any]:
    """List the periods of the agreement's objectives: those that run, so far, and those that were judged.

    Every incident counts, also one that does not exist for you: the parties share its clocks. Another system's history
    that was brought in does not. What runs follows the record at a short distance.
    """
    found = tocsin().periods.of(wanted(query.get("partnership")))
    noted_all(each.partnership for each in found)
    return {"items": [_shown(each) for each in found]}


def _shown(found: PeriodOfObjective) -> dict[str, Any]:
    objective = found.objective
    return {
        "partnership": found.partnership,
        "objective": objective.id,
        "agreement_version": found.agreement_version,
        "clock": objective.target,
        "severities": sorted(objective.severities),
        "starts": found.period.starts,
        "ends": found.period.ends,
        "met": found.tally.met,
        "of": found.tally.of,
        "attainment": None if found.attainment is None else _cut(found.attainment),
        "needed": _cut(objective.objective),
        "breach_below": _cut(objective.breach_below),
        "min_sample": objective.min_sample,
        "judgement": found.judgement,
        "judged_at": found.judged_at,
        "corrected_at": found.corrected_at,
    }


def _cut(share: Fraction) -> float:
    return math.floor(share * DIGITS) / DIGITS
