"""Webhook subscriptions over HTTP: whose they are, what they take, what is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.access.permissions import Scope
from incidents.ledger.reach import reaching
from notifications.webhooks import book
from tests.support.http import OURS, THEIRS, party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

WEBHOOKS = f"/v1/partnerships/{OURS}/webhooks"
BODY = {"url": "https://hooks.acme.example/tocsin?key=k1", "name": "Ticket system", "types": ["incident.*"]}
MANAGING = [Scope.INTEGRATIONS_MANAGE, Scope.EVENTS_READ]


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give who manages acme's integrations."""
    return site.caller(party_key(site.tocsin, OURS, "acme", MANAGING))


@pytest.fixture
def globex(site: Site) -> Caller:
    """Give who manages globex's."""
    return site.caller(party_key(site.tocsin, OURS, "globex", MANAGING))


def made(caller: Caller, **body: object) -> dict[str, Any]:
    """Make a webhook."""
    answer = caller.post(WEBHOOKS, BODY | body)
    assert answer.status == 201, answer.raw
    return answer.body


def told(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Give the items of a list."""
    answer = caller.get(path)
    assert answer.status == 200, answer.raw
    return list(answer.body["items"])


def test_a_webhook_is_made_and_read(acme: Caller) -> None:
    """Its secret is shown this once; read again and listed, it shows all else."""
    new = made(acme)
    secret = new.pop("secret")
    assert secret.startswith("whsec_")
    itself = f"{WEBHOOKS}/{new['webhook']}"
    assert new == {
        "webhook": new["webhook"],
        "party": "acme",
        **BODY,
        "state": "active",
        "state_why": None,
        "state_at": new["made_at"],
        "old_secret_until": None,
        "made_by": new["made_by"],
        "made_at": "2026-03-02T12:00:00.000000Z",
        "links": {"self": itself, "messages": f"{itself}/messages"},
    }
    assert acme.get(itself).body == new
    assert told(acme, WEBHOOKS) == [new]


def test_it_goes_through_its_states(acme: Caller) -> None:
    """Paused, resumed, removed; what does not fit its state is refused, and a removed one is listed no more."""
    itself = made(acme)["links"]["self"]
    assert problem_of(acme.post(f"{itself}/enable", {}))["details"] == {"state": "active"}
    for verb, state in (("pause", "paused"), ("resume", "active"), ("remove", "removed")):
        answer = acme.post(f"{itself}/{verb}", {})
        assert (answer.status, answer.body["state"]) == (200, state)
        assert acme.get(itself).body["state"] == state
    for verb in ("resume", "settings", "ping", "rotate-secret", "remove"):
        assert problem_of(acme.post(f"{itself}/{verb}", {}))["code"] == "webhook_removed"
    assert told(acme, WEBHOOKS) == []


def test_settings_that_are_left_out_stay(acme: Caller) -> None:
    """Each can be changed by itself; a wrong one changes nothing."""
    itself = made(acme)["links"]["self"]
    answer = acme.post(f"{itself}/settings", {"types": ["incident.noted", "incident.noted"]})
    assert (answer.body["url"], answer.body["types"]) == (BODY["url"], ["incident.noted"])
    answer = acme.post(f"{itself}/settings", {"url": "https://new.acme.example", "name": "New"})
    changed = {name: answer.body[name] for name in ("url", "name", "types")}
    assert changed == {"url": "https://new.acme.example", "name": "New", "types": ["incident.noted"]}
    assert wrong_fields(acme.post(f"{itself}/settings", {"name": "No", "url": "http://acme.example"})) == ["url"]
    assert acme.get(itself).body["name"] == "New"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.acme.example"}, "url"),
        ({"url": "https://10.0.0.1/hook"}, "url"),
        ({"url": "https://u:p@hooks.acme.example"}, "url"),
        ({"url": "x" * 3000}, "url"),
        ({"types": ["incident.never_heard_of"]}, "types"),
        ({"types": ["Incident"]}, "types.0"),
        ({"types": None}, "types"),
        ({"name": " "}, "name"),
        ({"party": "globex"}, None),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(acme: Caller, body: dict[str, Any], field: str | None) -> None:
    """And nothing is made; another party's is for that party."""
    answer = acme.post(WEBHOOKS, BODY | body)
    assert answer.status == (422 if field else 403)
    assert wrong_fields(answer) == ([field] if field else [])
    assert told(acme, WEBHOOKS) == []


def test_those_of_another_party_do_not_exist(site: Site, acme: Caller, globex: Caller) -> None:
    """Neither to the other party nor to other partnerships, reading and commanding; an auditor and the operator see."""
    itself = made(acme)["links"]["self"]
    message = acme.post(f"{itself}/ping", {}).body["links"]["message"]
    elsewhere = [itself.replace(OURS, THEIRS), *([f"{WEBHOOKS}/{'0' * 32}", f"{WEBHOOKS}/nothing"])]
    for caller, paths in ((globex, [itself, message, *elsewhere]), (site.stranger, [itself, message, *elsewhere])):
        for path in paths:
            assert caller.get(path).status == 404, path
    for verb in ("settings", "rotate-secret", "pause", "resume", "enable", "remove", "ping", "redeliver"):
        body = {"since": "2026-01-01T00:00:00Z"} if verb == "redeliver" else {}
        assert globex.post(f"{itself}/{verb}", body).status == 404, verb
    assert globex.post(f"{message}/redeliver", {}).status == 404
    assert told(globex, WEBHOOKS) == []
    auditing = site.caller(party_key(site.tocsin, OURS, "globex", [*MANAGING, Scope.AUDIT_READ]))
    for caller in (auditing, site.operator):
        assert (caller.get(itself).status, len(told(caller, WEBHOOKS))) == (200, 1)
    assert problem_of(auditing.post(f"{itself}/pause", {}))["code"] == "other_party"


def test_a_message_belongs_to_its_webhook(acme: Caller, globex: Caller) -> None:
    """Beneath another one of one's own it does not exist, nor does another party's there."""
    mine, other = made(acme)["links"], made(acme)["links"]
    theirs = made(globex)["links"]["self"]
    for of, caller in ((mine["self"], acme), (theirs, globex)):
        message = caller.post(f"{of}/ping", {}).body["message"]
        assert caller.get(f"{of}/messages/{message}").status == 200
        assert acme.get(f"{other['messages']}/{message}").status == 404
        assert acme.post(f"{other['messages']}/{message}/redeliver", {}).status == 404


def test_who_may_not_read_events_may_not_have_them_sent(site: Site) -> None:
    """Managing alone opens nothing: a webhook would tell what its maker may not read."""
    managing = site.caller(party_key(site.tocsin, OURS, "acme", [Scope.INTEGRATIONS_MANAGE]))
    for answer in (managing.post(WEBHOOKS, BODY), managing.get(WEBHOOKS)):
        assert problem_of(answer)["details"] == {"scope": "events:read"}


def test_a_secret_is_kept_where_only_the_worker_reads_it(site: Site, acme: Caller) -> None:
    """In no fact and no other row; the role of web processes cannot read it, and no answer shows it again."""
    new = made(acme)
    site.clock.move(seconds=1)
    rotated = acme.post(f"{new['links']['self']}/rotate-secret", {"overlap_seconds": 60}).body
    assert rotated["old_secret_until"] == "2026-03-02T12:01:01.000000Z"  # noqa: S105 - an instant
    secrets = {new["secret"], rotated["secret"]}
    assert len(secrets) == 2
    with site.tocsin.database.connect() as connection:
        facts = connection.scalar(text("SELECT string_agg(fields::text, '') FROM disclosures"))
        rows = connection.scalar(text("SELECT string_agg(row::text, '') FROM webhook_subscriptions AS row"))
        kept = set(connection.scalars(text("SELECT secret FROM webhook_secrets")))
    assert kept == secrets
    assert not any(secret in facts + rows for secret in secrets)
    for path in (WEBHOOKS, new["links"]["self"]):
        assert b"whsec_" not in acme.get(path).raw
    with reaching(OURS), site.served.database.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT secret FROM webhook_secrets"))


def test_two_secrets_are_good_at_most_and_none_once_removed(site: Site, acme: Caller) -> None:
    """Rotating again ends the oldest."""
    itself = made(acme)["links"]["self"]

    def kept() -> int:
        with site.tocsin.database.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM webhook_secrets")) or 0)

    for _ in range(3):
        site.clock.move(seconds=1)
        assert acme.post(f"{itself}/rotate-secret", {}).status == 200
    assert kept() == 2
    assert wrong_fields(acme.post(f"{itself}/rotate-secret", {"overlap_seconds": 604_801})) == ["overlap_seconds"]
    acme.post(f"{itself}/remove", {})
    assert kept() == 0


def test_a_request_that_is_sent_again_shows_no_secret_and_does_nothing_twice(acme: Caller) -> None:
    """Making and rotating: 409; a ping names the same message, and there is one."""
    new = acme.post(WEBHOOKS, BODY, Idempotency_Key="make")
    itself = new.body["links"]["self"]
    assert problem_of(acme.post(WEBHOOKS, BODY, Idempotency_Key="make"))["code"] == "secret_shown_before"
    first, again = (acme.post(f"{itself}/ping", {}, Idempotency_Key="ping") for _ in range(2))
    assert first.body == again.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(told(acme, f"{itself}/messages")) == 1
    assert len(told(acme, WEBHOOKS)) == 1


def test_a_party_has_so_many_at_most(acme: Caller, globex: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removed ones do not count, nor do another party's."""
    monkeypatch.setattr(book, "MOST_SUBSCRIPTIONS", 2)
    made(globex)
    first, _ = made(acme), made(acme)
    assert problem_of(acme.post(WEBHOOKS, BODY))["code"] == "too_many_webhooks"
    acme.post(f"{first['links']['self']}/remove", {})
    made(acme)


def test_the_log_is_read_page_by_page_and_filtered(site: Site, acme: Caller) -> None:
    """The newest first, each once; by status and by type."""
    links = made(acme)["links"]
    sent = []
    for _ in range(5):
        sent.append(acme.post(f"{links['self']}/ping", {}).body["message"])
        site.clock.move(seconds=1)
    walked: list[str] = []
    path = f"{links['messages']}?limit=2"
    while path:
        page = acme.get(path).body
        walked += [item["message"] for item in page["items"]]
        path = page["next_cursor"] and f"{links['messages']}?limit=2&cursor={page['next_cursor']}"
    assert walked == sent[::-1]
    for query, many in (
        ("status=waiting", 5),
        ("status=failed", 0),
        ("type=tocsin.*", 5),
        ("type=tocsin.ping", 5),
        ("type=tocsin.ping.v1", 5),
        ("type=incident.*", 0),
    ):
        assert len(told(acme, f"{links['messages']}?{query}")) == many, query
    assert wrong_fields(acme.get(f"{links['messages']}?status=withheld")) == ["status"]
    assert wrong_fields(acme.get(f"{links['messages']}?cursor=x")) == ["cursor"]


def test_what_was_withheld_is_neither_shown_nor_sent_again(site: Site, acme: Caller) -> None:
    """As if it had never been."""
    links = made(acme)["links"]
    message = acme.post(f"{links['self']}/ping", {}).body["message"]
    with site.tocsin.database.begin() as connection:
        connection.execute(text("UPDATE webhook_messages SET status = 'withheld', finished_at = now()"))
    assert told(acme, links["messages"]) == []
    assert acme.get(f"{links['messages']}/{message}").status == 404
    assert acme.post(f"{links['messages']}/{message}/redeliver", {}).status == 404
    everything = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "only_failed": False}
    assert acme.post(f"{links['self']}/redeliver", everything).body == {"messages": 0}


def test_a_span_has_an_end_after_its_beginning(acme: Caller) -> None:
    """The field is named."""
    itself = made(acme)["links"]["self"]
    span = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    assert wrong_fields(acme.post(f"{itself}/redeliver", span)) == ["until"]
    assert wrong_fields(acme.post(f"{itself}/redeliver", {"since": "2026-03-03T00:00:00Z"})) == ["until"]
    assert wrong_fields(acme.post(f"{itself}/redeliver", {})) == ["since"]


def test_removing_ends_what_waits(acme: Caller) -> None:
    """It is failed in the log, which stays."""
    links = made(acme)["links"]
    acme.post(f"{links['self']}/ping", {})
    acme.post(f"{links['self']}/remove", {})
    assert [item["status"] for item in told(acme, links["messages"])] == ["failed"]
