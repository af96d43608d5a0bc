"""The page behind the link of a page: it asks whoever was paged whether they take the incident, without signing in.

Reading it changes nothing, for mail scanners follow links; nor does a POST without what its form holds.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from api.access.permissions import Scope
from api.access.reads import Read
from api.http.access import tocsin
from api.http.acknowledge_page import MayNotWork, done_page, page_of, refusal_page, unavailable_page
from api.http.limits import count_request
from api.http.problems import UNAVAILABLE, of_database
from api.http.refusals import RateLimited
from escalation.crew.staff import PERSON
from incidents.disclosure import Viewer
from incidents.errors import Conflict, Refused, TocsinError
from incidents.ledger.reach import reaching
from notifications.acknowledging import State

if TYPE_CHECKING:
    from api.http.acknowledge_page import Page
    from notifications.acknowledging import Opened

OPERATION = "openAcknowledgeLink"
"""What the access log calls it."""
FIELD, MEANT = "acknowledge", "yes"
"""What the form sends beside the button."""
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}

acknowledging = Blueprint("acknowledging", __name__, url_prefix="/acknowledge", template_folder="../templates")


@acknowledging.get("/<token>")
def show(token: str) -> Response:
    """Show what the link leads to, with a button where the incident can be taken. It changes nothing."""
    opened = _opened(token)
    return _answer(_page(opened))


@acknowledging.post("/<token>")
def take(token: str) -> Response:
    """Take the incident, once; say what stands in the way otherwise."""
    opened = _opened(token)
    if opened.state is not State.OPEN:
        return _answer(_page(opened, _standing(opened)))
    if request.form.get(FIELD) != MEANT:
        return _answer(_page(opened, HTTPStatus.BAD_REQUEST))
    try:
        answer = tocsin().ack_links.acknowledge(opened)
    except (Refused, Conflict):  # somebody was faster
        return _answer(_page(_again(opened), HTTPStatus.CONFLICT))
    opened = _again(opened)
    return _answer(_page(opened) if answer.replayed else done_page(opened, _base()))


@acknowledging.errorhandler(TocsinError)
def refused(error: TocsinError) -> Response:
    """Say why the link does nothing."""
    response = _answer(refusal_page(error))
    if isinstance(error, RateLimited):
        response.headers.update(error.headers)
    return response


def unavailable(error: Exception) -> Response:
    """Say that the database is away, and log it."""
    of_database(error)
    return _answer(unavailable_page())


for each in UNAVAILABLE:
    acknowledging.register_error_handler(each, unavailable)


def _opened(token: str) -> Opened:
    """Open a link, count the request, and log that somebody sees the incident.

    UnknownLink; LinkExpired; LinkOfNobody; MayNotWork; RateLimited; NotLogged.
    """
    links = tocsin().ack_links
    delivery = links.delivery_of(token)
    count_request(tocsin().limits, f"link:{delivery.id}")
    opened = links.opened(delivery)
    _must_work(opened)
    read = Read(
        opened.partnership,
        tocsin().clock.now(),
        opened.actor,
        opened.reader.party,
        OPERATION,
        opened.incident.public_id,
    )
    with reaching(opened.partnership):
        tocsin().reads.write([read])
    return opened


def _again(opened: Opened) -> Opened:
    """Look what an opened link leads to by now."""
    return tocsin().ack_links.opened(opened.delivery)


def _must_work(opened: Opened) -> None:
    """Hold a person to their roles: the link signs nobody in as more than they are. MayNotWork."""
    if not opened.actor.startswith(PERSON):
        return
    known = tocsin().people.principal_of(opened.actor.removeprefix(PERSON))
    membership = None if known is None else known.membership(opened.partnership)
    if membership is None or Scope.INCIDENTS_WRITE not in membership.scopes:
        raise MayNotWork


def _page(opened: Opened, status: HTTPStatus = HTTPStatus.OK) -> Page:
    original = opened.incident.duplicate_of
    numbers: dict[str, int] = {}
    if isinstance(original, str):
        with reaching(opened.partnership):
            numbers = tocsin().incidents.numbers_of([original], Viewer(opened.reader.party))
    label = f"INC-{numbers[original]}" if isinstance(original, str) and original in numbers else None
    return page_of(opened, _base(), label, status=status)


def _standing(opened: Opened) -> HTTPStatus:
    """A repeated use did what it says; anything else stands in the way."""
    return HTTPStatus.OK if opened.state is State.USED else HTTPStatus.CONFLICT


def _base() -> str:
    return tocsin().public_url or request.host_url.rstrip("/")


def _answer(page: Page) -> Response:
    html = render_template("acknowledge.html", page=page, field=FIELD, meant=MEANT)
    return Response(html, status=page.status, mimetype="text/html", headers=HEADERS)
