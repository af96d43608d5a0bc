"""Following a partnership's events over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from tests.support.http import OURS, Caller, Site, party_key

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKING = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE, Scope.EVENTS_READ)
"""What somebody of a party has who works on incidents and follows them."""

Event = dict[str, Any]


def parties(site: Site) -> tuple[Caller, Caller]:
    """Give somebody of each party."""
    acme, globex = (site.caller(party_key(site.tocsin, OURS, party, WORKING)) for party in ("acme", "globex"))
    return acme, globex


def page(reader: Caller, **query: object) -> dict[str, Any]:
    """Read a page of the feed of our partnership."""
    answer = reader.get("/v1/events?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert answer.status == 200, answer.raw
    return answer.body


def pages(reader: Caller, **query: object) -> Iterator[dict[str, Any]]:
    """Read all pages of the feed of our partnership, one after the other."""
    found = page(reader, **query)
    yield found
    while found["more"]:
        found = page(reader, **(query | {"after": found["cursor"]}))
        yield found


def events(reader: Caller, **query: object) -> list[Event]:
    """Read the whole feed of our partnership."""
    return [event for each in pages(reader, **query) for event in each["events"]]


def texts(found: list[Event]) -> list[str]:
    """Give the words of the notes among events."""
    return [event["data"]["text"] for event in found if event["type"] == "incident.noted.v1"]
