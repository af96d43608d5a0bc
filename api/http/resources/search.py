"""Search in what people wrote."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi, paging
from api.http.access import tocsin, viewers
from api.http.access_log import noted_all
from api.http.schemas.listing import Hits, SearchQuery
from notifications.addresses import incident_address

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from incidents.hits import Hit, Place

KIND = "search"

search = openapi.Blueprint("search", __name__, url_prefix="/v1/search", description="What people wrote in incidents.")


@search.operation(
    "GET",
    "",
    "search",
    example={"query": {"q": "card payments", "limit": 20}},
    takes=SearchQuery,
    gives=Hits,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    scope=Scope.INCIDENTS_READ,
)
def find(query: Body) -> Shown:
    """Search in all texts that you may see, the newest first.

    Search follows the record at a short distance: what was written this second may be missing. A page may have fewer
    hits than its limit, and be followed by others.
    """
    hits, following = tocsin().search.page(
        query["q"], viewers(query.get("partnership")), after=_place(), most=query["limit"]
    )
    noted_all(hit.partnership for hit in hits)
    cursor = paging.cursor_to(KIND, following)
    return {"items": [_view(hit) for hit in hits], "next_cursor": cursor}, paging.links(cursor)


def _place() -> Place | None:
    place = paging.place_in(KIND)
    return None if place is None else (datetime.fromisoformat(place[0]), *place[1:])


def _view(hit: Hit) -> dict[str, Any]:
    address = incident_address(hit.incident)
    links = {"incident": address, "entry": f"{address}/timeline/{hit.version}"}
    return {**vars(hit), "number": f"INC-{hit.number}", "links": links}
