"""Attainment: how often each target was met."""

from __future__ import annotations

from typing import Any

from api.http import openapi
from api.http.access import authenticate, must_reach, principal, tocsin
from api.http.schemas.attainment import AttainmentList, AttainmentQuery

attainment = openapi.Blueprint(
    "attainment", __name__, url_prefix="/v1/attainment", description="How often each target was met."
)
attainment.before_request(authenticate)


@attainment.operation(
    "GET", "", "getAttainment", takes=AttainmentQuery, gives=AttainmentList, errors=openapi.READ_ERRORS
)
def get(query: dict[str, Any]) -> dict[str, Any]:
    """Count the runs of each clock by severity and outcome.

    The counts follow the record at a short distance: an incident of this second may be missing.
    """
    partnership = query.get("partnership", principal().partnership)
    if partnership is not None:
        must_reach(partnership)
    return {"items": tocsin().attainment.counts(partnership)}
