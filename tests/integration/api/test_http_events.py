"""The feed, page by page: complete, in order, and to each reader what is theirs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from api.seats import AllSeatsTaken, Seats
from tests.support.following import events, page, pages, parties, texts
from tests.support.http import OURS, THEIRS, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

TIMELINE = (
    "version",
    "type",
    "occurred_at",
    "recorded_at",
    "actor",
    "party",
    "source",
    "visible_to",
    "data",
    "withheld",
)


def test_each_party_follows_what_its_timelines_show(site: Site) -> None:
    """Word for word the timeline's entries; but what is withheld as a whole is left out."""
    acme, globex = parties(site)
    incident = _worked_on(acme, globex)
    own = acme.declare(visibility="internal")
    acme.must(own, "note", {"text": "Nobody else's business", "visibility": "shared"})
    site.sequence()
    told = {}
    for reader in (acme, globex, site.operator):
        told[reader] = [event for event in events(reader, partnership=OURS) if event["incident"] is not None]
        for each in (incident, own):
            of_it = [event for event in told[reader] if event["incident"] == {"id": each["id"]}]
            assert [_of_timeline(event) for event in of_it] == _timeline(reader, each)
    assert texts(told[acme]) == ["for all", "for acme", "Nobody else's business"]
    assert texts(told[globex]) == ["for all", "for globex"]
    assert texts(told[site.operator]) == ["for all", "for acme", "for globex", "Nobody else's business"]
    assert own["id"] not in str(told[globex])


def test_an_event_leads_to_its_entry(site: Site) -> None:
    """Its `self` is the address of the same entry of the timeline."""
    acme, globex = parties(site)
    _worked_on(acme, globex)
    site.sequence()
    for event in events(globex, types="incident.*"):
        assert _of_timeline(event) == _of_timeline(globex.get(event["links"]["self"]).body)


def test_publications_are_told_without_their_documents(site: Site) -> None:
    """The agreement shows for itself what is whose; whoever follows is told where it is."""
    acme, _ = parties(site)
    site.sequence()
    for reader in (acme, site.operator):
        [published] = events(reader, partnership=OURS, types="agreement.published")
        assert published["data"]["document"] is None
        assert published["withheld"] == {"document": "see_agreement"}
        assert published["incident"] is None
        assert site.operator.get(published["links"]["self"]).body["digest"] == published["data"]["digest"]


def test_who_reads_what_is_told_to_auditors_alone_and_only_when_asked_for(site: Site) -> None:
    """Records of reads are no news: whoever followed them would meet their own reading for ever."""
    acme, _ = parties(site)
    acme.must(acme.declare(), "note", {"text": "x"})
    events(acme)
    site.clock.move(seconds=3)
    site.tocsin.journal.run_once()
    site.sequence()
    assert {event["type"] for event in events(site.operator, partnership=OURS, types="access.read")} == {
        "access.read.v1"
    }
    assert not any(event["type"].startswith("access.") for event in events(site.operator, partnership=OURS))
    assert events(acme, types="access.*") == []


def test_a_reader_may_be_cut_off_after_each_event(site: Site) -> None:
    """One event at a time, each behind the last one's cursor: the same events, each once, in the same order."""
    acme, globex = parties(site)
    _worked_on(acme, globex)
    site.sequence()
    for reader in (acme, globex):
        one_by_one = list(pages(reader, limit=1))
        assert [len(each["events"]) for each in one_by_one] == [1] * len(one_by_one)
        assert [each["events"][0] for each in one_by_one] == events(reader)


def test_what_is_left_out_leaves_no_trace(site: Site) -> None:
    """Neither the length of a cursor nor the number of pages depends on what others have written in between."""
    acme, globex = parties(site)
    incident = acme.declare()
    for _ in range(30):
        acme.must(incident, "note", {"text": "hidden", "visibility": "internal"})
    acme.must(incident, "note", {"text": "shown", "visibility": "shared"})
    acme.must(incident, "note", {"text": "hidden", "visibility": "internal"})
    site.sequence()
    before = list(pages(globex, limit=2, types="incident.*"))
    assert [len(each["events"]) for each in before] == [2]
    assert {len(each["cursor"]) for each in (*pages(acme, limit=1), *before)} == {len(before[0]["cursor"])}
    assert page(globex, after=before[-1]["cursor"])["events"] == []


