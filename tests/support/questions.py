"""Claims, filings and requests in the ledger, made behind the API's back, under an agreement that knows of them."""

from __future__ import annotations

from datetime import timedelta
from http.client import CREATED
from typing import TYPE_CHECKING

from api.http.resources.agreements import EXAMPLE
from incidents.incident.aware import FilingMade
from incidents.incidents import Asked
from incidents.terms import ExclusionSought

if TYPE_CHECKING:
    from api.bootstrap import Tocsin
    from tests.support.http import Site

ACME = Asked(by="test", party="acme")


def let_decide(site: Site, partnership: str) -> None:
    """Publish a second version for a partnership: the document's example, with a body and a legal notification."""
    text = EXAMPLE.replace("id: acme-globex, version: 1", f"id: {partnership}, version: 2, supersedes: 1")
    assert site.operator.send("/v1/agreements", text.encode(), "application/yaml").status == CREATED


def claim_on(tocsin: Tocsin, stream: str) -> int:
    """Claim something on an incident for the provider; give the claim's number."""
    now = tocsin.clock.now()
    sought = ExclusionSought("client_caused_delay", start=now - timedelta(hours=1), until=now)
    return max(tocsin.incidents.claim_exclusion(stream, sought, "x", ACME).incident.claims)


def request_on(tocsin: Tocsin, stream: str) -> int:
    """Ask somebody of the provider to come to an incident; give the request's number."""
    return max(tocsin.incidents.ask_responder(stream, "acme-duty", None, ACME).incident.requests)


def filing_on(tocsin: Tocsin, stream: str) -> int:
    """File a notification about an incident for the provider; give the filing's number."""
    tocsin.incidents.become_aware(stream, "acme", ACME)
    return max(tocsin.incidents.file(stream, FilingMade("notify-client"), ACME).incident.filings)
