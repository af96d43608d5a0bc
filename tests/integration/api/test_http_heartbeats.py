"""Heartbeats over HTTP: what is refused, what is secret, and what calls cost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.access.limits import Limit
from api.logs import logging_config
from tests.support.http import OURS, Site, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Reply

HEARTBEATS = f"/v1/partnerships/{OURS}/heartbeats"
BODY: dict[str, Any] = {
    "party": "acme",
    "name": "backup",
    "interval": 60,
    "grace": 30,
    "service": "payments-api",
    "impact": "critical",
    "urgency": "immediate",
}
SETTINGS = {name: value for name, value in BODY.items() if name not in {"party", "name"}}


def made(site: Site, **fields: object) -> dict[str, Any]:
    """Make a heartbeat; give it with its `path`, where it calls."""
    answer = site.operator.post(HEARTBEATS, BODY | fields)
    assert answer.status == 201, answer.raw
    return answer.body | {"path": answer.body["address"].removeprefix("https://tocsin.example")}


def change(site: Site, heartbeat: dict[str, Any], part: str, body: object = None, **headers: str) -> Reply:
    """Change a heartbeat."""
    return site.operator.post(f"{heartbeat['links']['self']}/{part}", body or {}, **headers)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"interval": 0}, "interval"),
        ({"interval": "PT1H"}, "interval"),
        ({"interval": 10**9}, "interval"),
        ({"grace": -1}, "grace"),
        ({"name": "Not a name"}, "name"),
        ({"service": "no-such-service"}, "service"),
        ({"impact": "no-such-impact"}, "impact"),
        ({"urgency": "no-such-urgency"}, "urgency"),
        ({"resolves": "perhaps"}, "resolves"),
        ({"title": "two\nlines"}, "title"),
        ({"party": "nobody"}, "party"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_used_is_named(site: Site, fields: dict[str, object], wrong: str) -> None:
    """By its field; and no heartbeat is made."""
    answer = site.operator.post(HEARTBEATS, BODY | fields)
    assert answer.status == 422, answer.raw
    assert wrong_fields(answer) == [wrong]
    assert site.operator.get(HEARTBEATS).body["items"] == []


def test_an_address_is_shown_once_and_kept_as_a_hash(site: Site) -> None:
    """A repeated request does not show it, nor does reading; in the database there is nothing of it."""
    first = site.operator.post(HEARTBEATS, BODY, Idempotency_Key="a")
    again = site.operator.post(HEARTBEATS, BODY, Idempotency_Key="a")
    assert (again.status, problem_of(again)["code"]) == (409, "secret_shown_before")
    secret = first.body["address"].rpartition("_")[2]
    assert secret not in str(site.operator.get(first.headers["Location"]).raw)
    with site.tocsin.database.connect() as connection:
        kept = connection.execute(text("SELECT heartbeats::text FROM heartbeats")).scalar_one()
        facts = connection.execute(text("SELECT string_agg(fields::text, '') FROM disclosures")).scalar_one()
    assert secret not in kept + facts


def test_another_address(site: Site) -> None:
    """The new one is heard, the old one is not there; and a repeated request shows nothing."""
    backup = made(site)
    changed = change(site, backup, "new-address", Idempotency_Key="b")
    assert changed.status == 200
    assert site.nobody.get(backup["path"]).status == 404
    assert site.nobody.get(changed.body["address"].removeprefix("https://tocsin.example")).status == 204
    assert change(site, backup, "new-address", Idempotency_Key="b").body["code"] == "secret_shown_before"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_usual_way_to_call(site: Site, method: str) -> None:
    """204, nothing to keep, and it was heard."""
    backup = made(site)
    site.clock.move(seconds=7)
    answer = site.nobody.request(method, backup["path"])
    assert (answer.status, answer.raw, answer.headers["Cache-Control"]) == (204, b"", "no-store")
    assert site.operator.get(backup["links"]["self"]).body["last_heard_at"] == "2026-03-02T12:00:07.000000Z"


def test_a_call_is_no_fact(site: Site) -> None:
    """However often it calls."""
    backup = made(site)
    with site.tocsin.database.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
        for _ in range(3):
            site.nobody.post(backup["path"])
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == before


def test_what_is_no_address_is_not_there(site: Site) -> None:
    """A wrong secret, nobody's id, nonsense, and the address of what was removed: all the same."""
    backup = made(site)
    other = backup["path"][:-1] + ("A" if backup["path"][-1] != "A" else "B")
    paths = [other, f"/v1/heartbeats/{'0' * 32}_{'x' * 43}", "/v1/heartbeats/x", "/v1/heartbeats/%00"]
    change(site, backup, "remove")
    answers = [site.nobody.get(path) for path in (*paths, backup["path"])]
    assert [answer.status for answer in answers] == [404] * 5
    assert len({problem_of(answer)["detail"] for answer in answers}) == 1


def test_calls_are_limited_each_address_for_itself(database_url: str) -> None:
    """Whoever calls in a loop hears 429; the others are heard."""
    site = Site(database_url, limit=Limit(per_second=1, burst=20))
    site.publish_all()
    loud, calm = made(site), made(site, name="calm")
    statuses = [site.nobody.get(loud["path"]).status for _ in range(21)]
    assert statuses == [204] * 20 + [429]
    assert site.nobody.get(calm["path"]).status == 204
    site.served.close()
    site.tocsin.close()


def test_changes_and_their_repetition(site: Site) -> None:
    """Paused, resumed, set and removed, each once; what does not go says why."""
    backup = made(site)
    paused = change(site, backup, "pause", Idempotency_Key="p")
    assert (paused.body["state"], paused.body["expected_at"]) == ("paused", None)
    assert change(site, backup, "pause").body["code"] == "heartbeat_paused"
    site.clock.move(seconds=5)
    resumed = change(site, backup, "resume")
    assert resumed.body["silent_at"] == "2026-03-02T12:01:35.000000Z"
    assert change(site, backup, "resume").body["code"] == "heartbeat_not_paused"
    assert change(site, backup, "settings", SETTINGS | {"grace": 0, "resolves": True}).body["grace"] == 0
    again = change(site, backup, "pause", Idempotency_Key="p")
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.body["grace"] == 30
    assert change(site, backup, "remove").body["state"] == "removed"
    assert change(site, backup, "pause").body["code"] == "heartbeat_removed"
    assert site.operator.get(HEARTBEATS).body["items"] == []
    assert site.operator.get(backup["links"]["self"]).body["state"] == "removed"
    made(site)


def test_addresses_stay_out_of_logs() -> None:
    """As those of calendars do."""
    formatter = logging_config("INFO", "console")["formatters"]["line"]["()"]("console")
    record = logging.LogRecord("x", 20, "", 0, "GET /v1/heartbeats/5f0c_s3cret HTTP/1.1", None, None)
    assert "s3cret" not in formatter.format(record)
