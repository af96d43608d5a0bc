"""The rows of agreements: as the facts have them, whatever the parties did, also from before there were stages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.bootstrap import build
from api.postgres.migrate import MIGRATIONS, upgrade
from escalation.changes import Sender
from incidents.ledger.rebuild import check
from tests.support.agreeing import AGREEMENTS, PARTIES, PARTNERSHIP, Partners, agreement_text
from tests.support.http import site_on

OLD = """
INSERT INTO agreements (partnership, version, title, digest, effective_from, effective_to, published_at, document)
VALUES ('acme-globex', 1, 'Old', 'x', '2026-01-01Z', NULL, '2025-12-01Z', '{}'),
       ('acme-globex', 2, 'Newer', 'y', '2026-02-01Z', '2027-01-01Z', '2026-01-15Z', '{}')
"""
MIGRATED = """
SELECT version, stage, in_force_from = effective_from, ends_at IS NOT DISTINCT FROM effective_to, signed::text
FROM agreements ORDER BY version
"""


def test_rows_are_what_the_facts_say(database_url: str) -> None:
    """After every kind of fact: rebuilt from the ledger, no row differs, of incidents that moved neither."""
    without = "applies_to: incidents_opened_after"
    with site_on(database_url) as site:
        partners = Partners(site, agreement_text(amendments=without))
        partners.agree()
        partners.must(partners.declare(), 201)
        for version in (2, 3, 4):
            partners.must(partners.propose("acme", agreement_text(version, amendments=without)), 201)
        partners.must(partners["acme"].post(f"{AGREEMENTS}/2/withdraw"))
        partners.must(partners.sign("globex", 3))
        partners.agree(4)
        migration = partners.must(partners["acme"].post(f"{AGREEMENTS}/migrations", {"to_version": 4}), 201)
        for party in PARTIES:
            partners.must(partners[party].post(f"{AGREEMENTS}/migrations/{migration['migration']}/signatures"))
        partners.must(partners["acme"].post(f"{AGREEMENTS}/notice-of-termination", {}))
        partners.turn(days=31)
        partners.turn(days=70)
        assert {"ProposalWithdrawn", "ProposalLapsed", "Ended", "Reminded"} <= set(partners.facts())
        assert check(site.tocsin.ledger).differences == ()


def test_versions_of_before_there_were_stages_are_in_force(empty_database_url: str) -> None:
    """From their effective date, as they were; and the engine looks at those that end."""
    engine = create_engine(empty_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(text("SET ROLE tocsin_worker"))
        connection.execute(text(OLD))
        connection.commit()
    upgrade(empty_database_url)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE tocsin_worker"))
        found = connection.execute(text(MIGRATED)).all()
        due = connection.execute(text("SELECT stream FROM deadlines")).scalars().all()
    assert [tuple(row) for row in found] == [(1, "in_force", True, True, "{}"), (2, "in_force", True, True, "{}")]
    assert due == ["acme-globex/agreement"]


def test_signatures_that_come_at_once_bring_it_into_force_once(database_url: str) -> None:
    """Two processes, a signature of each party in the same moment, again and again: both count, and it begins once."""
    with site_on(database_url) as site, ExitStack() as closing:
        partners = Partners(site, agreement_text())
        digest = partners.standing(1)["digest"]
        others = [build(database_url, clock=site.clock, committed=lambda: None) for _ in range(4)]
        for other in others:
            closing.callback(other.close)
        ready = Barrier(len(others))

        def sign(place: int) -> None:
            party = PARTIES[place % 2]
            ready.wait(10)
            others[place].agreements.sign(PARTNERSHIP, 1, digest, Sender(f"key:{party}", party))

        with ThreadPoolExecutor(len(others)) as pool:
            assert list(pool.map(sign, range(len(others)))) == [None] * len(others)
        assert sorted(partners.facts()) == ["Begun", "EnteredForce", "Proposed", "Signed", "Signed"]
        assert check(site.tocsin.ledger).differences == ()
