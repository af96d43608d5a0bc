from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from api.bootstrap import build
from api.http.readiness import readiness
from escalation.agreement import read
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment
from tests.support.paging import AGREEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator


ROLES = "tocsin_runtime, tocsin_worker, tocsin_gate, tocsin_sequencer"


@pytest.fixture
def service_url(database_url: str) -> Iterator[str]:
    """A login that owns nothing and only belongs to the roles that run Tocsin."""
    name = f"service_{uuid4().hex[:8]}"
    owner = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN IN ROLE {ROLES}"))
    yield make_url(database_url).set(username=name).render_as_string(hide_password=False)
    with owner.connect() as connection:
        connection.execute(text(f"DROP ROLE {name}"))
    owner.dispose()


def test_a_login_that_owns_nothing_runs_everything(service_url: str) -> None:
    """Publish, declare, climb, sequence, follow, issue a key, tell whether it is ready: no right of the owner's."""
    tocsin = build(service_url)
    agreement, mistakes = read(AGREEMENT)
    assert agreement is not None, mistakes
    tocsin.book.publish(agreement, by="operator")
    report = Report("Down", "payments-api", assessment=Assessment(impact="critical", urgency="immediate"))
    declared = tocsin.incidents.declare("acme-globex", report, Asked("key:1")).incident
    assert tocsin.engine.run_once() == 1
    assert tocsin.sequencer.run_until_idle() > 2
    assert all(follower.run_once() > 0 for follower in tocsin.followers())
    assert tocsin.keys.find(tocsin.keys.issue("service", by="operator").token) is not None
    assert tocsin.incidents.get(declared.id).version > 1
    assert readiness(tocsin)["status"] == "ready"
    tocsin.close()


def test_whoever_hangs_in_a_transaction_loses_it(database_url: str) -> None:
    """A stopped engine would else keep its incidents' pages, and every command on them, waiting for ever."""
    tocsin = build(database_url)
    with tocsin.database.connect() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"
    tocsin.close()
