"""A partnership's log in one file."""

from __future__ import annotations

import csv
import hashlib
import json
import tracemalloc
from base64 import b64encode
from io import StringIO
from typing import TYPE_CHECKING, Any

from api.http.export import FORMS, written
from incidents.disclosure import Viewer
from incidents.feed import Wanted
from incidents.incident import Incident
from incidents.ledger.leaf import instant
from tests.support.following import events, parties
from tests.support.http import OURS, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Reply, Site

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "a;=1+1", 'quoted ", and\ntwo lines')


def test_an_export_has_what_the_feed_has(site: Site) -> None:
    """For each reader the same events, in the same order, in either form; other parties' are in neither."""
    acme, globex = parties(site)
    incident = acme.declare()
    acme.must(incident, "note", {"text": "for acme", "visibility": "internal"})
    acme.must(incident, "note", {"text": "for all", "visibility": "shared"})
    site.sequence()
    for reader in (acme, globex):
        told = events(reader)
        assert [json.loads(line) for line in _export(reader).raw.splitlines()] == told
        rows = _rows(_export(reader, "&format=csv"))
        assert [row["id"] for row in rows] == [event["id"] for event in told]
        assert [json.loads(row["data"]) for row in rows] == [event["data"] for event in told]
    assert b"for acme" not in _export(globex).raw


def test_an_export_says_what_it_is(site: Site) -> None:
    """Its digest, its length, its type, and a name for the file."""
    acme, _ = parties(site)
    acme.declare()
    site.sequence()
    for form, media_type in (("jsonl", "application/jsonl"), ("csv", "text/csv; charset=utf-8; header=present")):
        answer = _export(acme, f"&format={form}")
        digest = b64encode(hashlib.sha256(answer.raw).digest()).decode()
        assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"
        assert answer.headers["Content-Length"] == str(len(answer.raw))
        assert answer.content_type == media_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{OURS}-events.{form}"'


def test_no_cell_is_a_formula(site: Site) -> None:
    """Whether commas or semicolons part the cells, none begins as formulas do; and all that people wrote is there."""
    acme, _ = parties(site)
    incident = acme.declare()
    for text in FORMULAS:
        acme.must(incident, "note", {"text": text})
    site.sequence()
    answer = _export(acme, "&format=csv&types=incident.noted")
    assert [json.loads(row["data"])["text"] for row in _rows(answer)] == list(FORMULAS)
    for delimiter in ",;":
        for row in csv.reader(StringIO(answer.raw.decode(), newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_export_may_be_a_part_of_the_log(site: Site) -> None:
    """After a cursor, of some types, or up to an instant; one that is still to come is refused."""
    acme, _ = parties(site)
    incident = acme.declare()
    site.sequence()
    told = events(acme)
    then = instant(site.clock.move(minutes=1))
    cursor = acme.get("/v1/events?limit=1").body["cursor"]
    site.clock.move(minutes=1)
    acme.must(incident, "acknowledge")
    site.sequence()
    assert _ids(_export(acme, f"&until={then}")) == [event["id"] for event in told]
    assert _ids(_export(acme, f"&after={cursor}")) == [event["id"] for event in events(acme)[1:]]
    assert _ids(_export(acme, "&types=incident.acknowledged")) == [events(acme)[-1]["id"]]
    assert wrong_fields(acme.get(f"/v1/events/export?until={instant(site.clock.now().replace(year=2999))}")) == [
        "until"
    ]


def test_a_wrong_format_is_refused(site: Site) -> None:
    """It names the field."""
    assert wrong_fields(site.partner.get("/v1/events/export?format=xlsx")) == ["format"]


def test_memory_does_not_grow_with_the_log(site: Site) -> None:
    """Eight times as many events take no more memory than the first 2,500."""
    acme, _ = parties(site)
    stream = f"{OURS}/incident/{acme.declare()['id']}"
    few = _peak_after(site, stream, 2_500)
    many = _peak_after(site, stream, 17_500)
    assert many < few * 1.2


def _peak_after(site: Site, stream: str, notes: int) -> int:
    """Write so many notes more, and give the most memory that exporting all of them takes, in bytes."""
    with site.tocsin.ledger.command() as command:
        incident = site.tocsin.ledger.get(Incident, stream)
        for _ in range(notes):
            incident.note("word " * 20, by="key:ab12", at=command.recorded_at)
        site.tocsin.ledger.save(incident)
    site.sequence()
    wanted = Wanted(OURS, Viewer("acme"))
    del incident
    tracemalloc.start()
    found = written(site.served.feed.batches(wanted), FORMS["jsonl"])
    lines = sum(part.count(b"\n") for part in found.parts())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines > notes
    return peak


def _export(reader: Caller, query: str = "") -> Reply:
    answer = reader.get(f"/v1/events/export?partnership={OURS}{query}")
    assert answer.status == 200, answer.raw
    return answer


def _ids(answer: Reply) -> list[Any]:
    return [json.loads(line)["id"] for line in answer.raw.splitlines()]


def _rows(answer: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.raw.decode(), newline="")))
