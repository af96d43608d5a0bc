"""The page behind a link to acknowledge, in words: what the link finds, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from api.http.refusals import RateLimited
from incidents.errors import NotFound, Refused, TocsinError
from notifications.acknowledging import LinkOfNobody, State
from notifications.links import LinkExpired
from notifications.message.words import on_the_wall

if TYPE_CHECKING:
    from notifications.acknowledging import Opened

AGAIN = "Open the link again in a minute."
ELSEWHERE = "Sign in to Tocsin, or answer the page that reached you last, to take the incident."


class MayNotWork(Refused):
    """Your roles do not let you work on incidents of this partnership."""

    code = "may_not_work"


@dataclass(frozen=True)
class Page:
    """What is shown: a heading, a few sentences, the incident (None: it is nothing of the reader's), and a button."""

    heading: str
    lines: tuple[str, ...]
    status: HTTPStatus = HTTPStatus.OK
    incident: dict[str, str] | None = None
    address: str | None = None
    asks: bool = False


def page_of(opened: Opened, base_url: str, original: str | None, *, status: HTTPStatus = HTTPStatus.OK) -> Page:
    """Show what a link leads to; `original`: what an incident is called that this one was merged into."""
    heading, *lines = _words(opened, original)
    return _shown(opened, base_url, Page(heading, tuple(lines), status, asks=opened.state is State.OPEN))


def done_page(opened: Opened, base_url: str) -> Page:
    """Say that it is taken now."""
    lines = (
        "It is yours now. Nobody else is asked to take it, as long as you have it in hand.",
        "If you cannot work on it after all, give it back or hand it on: then others are asked.",
    )
    return _shown(opened, base_url, Page(f"You have acknowledged {opened.incident.label}", lines))


def refusal_page(error: TocsinError) -> Page:
    """Say why a link does nothing, and what does."""
    match error:
        case LinkExpired():
            said = "This link has expired", ("It was good for 24 hours.", ELSEWHERE)
            return Page(*said, HTTPStatus.GONE)
        case LinkOfNobody():
            said = (
                "This link is nobody's any more",
                ("Whoever it was sent to cannot take this incident now.", ELSEWHERE),
            )
            return Page(*said, HTTPStatus.GONE)
        case MayNotWork():
            said = "You may not take this incident", (error.message, "Ask your administrator for the role responder.")
            return Page(*said, HTTPStatus.FORBIDDEN)
        case RateLimited():
            return Page("Too many requests", (AGAIN,), HTTPStatus.TOO_MANY_REQUESTS)
        case NotFound():
            said = "There is no such link", ("Open it from the message again: all of it belongs to it.", ELSEWHERE)
            return Page(*said, HTTPStatus.NOT_FOUND)
        case _:
            return unavailable_page()


def unavailable_page() -> Page:
    """Say that it does not work at the moment."""
    return Page(
        "This does not work at the moment", ("Nothing was acknowledged.", AGAIN), HTTPStatus.SERVICE_UNAVAILABLE
    )


def _words(opened: Opened, original: str | None) -> tuple[str, ...]:
    """Give heading and sentences."""
    label, by = opened.incident.label, opened.taken_by
    match opened.state:
        case State.OPEN:
            whom = f"You do so as {opened.reader.name}, for {opened.reader.party}."
            return f"Acknowledge {label}?", whom, "Nobody else is asked to take it then."
        case State.USED:
            at = "" if opened.used is None else f" on {on_the_wall(opened.used.recorded_at, opened.reader.tz)}"
            return f"You acknowledged {label} by this link before", f"It was used{at}, and works once.", _hand(by)
        case State.YOURS:
            return f"You have {label} already", "There is nothing more to do here."
        case State.TAKEN:
            return f"{label} is taken already", f"{by} has it in hand. You need not come."
        case State.MERGED:
            of = f" into {original}" if original else ""
            return f"{label} was merged{of}", "That incident tells the story now: take that one, if nobody has."
        case State.OVER:
            return f"{label} is over", "There is nothing to take any more. You need not come."


def _hand(by: str | None) -> str:
    return "Nobody has it in hand now." if by is None else f"It is in the hand of {by}."


def _shown(opened: Opened, base_url: str, page: Page) -> Page:
    seen = opened.incident
    facts = {
        "Incident": seen.label,
        "Severity": seen.severity,
        "Service": seen.service,
        "Status": seen.status.replace("_", " "),
    }
    address = f"{base_url}/v1/incidents/{seen.public_id}"
    return Page(page.heading, page.lines, page.status, facts, address, page.asks)