def test_nothing_is_lost_while_writers_write(site: Site) -> None:
    """A reader who follows while ten notes are written at once by each of four writers has all of them, each once."""
    acme, _ = parties(site)
    incidents = [acme.declare() for _ in range(4)]
    site.sequence()
    cursor = page(acme, after="now")["cursor"]
    with ThreadPoolExecutor(len(incidents)) as pool:
        writing = [pool.submit(_ten_notes, acme, each) for each in incidents]
        found: list[dict[str, Any]] = []
        idle = 0
        while idle < 2:
            idle = idle + 1 if all(each.done() for each in writing) else 0
            site.sequence()
            for each in pages(acme, after=cursor, limit=3):
                found += each["events"]
                cursor = each["cursor"]
    assert sorted(texts(found)) == sorted(f"{each['id']} {nth}" for each in incidents for nth in range(10))
    assert len({event["id"] for event in found}) == len(found)


def test_whoever_waits_is_answered_as_soon_as_something_comes(site: Site) -> None:
    """Within a second of it being on record, not at the end of the wait."""
    acme, globex = parties(site)
    incident = acme.declare()
    site.sequence()
    cursor = page(globex, after="now")["cursor"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(page, globex, after=cursor, wait=20)
        acme.must(incident, "note", {"text": "hidden", "visibility": "internal"})
        acme.must(incident, "note", {"text": "shown", "visibility": "shared"})
        site.sequence()
        began = time.monotonic()
        found = waiting.result()
        took = time.monotonic() - began
    assert texts(found["events"]) == ["shown"]
    assert took < 1


def test_a_wait_ends_without_events(site: Site) -> None:
    """After its time it is answered with none, and the same place to go on."""
    acme, _ = parties(site)
    site.sequence()
    began = time.monotonic()
    found = page(acme, after="now", wait=1)
    assert time.monotonic() - began >= 1
    assert (found["events"], found["more"]) == ([], False)


def test_only_so_many_may_wait(site: Site) -> None:
    """Beyond that 503 says when to come again; whoever does not wait is answered as ever."""
    acme, _ = parties(site)
    site.sequence()
    cursor = page(acme, after="now")["cursor"]
    taken = [site.served.seats.take(who) for who in ("a", "b", "c", "d")]
    refused = acme.get(f"/v1/events?after={cursor}&wait=1")
    assert (refused.status, problem_of(refused)["code"], refused.headers["Retry-After"]) == (
        503,
        "all_seats_taken",
        "5",
    )
    assert page(acme, after=cursor)["events"] == []
    for seat in taken:
        seat.close()
    assert page(acme, after=cursor, wait=1)["events"] == []


def test_nobody_has_more_than_half_of_the_seats() -> None:
    """So that one reader's streams leave room for others; a seat that is left is free again."""
    seats = Seats(4)
    first, _ = seats.take("a"), seats.take("a")
    with pytest.raises(AllSeatsTaken):
        seats.take("a")
    seats.take("b")
    first.close()
    first.close()
    seats.take("a")
    seats.take("b")
    with pytest.raises(AllSeatsTaken):
        seats.take("c")


def test_types_are_named_with_or_without_version_or_by_kind(site: Site) -> None:
    """And several at once; a name that no type has is a mistake, not an empty answer."""
    acme, globex = parties(site)
    _worked_on(acme, globex)
    site.sequence()
    everything = [event["type"] for event in events(acme)]
    for types, wanted in {
        "incident.noted": ["incident.noted.v1"],
        "incident.noted.v1,agreement.*": ["incident.noted.v1", "agreement.begun.v1", "agreement.published.v1"],
        "incident.*": [name for name in everything if name.startswith("incident.")],
    }.items():
        assert [event["type"] for event in events(acme, types=types)] == [name for name in everything if name in wanted]
    for wrong in ("incident.notd", "incident.noted.v2", "inc*", "*", "incident.noted,", "x" * 100):
        assert wrong_fields(acme.get(f"/v1/events?types={wrong}")) == ["types"]


def test_a_later_restriction_takes_the_past_out_of_the_feed(site: Site) -> None:
    """Whoever reads from the beginning again no longer finds it; that it was restricted is an event for all."""
    acme, globex = parties(site)
    incident = _worked_on(acme, globex)
    site.sequence()
    assert "for all" in texts(events(globex))
    acme.must(incident, "visibility", {"entry": 2, "to": "internal"})
    site.sequence()
    assert texts(events(globex)) == ["for globex"]
    assert texts(events(acme)) == ["for all", "for acme"]
    [changed] = events(globex, types="incident.visibility_changed")
    assert changed["data"]["entry"] == 2


def test_what_is_shared_later_is_found_from_the_beginning(site: Site) -> None:
    """A reader who is past it hears of the change, which says which entry of the timeline it is about."""
    acme, globex = parties(site)
    incident = acme.declare()
    acme.must(incident, "note", {"text": "for acme", "visibility": "internal"})
    site.sequence()
    cursor = page(globex)["cursor"]
    acme.must(incident, "visibility", {"entry": 2, "to": "shared"})
    site.sequence()
    [changed] = page(globex, after=cursor)["events"]
    assert (changed["type"], changed["data"]["entry"]) == ("incident.visibility_changed.v1", 2)
    assert texts(events(globex)) == ["for acme"]


def test_a_cursor_is_good_for_its_own_reader_and_partnership(site: Site) -> None:
    """Anybody else's, another partnership's, or one made up, is refused by name."""
    acme, globex = parties(site)
    cursor = page(acme)["cursor"]
    of_operator = page(site.operator, partnership=OURS)["cursor"]
    assert wrong_fields(globex.get(f"/v1/events?after={cursor}")) == ["after"]
    assert wrong_fields(site.operator.get(f"/v1/events?partnership={THEIRS}&after={of_operator}")) == ["after"]
    assert wrong_fields(acme.get("/v1/events?after=AAAA")) == ["after"]


@pytest.mark.parametrize("address", ["", "/stream", "/export"])
def test_a_partnership_must_be_named_by_who_has_several_and_exists_for_its_own_alone(site: Site, address: str) -> None:
    """The operator says which; a stranger does not find ours; nobody unknown is let in."""
    assert wrong_fields(site.operator.get(f"/v1/events{address}")) == ["partnership"]
    assert site.stranger.get(f"/v1/events{address}?partnership={OURS}").status == 404
    assert site.nobody.get(f"/v1/events{address}?partnership={OURS}").status == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "wait=31", "wait=-1", "wait=x", "after=", "colour=red"])
