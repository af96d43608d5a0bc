"""Lists of incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from api.access.permissions import Scope
from api.http import cursors, listing, openapi
from api.http.access import must_reach, tocsin
from api.http.access_log import noted_all
from api.http.resources.incidents import incidents
from api.http.schemas.incidents import IncidentPage, IncidentQuery
from api.http.views import INCIDENTS, summary_view

if TYPE_CHECKING:
    from api.http.resources.answers import Body


@incidents.operation(
    "GET",
    "",
    "listIncidents",
    example={"query": {"partnership": "acme-globex", "status": "open", "limit": 20}},
    takes=IncidentQuery,
    gives=IncidentPage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    scope=Scope.INCIDENTS_READ,
)
def list_incidents(query: Body) -> tuple[dict[str, Any], dict[str, str]]:
    """List incidents, the newest first."""
    wanted = dict(query)
    if "partnership" in wanted:
        must_reach(wanted["partnership"])
    before = cast("int", cursors.open_("incidents", query["cursor"])) if "cursor" in query else None
    rows, following = listing.page(tocsin().ledger.recorder.reading, wanted, before=before, most=query["limit"])
    noted_all(row.partnership for row in rows)
    cursor = None if following is None else cursors.seal("incidents", following)
    page = {"items": [summary_view(row) for row in rows], "next_cursor": cursor}
    if cursor is None:
        return page, {}
    return page, {"Link": f'<{INCIDENTS}?{urlencode(query | {"cursor": cursor})}>; rel="next"'}
