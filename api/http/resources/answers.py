"""What every command shares: who asks for what, and the answer with its ETag."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.http.access import must_reach, principal, stream_of, tocsin, viewer
from api.http.idempotency import replay_headers, request_key
from api.http.preconditions import etag, expected_revision
from api.http.views import incident_view, linked_with
from incidents.disclosure import shown
from incidents.errors import InvalidField, NotFound
from incidents.incidents import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.incident import Incident
    from incidents.incidents import Answer

Body = dict[str, Any]
Shown = tuple[dict[str, Any], dict[str, str]]


def seen_at(reference: str) -> Incident:
    """Give an incident as it stands, and as its reader may see it. NotFound; Forbidden."""
    stream = stream_of(reference)
    return tocsin().reading.incident(stream, viewer(stream.partition("/")[0])).incident


@contextmanager
def in_address(field: str) -> Iterator[None]:
    """Let what is named in the address, and is not there, be not found. NotFound."""
    try:
        yield
    except InvalidField as error:
        if error.field == field:
            raise NotFound from None
        raise


@contextmanager
def called(field: str, here: str) -> Iterator[None]:
    """Let a field be named as the request has it. InvalidField."""
    try:
        yield
    except InvalidField as error:
        if error.field == field:
            raise InvalidField(here, error.message) from None
        raise


def asked_of(stream: str, body: Mapping[str, Any]) -> Asked:
    """Read who asks for a change of an incident, when it was so and what they have seen."""
    incidents = tocsin().incidents
    party = must_reach(stream.partition("/")[0]).party
    return Asked(
        by=principal().actor,
        at=body.get("occurred_at"),
        revision=expected_revision(lambda: incidents.get(stream).revision),
        request=request_key(),
        party=party,
        visible_to=parties_of(body.get("visibility", "shared"), party),
    )


def parties_of(visibility: str | list[str], party: str | None) -> tuple[str, ...] | None:
    """Read for whose eyes something is: `internal` is the sender's own party; None: all."""
    if visibility == "shared":
        return None
    if visibility == "internal":
        return () if party is None else (party,)
    return tuple(dict.fromkeys(visibility))


def told(answer: Answer) -> Shown:
    """Show what a request led to, marked where it is the answer to an earlier sending."""
    return view_of(seen_after(answer)), answer_headers(answer)


def view_of(seen: Incident) -> dict[str, Any]:
    """Show an incident, as its reader may see it, with the numbers of those that it is linked with."""
    numbers = tocsin().incidents.numbers_of(linked_with(seen), viewer(seen.partnership))
    return incident_view(seen, numbers)


def answer_headers(answer: Answer) -> dict[str, str]:
    """Give the incident's ETag, and whether the request had been carried out before."""
    return {"ETag": etag(answer.incident.revision), **replay_headers(replayed=answer.replayed)}


def seen_after(answer: Answer) -> Incident:
    """Give the incident that a request led to, as its sender may see it. NotFound."""
    found = answer.incident
    terms = tocsin().book.pinned(found.partnership, found.agreement_version)
    # What was restricted since the first answer is withheld from the second one.
    now = tocsin().incidents.get(found.id) if answer.replayed else None
    seen = shown(found, viewer(found.partnership), terms, now=now)
    if seen is None:
        raise NotFound
    return seen
