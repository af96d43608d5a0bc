"""What people are told: what became of each delivery, what waits, what failed, and having that sent again."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi, paging
from api.http.access import must_reach, principal, stream_of, tocsin, viewer
from api.http.delivery_views import delivery_view, lane_view, requeued_view
from api.http.idempotency import replay_headers
from api.http.refusals import OtherParty
from api.http.resources.access_log import PARTNERSHIPS
from api.http.resources.answers import asked_of, told
from api.http.resources.incidents import incidents
from api.http.schemas.answering import Now
from api.http.schemas.deliveries import DELIVERY, DeliveryList, LetterPage, LetterQuery, RequeuedView
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.incidents import IncidentView
from api.http.senders import sender_in
from incidents.errors import NotFound
from notifications.letters.book import Wanted
from notifications.letters.whose import Own, own_of, party_owed
from notifications.message.reminder import reminded_by
from notifications.queue.delivery import FAILED, REMINDER, WAITING

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from incidents.disclosure import Viewer
    from notifications.letters.letter import Letter

KIND = "deliveries"
deliveries = openapi.Blueprint(
    "deliveries", __name__, url_prefix=PARTNERSHIPS, description="What people are told: what waits, and what failed."
)
_DELIVERY = {
    "name": "delivery",
    "in": "path",
    "required": True,
    "description": "The delivery's id.",
    "schema": {"type": "string", "pattern": DELIVERY},
    "example": "8c1f0a4be2d94d5f9b7a60c1d2e3f405",
}
_id = re.compile(DELIVERY)


@incidents.operation(
    "GET",
    "/<reference>/deliveries",
    "listIncidentDeliveries",
    gives=DeliveryList,
    errors=openapi.READ_ERRORS,
    path=(openapi.REFERENCE_PARAMETER,),
    scope=Scope.INCIDENTS_READ,
)
def of_incident(reference: str) -> dict[str, Any]:
    """Read everything that was owed to anybody about an incident: when, on which way, each try, and why it waits.

    Of another party's people you read the names by which they were called; what was tried, and what their side
    answered, is theirs.
    """
    stream = stream_of(reference)
    reader = viewer(stream.partition("/")[0])
    seen = tocsin().reading.incident(stream, reader)
    views = tocsin().letters.of(seen, reader)
    return {"items": [delivery_view(view, seen.whole, theirs=_may_requeue(view.owed_by, stream)) for view in views]}


@incidents.operation(
    "POST",
    "/<reference>/deliveries/<delivery>/requeue",
    "requeueDelivery",
    takes=Now,
    gives=IncidentView,
    headers={"ETag": "REVISION", "Idempotency-Replayed": "REPLAYED"},
    errors=openapi.COMMAND_ERRORS,
    path=(openapi.REFERENCE_PARAMETER, _DELIVERY),
    parameters=["If-Match", "Idempotency-Key"],
    scope=Scope.INCIDENTS_WRITE,
    example={"body": {}},
)
def requeue(body: Body, reference: str, delivery: str) -> Shown:
    """Have a delivery of your party sent again that failed for good: at once, under the same id, with new tries.

    What is not failed is refused (409, `not_failed`), and so is what nobody needs any more (`no_longer_needed`).
    """
    stream = stream_of(reference)
    reader = viewer(stream.partition("/")[0])
    found = tocsin().letters.one(_checked(delivery), tocsin().reading.incident(stream, reader), reader)
    if found is None:
        raise NotFound
    if not _may_requeue(found.owed_by, stream):
        raise OtherParty
    return told(tocsin().requeuing.page(found.letter, asked_of(stream, body)))


@deliveries.operation(
    "GET",
    "/<partnership>/deliveries",
    "listDeliveries",
    takes=LetterQuery,
    gives=LetterPage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    path=(openapi.PARTNERSHIP_PARAMETER,),
    scope=Scope.INCIDENTS_READ,
    example={"query": {"status": "failed", "limit": 20}},
)
def page(query: Body, partnership: str) -> Shown:
    """List what waits for your party's people, contacts and webhooks, and what failed for good, the newest first.

    Of all incidents and reminders. `lanes` counts all that waits.
    """
    reader = viewer(partnership)
    statuses = (query["status"],) if "status" in query else (WAITING, FAILED)
    own = None if reader.everything else _own(partnership, reader)
    wanted = Wanted(partnership, reader, own, statuses, query.get("channel"))
    place = paging.place_in(KIND)
    after = None if place is None else (datetime.fromisoformat(place[0]), place[1])
    found, following = tocsin().letters.page(wanted, after=after, most=query["limit"])
    cursor, now = paging.cursor_to(KIND, following), tocsin().clock.now()
    body = {
        "items": [
            delivery_view(view, record, theirs=_may_requeue(view.owed_by, partnership)) for view, record in found
        ],
        "lanes": [lane_view(lane, now) for lane in tocsin().letters.lanes(wanted)],
        "next_cursor": cursor,
    }
    return body, paging.links(cursor)


@deliveries.operation(
    "POST",
    "/<partnership>/deliveries/<delivery>/requeue",
    "requeueReminder",
    takes=NoFields,
    gives=RequeuedView,
    headers={"Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    path=(openapi.PARTNERSHIP_PARAMETER, _DELIVERY),
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_WRITE,
    example={"body": {}},
)
def requeue_reminder(_body: Body, partnership: str, delivery: str) -> Shown:
    """Have a reminder of your party sent again that failed for good. What an incident owes is sent again there."""
    sender = sender_in(partnership)
    letter = tocsin().letters.rows.one(_checked(delivery), partnership=partnership)
    if letter.kind != REMINDER or not _may_requeue(_party_reminded(letter), partnership):
        raise NotFound
    change = tocsin().requeuing.reminder(letter, sender)
    return requeued_view(change.record, letter.id), dict(replay_headers(replayed=change.replayed))


def _checked(delivery: str) -> str:
    if not _id.fullmatch(delivery):
        raise NotFound
    return delivery


def _may_requeue(owed_by: str | None, within: str) -> bool:
    """Whether what is owed to somebody of a party is the sender's to send again: their own; the operator's: all."""
    party = must_reach(within.partition("/")[0]).party
    return principal().operator or (party is not None and party == owed_by)


def _own(partnership: str, reader: Viewer) -> Own:
    """Tell the reader's own by the versions that were ever agreed upon; a proposal could name others' contacts."""
    versions = (row.version for row in tocsin().book.versions([partnership]) if row.in_force_from is not None)
    return own_of(reader.party or "", [tocsin().book.get(partnership, version) for version in versions])


def _party_reminded(letter: Letter) -> str | None:
    record = tocsin().requeuing.record(letter)
    version = reminded_by(letter.claimed(tocsin().clock.now()), record).agreement_version
    return party_owed(letter.recipient, letter.party, tocsin().book.get(letter.partnership, version))