def test_a_wrong_query_is_refused(site: Site, query: str) -> None:
    """Each names its field."""
    assert wrong_fields(site.partner.get(f"/v1/events?{query}")) == [query.partition("=")[0]]


def _worked_on(acme: Caller, globex: Caller) -> dict[str, Any]:
    incident = acme.declare(description="By card")
    acme.must(incident, "note", {"text": "for all", "visibility": "shared"})
    acme.must(incident, "note", {"text": "for acme", "visibility": "internal"})
    globex.must(incident, "acknowledge")
    globex.must(incident, "note", {"text": "for globex", "visibility": "internal"})
    acme.must(incident, "severity", {"severity": "S2", "reason": "Between us", "visibility": "internal"})
    globex.must(incident, "resolve", {"text": "Certificate replaced", "visibility": "shared"})
    return incident


def _ten_notes(writer: Caller, incident: dict[str, Any]) -> None:
    for nth in range(10):
        writer.must(incident, "note", {"text": f"{incident['id']} {nth}"})


def _timeline(reader: Caller, incident: dict[str, Any]) -> list[dict[str, Any]]:
    answer = reader.get(f"/v1/incidents/{incident['id']}/timeline")
    entries = answer.body["entries"] if answer.status == 200 else []
    return [_of_timeline(entry) for entry in entries if "*" not in entry["withheld"]]


def _of_timeline(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in TIMELINE}
