"""Lists of incidents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import listing, openapi, paging
from api.http.access import tocsin, viewers
from api.http.access_log import noted_all
from api.http.resources.incidents import incidents
from api.http.schemas.listing import IncidentPage, IncidentQuery
from api.http.views import summary_view

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown

KIND = "incidents"


@incidents.operation(
    "GET",
    "",
    "listIncidents",
    example={"query": {"partnership": "acme-globex", "status": "open,acknowledged", "limit": 20}},
    takes=IncidentQuery,
    gives=IncidentPage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    scope=Scope.INCIDENTS_READ,
)
def list_incidents(query: Body) -> Shown:
    """List the incidents that exist for you: filtered, sorted, a page at a time.

    The newest first, unless you sort otherwise. A page goes on where the one before ended, whatever was declared or
    changed meanwhile. Only an incident whose own sort key changes (`changed_at`, `severity`, `next_due_at`) moves, and
    may be met twice or not at all; `reported_at` and `number` never change.
    """
    sort = query["sort"]
    wanted = listing.Wanted(
        viewers=viewers(query.get("partnership")),
        values=query,
        sort=sort,
        order=query.get("order") or (listing.ASCENDING if sort == "next_due_at" else listing.DESCENDING),
    )
    counted = query.get("count") == listing.TRUE
    reading = tocsin().ledger.recorder.reading
    page = listing.page(reading, wanted, after=_place(), most=query["limit"], count=counted)
    noted_all(row.partnership for row, _ in page.rows)
    cursor = paging.cursor_to(KIND, page.following)
    body = {
        "items": [_sparse(summary_view(row, hidden), query.get("fields")) for row, hidden in page.rows],
        "next_cursor": cursor,
        **({"total": page.total} if counted else {}),
    }
    return body, paging.links(cursor)


def _place() -> listing.Place | None:
    place = paging.place_in(KIND)
    if place is None:
        return None
    key, number = place
    return datetime.fromisoformat(key) if isinstance(key, str) else key, number


def _sparse(view: dict[str, Any], wanted: list[str] | None) -> dict[str, Any]:
    """Keep the fields that were asked for."""
    return view if wanted is None else {name: view[name] for name in wanted}
