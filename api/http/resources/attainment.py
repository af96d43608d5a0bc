"""Attainment: how often each target was met."""

from __future__ import annotations

from typing import Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin, viewers
from api.http.access_log import noted_all
from api.http.schemas.attainment import AttainmentList, AttainmentQuery

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
