"""Calendar feeds: made by those who see a schedule, read by whoever has the address, and nobody else."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from sqlalchemy import text

from api.access.limits import Limit
from api.logs import logging_config
from tests.support.http import OURS, party_key, problem_of, site_on
from tests.support.rostered import ANN, BOB, WEEKLY, let_in
from tests.support.rota import OIDC, Somebody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Reply, Site

SCHEDULES = f"/v1/partnerships/{OURS}/schedules"
FEEDS = f"{SCHEDULES}/acme.first/calendar-feeds"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API with Ann and Bob, and a schedule of theirs."""
    with site_on(database_url, oidc=OIDC) as site:
        let_in(site.tocsin, OURS, roles=["responder"])
        body = {"party": "acme", "name": "first", "tz": "Europe/Berlin", "layers": [WEEKLY]}
        assert site.operator.post(SCHEDULES, body).status == 201
        yield site


def made(site: Site, who: str = ANN, **body: str) -> dict[str, Any]:
    """Let somebody make an address."""
    answer = Somebody(site, who).post(FEEDS, body)
    assert answer.status == 201, answer.raw
    return answer.body


def read(site: Site, feed: dict[str, Any]) -> Reply:
    """Read what stands under an address, as nobody known."""
    return site.nobody.get("/v1/calendars/" + feed["address"].rpartition("/")[2])


def events(answer: Reply) -> list[tuple[datetime, str]]:
    """Give start and words of each event."""
    assert answer.status == 200, answer.raw
    return [(event["DTSTART"].dt, str(event["SUMMARY"])) for event in walked(answer)]


def walked(answer: Reply) -> list[Any]:
    """Give the events as the library reads them."""
    return list(Calendar.from_ical(answer.raw).walk("VEVENT"))


def test_a_calendar_shows_the_turns(site: Site) -> None:
    """From 4 weeks back, that is from when it was made, to 26 weeks ahead, without signing in; by name."""
    answer = read(site, made(site))
    shown = events(answer)
    assert shown[0] == (site.clock.now(), "Ann: acme.first")
    assert shown[1] == (datetime(2026, 3, 9, 8, tzinfo=UTC), "Bob: acme.first")
    assert len(shown) == 27
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")


def test_one_persons_turns(site: Site) -> None:
    """Bob's alone; and gaps only in a calendar of all."""
    gap = {"starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-04T06:00:00Z", "people": []}
    assert site.operator.post(f"{SCHEDULES}/acme.first/overrides", gap).status == 201
    assert {words for _, words in events(read(site, made(site, person=BOB)))} == {"Bob: acme.first"}
    assert (datetime(2026, 3, 4, tzinfo=UTC), "Nobody is on call: acme.first") in events(read(site, made(site)))


def test_uids_stay_as_time_goes_by(site: Site) -> None:
    """A program that reads again finds what it has: the same UIDs, once each, also for a turn that began before."""
    feed = made(site)
    before = uids(read(site, feed))
    assert len(set(before)) == len(before)
    site.clock.move(days=30)
    after = uids(read(site, feed))
    assert set(after[:-5]) <= set(before)
    site.clock.move(days=3)
    assert uids(read(site, feed))[0] == after[0]


def uids(answer: Reply) -> list[str]:
    """Give the UIDs of a calendar."""
    return [str(event["UID"]) for event in walked(answer)]


def test_only_the_hash_of_the_secret_is_kept(site: Site) -> None:
    """It is in no fact, row or list; and is not shown a second time."""
    somebody = Somebody(site, ANN)
    feed = somebody.post(FEEDS, {}, Idempotency_Key="once").body
    secret = feed["address"].rpartition("/")[2].removesuffix(".ics").partition("_")[2]
    assert len(secret) == 43
    assert problem_of(somebody.post(FEEDS, {}, Idempotency_Key="once"))["code"] == "secret_shown_before"
    assert secret.encode() not in somebody.get(FEEDS).raw
    with site.tocsin.database.connect() as connection:
        [row] = connection.execute(text("SELECT * FROM calendar_feeds")).all()
        facts = connection.scalar(text("SELECT string_agg(fields::text, '') FROM disclosures"))
    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert row.secret_hash in facts
    assert secret not in facts + str(row)


