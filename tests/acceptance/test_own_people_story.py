"""Whom a page reached is the business of their party: the other one reads by which name they were called, no more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.http import OURS, party_key
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rota import Rota


@pytest.fixture
def rota(database_url: str) -> Iterator[Rota]:
    """Yield an incident that has paged people of both parties, asked one by name, and lost one on the way."""
    with rota_at(database_url, datetime(2026, 3, 4, 7, 55, tzinfo=UTC)) as rota:
        rota.join("acme", "ann", "ben", "cas", "gus")
        rota.join("globex", "eve")
        rota.schedule("acme", "first", "Europe/Berlin", "2026-03-03T09:00", "ann", "ben")
        rota.schedule("acme", "second", "Europe/Berlin", "2026-03-03T09:00", "cas")
        rota.schedule("globex", "first", "America/New_York", "2026-03-01T09:00", "eve")
        rota.team("acme", "payments", "gus")
        rota.must(
            rota.people["ann"].post("/v1/me/contact-rules", {"high": [{"via": "terminal", "after": 60}], "low": []})
        )
        yield rota


def test_the_other_party_reads_nobodys_id(rota: Rota) -> None:
    """In the incident, its timeline, its ladder and the feed; what became of a page shows, not why."""
    incident = rota.declare()
    rota.site.tocsin.engine.run_once()
    ann = rota.people["ann"].id
    rota.must(rota.manager["acme"].post(f"/v1/partnerships/{OURS}/members/{ann}/withdraw"), 204)
    rota.pass_time(2)
    rota.do("ben", incident, "responders", whom="team:acme.payments")
    rota.pass_time(40)
    rota.site.sequence()
    ours = rota.people["eve"]
    theirs = [rota.people[name].id for name in ("ann", "cas", "gus")]
    for path in (
        f"/v1/incidents/{incident}",
        f"/v1/incidents/{incident}/timeline",
        f"/v1/incidents/{incident}/ladder",
        f"/v1/events?partnership={OURS}&limit=200",
    ):
        seen = ours.get(path)
        assert seen.status == 200, seen.raw
        assert [person for person in theirs if person.encode() in seen.raw] == [], path
        assert b"left" not in seen.raw, path
    assert ours.id.encode() in ours.get(f"/v1/incidents/{incident}/timeline").raw
    assert ann.encode() in rota.manager["acme"].get(f"/v1/incidents/{incident}/timeline").raw


def test_auditors_read_all_of_it(rota: Rota) -> None:
    """Whoever sees everything sees whom each page reached."""
    incident = rota.declare()
    rota.pass_time(2)
    ann = rota.people["ann"].id.encode()
    everything = rota.site.caller(party_key(rota.site.tocsin, OURS))
    assert ann in everything.get(f"/v1/incidents/{incident}/timeline").raw
    assert ann in rota.site.operator.get(f"/v1/incidents/{incident}/timeline").raw
