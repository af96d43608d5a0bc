"""The feed as server-sent events."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http.event_stream import EventStream, Rhythm
from api.http.refusals import Unauthenticated
from api.http.resources import events as resource
from incidents.disclosure import Viewer
from incidents.feed import BEGINNING, Wanted
from tests.support.following import events, parties
from tests.support.http import OURS, problem_of, wrong_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from werkzeug.test import TestResponse

    from tests.support.http import Caller, Site


@contextmanager
def _stream(reader: Caller, query: str = "", **headers: str) -> Iterator[Iterator[str]]:
    """Yield the parts of a stream as they come."""
    answer: TestResponse = reader.open_stream(f"/v1/events/stream{query}", headers)
    try:
        assert answer.status_code == 200
        assert answer.mimetype == "text/event-stream"
        yield (part.decode() for part in answer.iter_encoded())
    finally:
        answer.close()


def _messages(parts: Iterator[str]) -> list[dict[str, str]]:
    """Read the messages of the next part that has any."""
    for part in parts:
        told = [dict(line.split(": ", 1) for line in block.split("\n")) for block in part.split("\n\n") if block]
        found = [each for each in told if "data" in each]
        if found:
            return found
    raise AssertionError("the stream ended")


def test_a_stream_sends_what_the_feed_has(site: Site) -> None:
    """First what is there, then what comes: `data` is the event, `event` its type; and it says when to come back."""
    acme, globex = parties(site)
    incident = acme.declare()
    site.sequence()
    with _stream(globex) as parts:
        assert next(parts) == "retry: 2000\n\n"
        first = _messages(parts)
        acme.must(incident, "note", {"text": "hidden", "visibility": "internal"})
        acme.must(incident, "note", {"text": "one\ntwo", "visibility": "shared"})
        site.sequence()
        then = _messages(parts)
    sent = [json.loads(each["data"]) for each in first + then]
    assert sent == events(globex)
    assert [each["event"] for each in first + then] == [event["type"] for event in sent]


def test_a_reader_who_was_cut_off_goes_on_behind_the_last_event(site: Site) -> None:
    """`Last-Event-ID` counts, whatever `after` says, and a cursor of the list does as well."""
    acme, _ = parties(site)
    acme.must(acme.declare(), "note", {"text": "second"})
    site.sequence()
    with _stream(acme) as parts:
        sent = _messages(parts)
    for nth, last in enumerate(sent[:-1]):
        with _stream(acme, "?after=now", Last_Event_ID=last["id"]) as parts:
            assert [each["data"] for each in _messages(parts)] == [each["data"] for each in sent[nth + 1 :]]
    with _stream(acme, f"?after={sent[-2]['id']}&types=incident.*") as parts:
        assert [each["data"] for each in _messages(parts)] == [sent[-1]["data"]]
    assert wrong_fields(acme.get("/v1/events/stream", Last_Event_ID="AAAA")) == ["Last-Event-ID"]


def test_a_stream_ends_once_its_key_is_revoked(site: Site) -> None:
    """At the next sign of life, and before anything else is sent."""
    still_in = [Viewer("acme"), None]

    def still() -> Viewer:
        viewer = still_in.pop(0)
        if viewer is None:
            raise Unauthenticated
        return viewer

    told = _parts(site, still, Rhythm(heartbeat=0.05, lifetime=60))
    assert told[0] == "retry: 2000\n\n"
    assert [part for part in told if part.startswith(":")] == [": still here\nid: 1\n\n"]


def test_a_stream_ends_with_its_time(site: Site) -> None:
    """In good order: its reader comes back for the rest."""
    told = _parts(site, lambda: Viewer("acme"), Rhythm(heartbeat=0.1, lifetime=0.35))
    assert 1 <= len([part for part in told if part.startswith(":")]) <= 3


def test_there_are_only_so_many_streams(site: Site) -> None:
    """Beyond that 503 says when to come again; a stream that is closed leaves its seat."""
    acme, _ = parties(site)
    taken = [site.served.seats.take(who) for who in ("a", "b", "c")]
    with _stream(acme) as parts:
        next(parts)
        refused = acme.get("/v1/events/stream")
        assert (refused.status, problem_of(refused)["code"]) == (503, "all_seats_taken")
    with _stream(acme) as parts:
        assert next(parts)
    for seat in taken:
        seat.close()


def test_the_key_is_looked_at_again_while_a_stream_is_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream whose key is good outlives its signs of life; one whose key is revoked ends, and opens no other."""
    monkeypatch.setattr(resource, "RHYTHM", Rhythm(heartbeat=0.1, lifetime=30))
    key = site.served.keys.issue("short", OURS, "acme", [Scope.EVENTS_READ], by="test")
    reader = site.caller(key.token)
    with _stream(reader) as parts:
        for _ in range(2):
            assert next(part for part in parts if part.startswith(":"))
        site.served.keys.revoke(key.id, by="test")
        assert list(parts) == []
    assert reader.get("/v1/events/stream").status == 401


def _parts(site: Site, still: Any, rhythm: Rhythm) -> list[str]:  # noqa: ANN401 - what EventStream asks
    site.sequence()
    stream = EventStream(site.served.feed, site.served.bell, str, still, rhythm)
    return list(stream.parts(Wanted(OURS, Viewer("acme")), BEGINNING))
