"""The access log of a partnership, for its auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from api.access.permissions import Scope
from api.access.reads import Wanted
from api.http import cursors, openapi
from api.http.access import must_reach, tocsin
from api.http.schemas.access_log import AccessLogPage, AccessLogQuery
from incidents.ledger.leaf import instant

if TYPE_CHECKING:
    from api.http.resources.answers import Body

PARTNERSHIPS = "/v1/partnerships"
_KIND = "access-log"

access_log = openapi.Blueprint(
    "access_log", __name__, url_prefix=PARTNERSHIPS, description="Who read or exported a partnership's data."
)


@access_log.operation(
    "GET",
    "/<partnership>/access-log",
    "getAccessLog",
    takes=AccessLogQuery,
    gives=AccessLogPage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    path=(openapi.PARTNERSHIP_PARAMETER,),
    scope=Scope.AUDIT_READ,
    example={"query": {"operation": "getTimeline", "since": "2026-03-01T00:00:00Z", "limit": 20}},
)
def get(query: Body, partnership: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Read who was given data of a partnership, the newest first.

    Every answer to a GET stands here before its reader has it, your own of this log among them; within seconds it
    stands in the partnership's own log as well, as `access.read.v1`.
    """
    must_reach(partnership)
    before = cast("int", cursors.open_(_KIND, query["cursor"])) if "cursor" in query else None
    wanted = Wanted(partnership, **{name: query[name] for name in query.keys() - {"cursor", "limit"}})
    rows, following = tocsin().reads.page(wanted, before=before, most=query["limit"])
    cursor = None if following is None else cursors.seal(_KIND, following)
    page = {"items": rows, "next_cursor": cursor}
    return page, {} if cursor is None else {"Link": _link(partnership, query, cursor)}


def _link(partnership: str, query: Body, cursor: str) -> str:
    instants = {name: instant(query[name]) for name in query.keys() & {"since", "until"}}
    return f'<{PARTNERSHIPS}/{partnership}/access-log?{urlencode({**query, **instants, "cursor": cursor})}>; rel="next"'
