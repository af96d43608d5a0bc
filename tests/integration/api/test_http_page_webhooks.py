"""The secrets by which pages to an agreement's webhooks are signed, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from api.access.permissions import Scope
from incidents.ledger.reach import reaching, reaching_all
from notifications.page_secrets.tables import page_webhook_secrets
from tests.support.agreeing import PARTNERSHIP, Partners, agreement_text
from tests.support.http import OURS, THEIRS, party_key
from tests.support.questions import let_decide

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

PAGES = f"/v1/partnerships/{OURS}/page-webhooks"
SECRET = f"{PAGES}/acme-pager/secret"
ACME_PAGER = "https://pager.acme.example/tocsin"


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give who manages acme's integrations, under an agreement with webhooks."""
    let_decide(site, OURS)
    return site.caller(party_key(site.tocsin, OURS, "acme", [Scope.INTEGRATIONS_MANAGE]))


def secrets_now(site: Site, url: str = ACME_PAGER) -> list[str]:
    """Give by what pages to an address are signed, as the worker finds it."""
    with reaching_all():
        return list(site.tocsin.page_secrets.secrets_of(OURS, url, site.clock.now()))


def test_a_secret_is_made_and_shown_once(acme: Caller, site: Site) -> None:
    """From then on pages to that webhook's address are signed by it, and those to others are not."""
    assert [each["secrets"] for each in acme.get(PAGES).body["items"]] == [[]]
    answer = acme.post(SECRET, {})
    assert answer.status == 201, answer.raw
    new = answer.body
    secret = new.pop("secret")
    at = "2026-03-02T12:00:00.000000Z"
    assert new == {"webhook": "acme-pager", "party": "acme", "made_at": at, "old_until": None}
    assert (secrets_now(site), secrets_now(site, "https://pager.globex.example/tocsin")) == ([secret], [])
    assert acme.get(PAGES).body == {
        "items": [
            {
                "webhook": "acme-pager",
                "party": "acme",
                "url": ACME_PAGER,
                "secrets": [{"made_at": at, "expires_at": None}],
            }
        ]
    }


def test_a_second_one_takes_its_place_within_a_day(acme: Caller, site: Site) -> None:
    """For 24 hours both sign, then the new one alone; a third ends the first at once."""
    first = acme.post(SECRET, {}).body["secret"]
    site.clock.move(hours=1)
    answer = acme.post(SECRET, {})
    second = answer.body["secret"]
    assert answer.body["old_until"] == "2026-03-03T13:00:00.000000Z"
    assert secrets_now(site) == [second, first]
    site.clock.move(hours=1)
    third = acme.post(SECRET, {}).body["secret"]
    assert secrets_now(site) == [third, second]
    site.clock.move(hours=24)
    assert secrets_now(site) == [third]


def test_a_request_sent_again_shows_no_secret(acme: Caller, site: Site) -> None:
    """And makes none."""
    secret = acme.post(SECRET, {}, Idempotency_Key="one").body["secret"]
    again = acme.post(SECRET, {}, Idempotency_Key="one")
    assert (again.status, again.body["code"]) == (409, "secret_shown_before")
    assert secrets_now(site) == [secret]


def test_the_other_partys_webhook_does_not_exist(acme: Caller) -> None:
    """Nor one that the agreement does not have, nor another partnership."""
    elsewhere = f"/v1/partnerships/{THEIRS}/page-webhooks/acme-pager/secret"
    places = (f"{PAGES}/globex-pager/secret", f"{PAGES}/nobody/secret", elsewhere)
    assert [acme.post(place, {}).status for place in places] == [404, 404, 404]


def test_what_answers_requests_cannot_read_a_secret(acme: Caller, site: Site) -> None:
    """It writes them, for the partnerships within reach; only the worker's role reads."""
    assert acme.post(SECRET, {}).status == 201
    with reaching(OURS), site.served.database.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(select(page_webhook_secrets.c.secret))


def test_a_proposal_cannot_have_pages_signed_by_the_other_partys_secret(site: Site) -> None:
    """It names acme's webhook under globex's address: what goes there is signed as agreed, by globex alone."""
    named = """
  webhooks:
    - {id: acme-pager, party: acme, url: "https://ACME/"}
    - {id: globex-pager, party: globex, url: "https://globex.example/"}
"""
    first, second = (
        agreement_text(version, words={"\n  severity:\n": named.replace("ACME", host) + "  severity:\n"})
        for version, host in ((1, "acme.example"), (2, "globex.example"))
    )
    partners = Partners(site, first)
    partners.agree()
    secrets = {}
    for party in ("acme", "globex"):
        manager = site.caller(party_key(site.tocsin, PARTNERSHIP, party, [Scope.INTEGRATIONS_MANAGE]))
        answer = manager.post(f"/v1/partnerships/{PARTNERSHIP}/page-webhooks/{party}-pager/secret", {})
        secrets[party] = partners.must(answer, 201)["secret"]
    partners.must(partners.propose("globex", second), 201)
    with reaching_all():
        found = site.tocsin.page_secrets.secrets_of(PARTNERSHIP, "https://globex.example/", site.clock.now())
    assert list(found) == [secrets["globex"]]
