"""Somebody who is at home in two partnerships: what belongs to one of them is not there in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.members import Grant
from tests.support.clock import MovedClock
from tests.support.http import OURS, THEIRS, site_on, wrong_fields
from tests.support.provider import providing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Caller

NOTICE = {"kind": "deprecation", "services": ["reporting"], "starts_at": "2026-05-02T02:00:00Z", "text": "v1 ends"}
DISPUTE = {"about": "notice", "subject": "Nobody needs that"}


@pytest.fixture
def both(database_url: str) -> Iterator[Caller]:
    """Yield a member of the provider's in two partnerships."""
    with (
        providing(MovedClock()) as provider,
        site_on(database_url, clock=provider.clock, oidc=provider.settings) as site,
    ):
        person = site.tocsin.people.register("Ana", "ana@acme.example", by="test")
        site.tocsin.people.link("ana@acme.example", provider.issuer, "00u1")
        for partnership in (OURS, THEIRS):
            site.tocsin.members.grant(partnership, Grant(person, "acme", ["executive"]), by="test")
        yield site.caller(provider.token(sub="00u1", scope="agreements:read agreements:decide"))


def test_a_dispute_is_about_a_notice_of_its_own_partnership(both: Caller) -> None:
    """One of the other partnership is no notice there, whoever sees both."""
    notice = both.post("/v1/notices", {"partnership": THEIRS, **NOTICE})
    assert notice.status == 201, notice.raw
    disputed = {**DISPUTE, "reference": notice.body["id"]}
    assert wrong_fields(both.post("/v1/contract-disputes", {"partnership": OURS, **disputed})) == ["reference"]
    theirs = both.post("/v1/contract-disputes", {"partnership": THEIRS, **disputed})
    assert theirs.body["code"] == "no_disputes", "it is found there, under an agreement that settles none"
