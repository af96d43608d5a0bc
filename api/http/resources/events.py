"""Events of a partnership: page by page, as a stream, and in one file."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, request

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import principal, still_viewer, tocsin
from api.http.access_log import noted
from api.http.event_stream import EventStream, Rhythm
from api.http.export import FORMS, written
from api.http.feed import cursor_at, cursors_of, feed, page_of, place_after, wanted
from api.http.refusals import InvalidHeader
from api.http.schemas.events import EventPage, EventQuery, ExportQuery, StreamQuery
from incidents.errors import InvalidField
from incidents.ledger.moments import check_past, index_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.http.resources.answers import Body
    from incidents.disclosure import Viewer
    from incidents.feed import Page, Wanted

events = openapi.Blueprint(
    "events", __name__, url_prefix="/v1/events", description="All that happens in a partnership, in one order."
)
LAST_EVENT_ID = "Last-Event-ID"
RHYTHM = Rhythm()
NOT_KEPT = {"Cache-Control": "private, no-store"}
_ERRORS = (*openapi.READ_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY)
_BEHIND = {
    "name": LAST_EVENT_ID,
    "in": "header",
    "description": "The `id` of the last event that came: it goes on behind that, whatever `after` says.",
    "schema": {"type": "string"},
}
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}


@events.operation(
    "GET",
    "",
    "listEvents",
    takes=EventQuery,
    gives=EventPage,
    errors=_ERRORS,
    scope=Scope.EVENTS_READ,
    example={"query": {"partnership": "acme-globex", "types": "incident.*", "limit": 50}},
)
def page(query: Body) -> Response:
    """Read what happened after a cursor, or from the beginning, as you may see it now.

    Send `cursor` as `after` to go on; nothing is lost in between. With `wait` the answer comes as soon as there is an
    event, or without any when the time is over. What is withheld from you as a whole is left out. Records of reads
    (`access.*`) come only where `types` names them.
    """
    of = wanted(query)
    after = place_after(of.partnership, query.get("after"))
    found = feed().page(of, after, query["limit"])
    if query["wait"] and not found.entries and not found.more:
        found = _waited_for(of, found, query)
    noted(of.partnership, _span(after, found.after))
    text = page_of(found.entries, cursor_at(of.partnership, found.after), more=found.more)
    return Response(text, mimetype="application/json", headers=NOT_KEPT)


def _waited_for(of: Wanted, found: Page, query: Body) -> Page:
    """Wait for the next event, and hold no database connection meanwhile. AllSeatsTaken; what `still_viewer` raises."""
    until = time.monotonic() + query["wait"]
    after = found.after
    with tocsin().seats.take(principal().actor), tocsin().bell.heard() as wait:
        while not found.entries and not found.more and (left := until - time.monotonic()) > 0:
            wait(left)
            after = found.after
            found = feed().page(of, after, query["limit"])
    viewer = still_viewer(of.partnership)
    return found if viewer == of.viewer else feed().page(of._replace(viewer=viewer), after, query["limit"])


@events.operation(
    "GET",
    "/stream",
    "streamEvents",
    takes=StreamQuery,
    gives=None,
    errors=_ERRORS,
    scope=Scope.EVENTS_READ,
    example={"query": {"partnership": "acme-globex", "types": "incident.*"}},
    path=(_BEHIND,),
    responses={200: {"content": {"text/event-stream": _TEXT}}},
)
def stream(query: Body) -> Response:
    """Follow what happens, as server-sent events: `id` is a cursor, `event` the type, `data` the event as in the list.

    A comment every 15 seconds is a sign of life. After 5 minutes, or once the key is revoked, the stream ends; a client
    that then comes back with `Last-Event-ID`, as every EventSource does, misses nothing.
    """
    of = wanted(query)
    after = _place(of.partnership, query)
    noted(of.partnership, _span(after))
    seat = tocsin().seats.take(principal().actor)
    told = EventStream(feed(), tocsin().bell, cursors_of(of.partnership), _again(of.partnership), RHYTHM)
    response = Response(
        told.parts(of, after),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(seat.close)
    return response


def _again(partnership: str) -> Callable[[], Viewer]:
    """Give what finds anew as whom this request reads, for a stream that goes on when its view has returned.

    No context of Flask's is kept open meanwhile: whatever else its thread then does would find it there.
    """
    app, environ = current_app._get_current_object(), request.environ  # type: ignore[attr-defined] # noqa: SLF001 - Flask's documented way

    def viewer() -> Viewer:
        with app.request_context(environ):
            g.scope = Scope.EVENTS_READ
            return still_viewer(partnership)

    return viewer


def _place(partnership: str, query: Body) -> int:
    """Read where a stream is to go on. InvalidField; InvalidHeader."""
    last = request.headers.get(LAST_EVENT_ID)
    if not last:
        return place_after(partnership, query.get("after"))
    try:
        return place_after(partnership, last)
    except InvalidField as error:
        raise InvalidHeader(LAST_EVENT_ID, "Send the `id` of an event of this stream, or no such header.") from error


@events.operation(
    "GET",
    "/export",
    "exportEvents",
    takes=ExportQuery,
    gives=None,
    headers={"Content-Digest": "DIGEST", "Content-Disposition": "DISPOSITION"},
    errors=_ERRORS,
    scope=Scope.EVENTS_READ,
    example={"query": {"partnership": "acme-globex", "format": "csv"}},
    responses={200: {"content": {form.media_type.partition(";")[0]: _TEXT for form in FORMS.values()}}},
)
def export(query: Body) -> Response:
    """Fetch all that is on record when you ask, as you may see it, in one file: an event a line, or CSV (RFC 4180).

    `Content-Digest` is the file's SHA-256 (RFC 9530). In CSV, `data`, `visible_to` and `withheld` are JSON, and what a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    of = wanted(query, every_type=True)
    after, before = place_after(of.partnership, query.get("after")), _end(of.partnership, query)
    noted(of.partnership, _span(after, before - 1))
    with tocsin().seats.take(principal().actor):
        found = written(feed().batches(of, after, before), FORMS[query["format"]])
    name = f"{of.partnership}-events.{query['format']}"
    response = Response(
        found.parts(),
        content_type=FORMS[query["format"]].media_type,
        headers={
            "Content-Length": str(found.size),
            "Content-Digest": found.digest,
            "Content-Disposition": f'attachment; filename="{name}"',
            **NOT_KEPT,
        },
    )
    response.call_on_close(found.file.close)
    return response


def _span(after: int, last: int | None = None) -> str:
    """Name what is read, for the access log: the events behind an index, up to one or on and on."""
    return f"events {after + 1}-{'' if last is None else last}"


def _end(partnership: str, query: Body) -> int:
    """Give the index before which an export ends. InvalidField."""
    until = query.get("until")
    if until is None:
        return feed().size(partnership)
    check_past(until, tocsin().clock.now(), "until")
    return index_at(tocsin().ledger.recorder.reading, partnership, until)
