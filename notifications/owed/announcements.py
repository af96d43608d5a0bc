"""Who hears that they need not come any more, and of which fact. Pure.

Everybody whose page left before somebody took it, or before it was merged into another incident; also when the page was
under way at that very moment and is only recorded as sent after it, or when its sender died and nobody knows whether it
left. Whoever has taken it hears so on their other ways. Somebody who was asked to help does not: that has answered
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.crew.ways import VOICE
from escalation.engine.told import Ending
from incidents import happenings as h
from incidents.terms import CONTACT
from notifications.owed.asking import Paging, pages_in, request_of, side_of
from notifications.owed.relevance import version_when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.ledger.facts import Fact

PAGING = 0
"""The urgency of pages; all else informs."""

News = h.Acknowledged | h.MarkedDuplicate
"""What is announced."""

Left = h.PageSent | h.PageWithdrawn
"""What says that a page left, or may have."""


class Announcement(NamedTuple):
    """News for whoever got a page; `page` has the agreement version whose contacts and addresses it names."""

    news: News
    page: dict[str, Any]
    due_at: datetime


class _Page(NamedTuple):
    """A page that waits for the answer of a side."""

    page: dict[str, Any]
    side: str | None
    cause: Paging


def announcements(incident: Incident, fact: Fact) -> Iterator[Announcement]:
    """Give what a new fact has announced, and to whom."""
    match fact:
        case h.Acknowledged():
            yield from _of_taking(incident, fact)
        case h.MarkedDuplicate():
            yield from _of_merging(incident, fact)
        case h.PageSent():
            yield from _overtaken(incident, fact)
        case h.PageWithdrawn() if fact.tries:
            yield from _overtaken(incident, fact)


def _of_taking(incident: Incident, taken: h.Acknowledged) -> Iterator[Announcement]:
    """Announce an acknowledgement to everybody whose page left since the one before, of the same side."""
    pages = _pages(incident)
    for fact in _before(taken, incident):
        if isinstance(fact, h.Acknowledged) and fact.side == taken.side:
            return
        if isinstance(fact, h.PageSent):
            yield from _news(taken, pages.get(fact.delivery), fact, incident)


def _of_merging(incident: Incident, merged: h.MarkedDuplicate) -> Iterator[Announcement]:
    """Announce that another incident tells its story to everybody who was ever paged for it."""
    pages = _pages(incident)
    for fact in _before(merged, incident):
        if isinstance(fact, h.PageSent):
            yield from _news(merged, pages.get(fact.delivery), fact, incident)


def _overtaken(incident: Incident, left: Left) -> Iterator[Announcement]:
    """Announce what came while this page was, or may have been, under way."""
    page = _pages(incident).get(left.delivery)
    news = None if page is None else _news_before(left, page.side, incident)
    if news is not None:
        yield from _news(news, page, left, incident)


def _news_before(left: Left, side: str | None, incident: Incident) -> News | None:
    """Find what stood when a page was recorded as sent or withdrawn: its side's acknowledgement, or the merging."""
    for fact in _before(left, incident):
        match fact:
            case h.MarkedDuplicate():
                return fact
            case h.Acknowledged() if fact.side == side:
                return fact
            case _ if isinstance(fact, Ending) and fact.side == side:
                return None
    return None


def _news(news: News, of: _Page | None, left: Left, incident: Incident) -> Iterator[Announcement]:
    """Tell one who was paged before it, unless they know, or are of another side."""
    if of is None or of.cause.originator_version > news.originator_version:
        return
    if _knows(of.page, news):
        return
    if isinstance(news, h.MarkedDuplicate) or news.side == of.side:
        told = of.page | {"agreement_version": version_when(of.cause, incident)}
        yield Announcement(news, told, max(news.timestamp, left.timestamp))


def _knows(page: dict[str, Any], news: News) -> bool:
    """Whether it is their own doing: a merging, or a taking on that very way. Nobody is called to be told of their own.

    On their other ways the page still stands as if somebody were to come: a pager goes on, a desk has several readers.
    """
    own = news.by in {page["recipient"], CONTACT + page["recipient"]}
    return own and (isinstance(news, h.MarkedDuplicate) or page["channel"] in {news.via, VOICE})


def _pages(incident: Incident) -> dict[str, _Page]:
    """Give the pages, not the notices, of an incident's ladders, by delivery."""
    return {
        page["delivery"]: _Page(page, side_of(fact, incident), fact)
        for fact in incident.history
        if isinstance(fact, Paging) and not isinstance(request_of(fact, incident), h.ResponderAsked)
        for page in pages_in(fact)
        if page["urgency"] == PAGING
    }


def _before(fact: Fact, incident: Incident) -> Iterator[Fact]:
    """Give the facts before one, the latest first. The history holds every fact from the first version on."""
    return reversed(incident.history[: fact.originator_version - incident.history[0].originator_version])