def test_anything_else_is_not_there(site: Site) -> None:
    """A wrong secret, a wrong id, no secret, a name: 404, all the same."""
    token = made(site)["address"].rpartition("/")[2].removesuffix(".ics")
    identity, _, secret = token.partition("_")
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    tokens = [f"{identity}_{wrong}", f"{'0' * 32}_{secret}", identity, f"{identity}_", "acme.first", "x" * 5000]
    answers = [site.nobody.get(f"/v1/calendars/{each}.ics") for each in tokens]
    assert {(answer.status, answer.raw) for answer in answers} == {(404, answers[0].raw)}


def test_an_address_ends(site: Site) -> None:
    """Once it is revoked, its maker or the one person whom it is for has left, or the schedule is retired."""
    revoked, left, theirs, retired = made(site), made(site, BOB), made(site, person=BOB), made(site)
    assert Somebody(site, ANN).post(f"{FEEDS}/{revoked['feed']}/revoke", {}).status == 200
    site.tocsin.members.withdraw(OURS, BOB, by="test")
    assert [read(site, feed).status for feed in (revoked, left, theirs, retired)] == [404, 404, 404, 200]
    assert site.operator.post(f"{SCHEDULES}/acme.first/retire", {}).status == 200
    assert read(site, retired).status == 404


def test_an_address_is_read_only_so_often(site: Site) -> None:
    """Each has a bucket of its own: whoever reads one too often is told when to come again, others are not."""
    one, other = made(site), made(site, BOB)
    site.served.limits.limit = Limit(per_second=1, burst=2)
    assert [read(site, one).status for _ in range(3)] == [200, 200, 429]
    assert read(site, one).headers["Retry-After"] == "1"
    assert read(site, other).status == 200


def test_everybody_sees_and_revokes_their_own(site: Site) -> None:
    """A responder nobody else's; who manages schedules all of the party's."""
    anns, bobs = made(site), made(site, BOB)
    assert [each["feed"] for each in Somebody(site, ANN).get(FEEDS).body["items"]] == [anns["feed"]]
    assert Somebody(site, ANN).post(f"{FEEDS}/{bobs['feed']}/revoke", {}).status == 404
    manager = site.caller(party_key(site.tocsin, OURS, "acme"))
    assert len(manager.get(FEEDS).body["items"]) == 2
    assert manager.post(f"{FEEDS}/{bobs['feed']}/revoke", {}).status == 200
    assert problem_of(manager.post(f"{FEEDS}/{bobs['feed']}/revoke", {}))["code"] == "already_revoked"


def test_reading_a_calendar_stands_in_the_access_log(site: Site) -> None:
    """By the address' id, which is no secret."""
    feed = made(site)
    read(site, feed)
    with site.tocsin.database.connect() as connection:
        rows = connection.execute(text("SELECT * FROM access_log WHERE operation = 'getCalendar'")).all()
    assert [(row.partnership, row.actor, row.party, row.target) for row in rows] == [
        (OURS, f"calendar:{feed['feed']}", "acme", "schedule acme.first")
    ]


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_address_is_in_a_log(style: str) -> None:
    """What a server writes down when a request fails has it masked, tracebacks included."""
    formatter = logging_config("INFO", style)["formatters"]["line"]
    error = ValueError("GET /v1/calendars/abc_secret.ics")
    asked = ("/v1/calendars/abc_secret.ics?x=1",)
    raised = (ValueError, error, None)
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 1, "Error handling request %s", asked, raised)
    line = formatter["()"](style).format(record)
    assert "/v1/calendars/…" in line
    assert "secret" not in line


def test_times_are_whole_and_in_utc(site: Site) -> None:
    """RFC 5545: an event ends after it begins, and a week that keeps its time of day is an hour shorter in spring."""
    shown = walked(read(site, made(site)))
    lengths = {event["DTEND"].dt - event["DTSTART"].dt for event in shown[1:-1]}
    assert lengths == {timedelta(days=7), timedelta(days=7, hours=-1)}
