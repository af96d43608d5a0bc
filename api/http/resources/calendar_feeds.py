"""Calendar feeds: secret addresses under which calendar programs read a schedule without signing in."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request

from api.access.permissions import Scope
from api.access.reads import Read
from api.http import openapi
from api.http.access import must_reach, principal, tocsin
from api.http.administration import manages
from api.http.idempotency import replay_headers
from api.http.limits import count_request
from api.http.resources.schedules import REPLAYED, SCHEDULE_PATH, found, managed, names_in, schedules
from api.http.schedule_views import feed_view
from api.http.schemas.calendar_feeds import FeedBody, FeedList, FeedView, NewFeedView
from api.http.schemas.fields import Body as NoFields
from escalation.oncall.ical import MEDIA_TYPE
from escalation.secret_addresses import TOKEN
from incidents.errors import NotFound
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.oncall.record import OnCallSchedule

calendars = openapi.Blueprint(
    "calendars", __name__, url_prefix="/v1/calendars", description="What stands under secret addresses."
)
READ_AGAIN = "private, max-age=300"
_FEED_ID = r"^[0-9a-f]{32}$"
_FEED = (
    *SCHEDULE_PATH,
    {
        "name": "feed",
        "in": "path",
        "required": True,
        "description": "The id of the address: what stands before its underscore.",
        "schema": {"type": "string", "pattern": _FEED_ID},
        "example": "5f0c1a7be2d94d5f9b7a60c1d2e3f405",
    },
)
_TOKEN = (
    {
        "name": "token",
        "in": "path",
        "required": True,
        "description": "The secret part of the address.",
        "schema": {"type": "string", "pattern": TOKEN},
        "example": "5f0c1a7be2d94d5f9b7a60c1d2e3f405_a-secret-that-only-its-maker-was-ever-shown",
    },
)
_feed_id = re.compile(_FEED_ID)


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/calendar-feeds",
    "listCalendarFeeds",
    gives=FeedList,
    errors=openapi.READ_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
)
def list_feeds(partnership: str, schedule: str) -> dict[str, Any]:
    """List the calendar addresses of a schedule that you made; with `oncall:manage`, everybody's of your party."""
    record, names = found(partnership, schedule), names_in(partnership)
    return {"items": [feed_view(row, names) for row in tocsin().calendar_feeds.listed(record, _maker(record))]}


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/calendar-feeds",
    "makeCalendarFeed",
    takes=FeedBody,
    gives=NewFeedView,
    status=HTTPStatus.CREATED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_READ,
    example={"body": {}},
)
def make(body: Body, partnership: str, schedule: str) -> dict[str, Any]:
    """Make a secret address for calendar programs; it is shown this once.

    It shows the turns from 4 weeks back to 26 weeks ahead, until it is revoked, or you leave the party;
    one that shows a single person also when they do.
    Sent again, the request shows no secret a second time: 409 `secret_shown_before`.
    """
    record, sender = managed(partnership, schedule)
    feed, token = tocsin().calendar_feeds.make(record, body.get("person"), sender)
    base = tocsin().public_url or request.host_url.rstrip("/")
    return feed_view(feed, names_in(partnership)) | {"address": f"{base}/v1/calendars/{token}.ics"}


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/calendar-feeds/<feed>/revoke",
    "revokeCalendarFeed",
    takes=NoFields,
    gives=FeedView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_FEED,
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_READ,
    example={"body": {}},
)
def revoke(_body: Body, partnership: str, schedule: str, feed: str) -> Shown:
    """Let a calendar address show nothing any more, at once: one of yours; with `oncall:manage`, any."""
    record, sender = managed(partnership, schedule)
    if not _feed_id.fullmatch(feed):
        raise NotFound
    change = tocsin().calendar_feeds.revoke(record, feed, _maker(record), sender)
    return feed_view(change.record, names_in(partnership)), dict(replay_headers(replayed=change.replayed))


@calendars.operation(
    "GET",
    "/<token>.ics",
    "getCalendar",
    gives=None,
    headers={"Cache-Control": "CACHING", **openapi.OF_LIMITS},
    errors=(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
    path=_TOKEN,
    scope=None,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def get_calendar(token: str) -> Response:
    """Read the calendar under a secret address (RFC 5545), without signing in: whoever has the address may."""
    now = tocsin().clock.now()
    found_feed = tocsin().calendar_feeds.found(token)
    reader = f"calendar:{found_feed.public_id}"
    count_request(tocsin().limits, reader)
    feed, schedule, content = tocsin().calendar_feeds.opened(found_feed, now)
    target = f"schedule {schedule.label}"
    read = Read(feed.partnership, now, reader, feed.party, "getCalendar", target)
    with reaching_all():
        tocsin().reads.write([read])
    headers = {"Cache-Control": READ_AGAIN, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(content, content_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


def _maker(record: OnCallSchedule) -> str | None:
    """Give whose addresses the sender deals with: their own; None: everybody's, for who manages the party."""
    membership = must_reach(record.partnership)
    everybody = Scope.ONCALL_MANAGE in membership.scopes and manages(membership, record.party)
    return None if everybody else principal().actor
