"""Incidents for the engine: some that fall due at chosen seconds, and very many that do not for a long time.

Those that fall due are declared by the ledger, fact by fact, as commands do it. The others are copies, made inside the
database, of a few that were: their events, disclosures, keys, state rows and deadlines are as many and as large as real
ones, though a copied leaf still names the stream it was copied from. The engine never reads them; they are what its
indexes and tables are full of.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from escalation.agreement import read
from escalation.agreement.text.mistakes import AgreementError
from incidents.opening import Report, opened
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.bootstrap import Tocsin


PARTNERSHIPS = 20
TEMPLATES = 50
AT_ONCE = 50
"""Incidents that are declared in one transaction."""

HALF_OF_THE_TARGET = timedelta(minutes=30)

_AGREEMENT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {{id: {id}, version: 1, title: For measuring}}
spec:
  term: {{effective_from: "2026-01-01T00:00:00Z", effective_to: null}}
  defaults: {{tz: Europe/Berlin}}
  parties:
    - {{id: acme, role: provider, kind: signatory}}
    - {{id: globex, role: client, kind: signatory}}
  webhooks:
    - {{id: pager, party: acme, url: "{pager}"}}
  contacts:
    - {{id: duty, party: acme, role: duty_manager, via: [{{webhook: pager}}]}}
    - {{id: boss, party: acme, role: head_of_operations, via: [{{webhook: pager}}]}}
  services:
    - {{id: payments-api, provided_by: acme, used_by: globex, tier: critical}}
  calendars:
    always: {{tz: UTC, hours: {{daily: [["00:00", "24:00"]]}}}}
  severity:
    scale: [S1, S2]
    impact: [critical, minor]
    urgency: [immediate, normal]
    matrix: {{critical: {{immediate: S1, normal: S1}}, minor: {{immediate: S2, normal: S2}}}}
  targets:
    acknowledge: {{from: reported, until: acknowledged, pausable: false, within: PT1H, calendar: always}}
    respond: {{from: reported, until: first_qualified_response, pausable: false, within: PT2H, calendar: always}}
    update: {{from: [severity_set, last_update], until: next_update, repeats: true, within: PT2H, calendar: always}}
    resolve: {{from: reported, until: resolved, within: PT8H, calendar: always}}
  ladders:
    S1:
      - {{when: opened, to: [duty]}}
    S2:
      - {{when: {{clock: acknowledge, at: 50%}}, to: [duty], notify: [boss]}}
      - {{when: {{clock: acknowledge, at: 100%}}, to: [boss], repeat_every: PT10M}}
      - {{when: {{clock: resolve, at: 100%}}, to: [boss]}}
"""
"""S1 pages at once; S2 only after half an hour, which is the one thing that falls due while it is measured."""

_COPIES = (
    """
    CREATE TEMPORARY TABLE copies AS
    SELECT each.stream AS template, each.partnership, md5(random()::text || nth) AS id,
           each.partnership || '/incident/' || md5(random()::text || nth) AS stream,
           :first + row_number() OVER () AS number,
           now() + interval '1 day' + random() * interval '30 days' AS due_at
    FROM (SELECT stream, partnership FROM incident_states) AS each,
         generate_series(1, :each) AS nth
    """,
    """
    INSERT INTO events (stream, version, partnership, type, leaf)
    SELECT copies.stream, version, partnership, type, leaf FROM copies
    JOIN (SELECT stream, version, type, leaf FROM events) AS event ON event.stream = template
    """,
    """
    INSERT INTO disclosures (stream, version, partnership, fields)
    SELECT copies.stream, version, partnership, fields FROM copies
    JOIN (SELECT stream, version, fields FROM disclosures) AS beside ON beside.stream = template
    """,
    """
    INSERT INTO stream_keys (stream, partnership, key)
    SELECT copies.stream, partnership, key FROM copies
    JOIN (SELECT stream, key FROM stream_keys) AS sealed ON sealed.stream = template
    """,
    """
    INSERT INTO incident_states
        (stream, partnership, id, number, version, revision, agreement_version, status, severity, service, title,
         reported_at, changed_at)
    SELECT copies.stream, copies.partnership, copies.id, copies.number, version, revision, agreement_version, status,
           severity, service, title, reported_at, changed_at
    FROM copies JOIN incident_states AS state ON state.stream = template
    """,
    "INSERT INTO deadlines (stream, partnership, due_at) SELECT stream, partnership, due_at FROM copies",
)


def partnerships() -> list[str]:
    """Give the partnerships, among which everything is spread evenly."""
    return [f"partner-{number:02}" for number in range(PARTNERSHIPS)]


def publish(tocsin: Tocsin, pager: str) -> None:
    """Publish an agreement for each, whose pages go to one URL. AgreementError."""
    for partnership in partnerships():
        agreement, mistakes = read(_AGREEMENT.format(id=partnership, pager=pager))
        if agreement is None:
            raise AgreementError(mistakes)
        tocsin.book.publish(agreement, by="benchmark")


def declare(tocsin: Tocsin, dues: Sequence[datetime]) -> dict[str, datetime]:
    """Declare an incident for each instant, at which its first rung falls due; give the streams."""
    found: dict[str, datetime] = {}
    for number, partnership in enumerate(partnerships()):
        mine = dues[number::PARTNERSHIPS]
        for start in range(0, len(mine), AT_ONCE):
            found |= _declare(tocsin, partnership, mine[start : start + AT_ONCE])
    return found


def fill(tocsin: Tocsin, armed: int, far: datetime) -> int:
    """Arm so many deadlines, about a month around a fortnight from now; give how many there are."""
    declare(tocsin, [far] * TEMPLATES * PARTNERSHIPS)
    owner = create_engine(tocsin.url, poolclass=NullPool)
    with owner.begin() as connection:
        values = {"first": 10**9, "each": max(0, armed // (TEMPLATES * PARTNERSHIPS) - 1)}
        for statement in _COPIES:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))
        return int(connection.execute(text("SELECT count(*) FROM deadlines")).scalar_one())


def _declare(tocsin: Tocsin, partnership: str, dues: Sequence[datetime]) -> dict[str, datetime]:
    terms = tocsin.book.pinned(partnership, 1)
    numbers = tocsin.incidents.numbers(len(dues))
    report = Report(
        title="Card payments fail in all shops",
        service="payments-api",
        description="Since 09:12 every payment by card is declined with code 91. Cash works. Three partners called.",
        assessment=Assessment(severity="S2"),
    )
    with tocsin.ledger.command():
        incidents = [
            opened(partnership, number, report, terms, by="benchmark", at=due - HALF_OF_THE_TARGET)
            for number, due in zip(numbers, dues, strict=True)
        ]
        tocsin.ledger.save(*incidents)
    return {incident.id: due for incident, due in zip(incidents, dues, strict=True)}
