"""Moving running incidents to another version of their agreement: proposed, signed, and carried out at once.

With the last signature all of them move in one transaction with it, so that no crash leaves some behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from escalation.book import refusals
from escalation.book.migrations import MOST, check_few
from escalation.book.record import Agreements
from escalation.book.renewal import signatories
from escalation.book.versions import in_force
from escalation.changes import once
from incidents.errors import InvalidField
from incidents.happenings import AgreementMigrated
from incidents.incident import Incident
from incidents.incident.base import ACTIVE
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.book.agreement_book import AgreementBook
    from escalation.changes import Changed, Sender
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger


class Migrations:
    """The use cases. All raise NotFound, Conflict and KeyReused, and what the record itself refuses."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take the ledger, and where versions are found."""
        self._ledger = ledger
        self._book = book

    def propose(
        self, partnership: str, to: int, incidents: Sequence[str] | None, sender: Sender
    ) -> Changed[Agreements]:
        """Propose to move incidents, by public id, to a version in force; None: all that run and fit.

        NotInForce; NotASigner; NothingToMigrate; TooManyToMigrate; TooManyOpen; CannotMigrate; InvalidField for what
        does not run.
        """

        def decide(command: Command) -> tuple[Agreements, tuple[()]]:
            record = self._book.record(partnership)
            _must_hold(record, to, command.recorded_at)
            check_few(record.migrations.values(), sender.party)
            agreement = self._book.get(partnership, to)
            needs = movers(agreement)
            if sender.party is not None and sender.party not in needs:
                raise refusals.NotASigner(signers=list(needs))
            found = self._chosen(partnership, agreement, incidents)
            record.propose_migration(to, found, needs, sender.party, by=sender.by, at=command.recorded_at)
            return record, ()

        return once(self._ledger, Agreements, sender, decide)

    def sign(self, partnership: str, number: int, sender: Sender) -> Changed[Agreements]:
        """Sign a migration for one's party; with the last signature it is carried out.

        NotASigner; NotProposed; NotInForce where the version holds no more.
        """
        if sender.party is None:
            raise refusals.NotASigner
        party = sender.party

        def decide(command: Command) -> tuple[Agreements, tuple[Incident, ...]]:
            record = self._book.record(partnership)
            at = command.recorded_at
            last = record.sign_migration(number, party, by=sender.by, at=at)
            if record.pending_events:
                _must_hold(record, record.migrations[number].to_version, at)
            if not last:
                return record, ()
            moving = self._moving(record, number)
            for incident in moving:
                incident.tell(AgreementMigrated, at, agreement_version=record.migrations[number].to_version)
            moved = [incident.public_id for incident in moving]
            record.carry_out(number, moved, by=sender.by, at=at)
            return record, moving

        return once(self._ledger, Agreements, sender, decide)

    def withdraw(self, partnership: str, number: int, sender: Sender) -> Changed[Agreements]:
        """Take a migration back. NotYours; NotProposed."""

        def decide(command: Command) -> tuple[Agreements, tuple[()]]:
            record = self._book.record(partnership)
            record.withdraw_migration(number, sender.party, by=sender.by, at=command.recorded_at)
            return record, ()

        return once(self._ledger, Agreements, sender, decide)

    def _chosen(self, partnership: str, agreement: Agreement, wanted: Sequence[str] | None) -> list[str]:
        """Give the incidents to be named: those wanted, or all that run under another version and fit this one."""
        running = self._running(partnership, agreement.version)
        fitting = {row.id for row in running if _fits(row, agreement)}
        if wanted is not None and not set(wanted) <= {row.id for row in running}:
            raise InvalidField("incidents", "Name running incidents of this partnership, under another version.")
        if wanted is not None and not set(wanted) <= fitting:
            raise refusals.CannotMigrate(incidents=sorted(set(wanted) - fitting))
        chosen = sorted(fitting) if wanted is None else list(dict.fromkeys(wanted))
        if not chosen:
            raise refusals.NothingToMigrate
        if len(chosen) > MOST:
            raise refusals.TooManyToMigrate(most=MOST)
        return chosen

    def _running(self, partnership: str, besides: int) -> list[_Running]:
        """Read the incidents that are active, and no other system's history, under other versions than one."""
        columns = (getattr(incident_states.c, name) for name in _Running._fields)
        query = select(*columns).where(
            incident_states.c.partnership == partnership,
            incident_states.c.status.in_(sorted(ACTIVE)),
            incident_states.c.source.is_(None),
            incident_states.c.agreement_version != besides,
        )
        with self._ledger.recorder.reading.connect() as connection:
            return [_Running(*row) for row in connection.execute(query)]

    def _moving(self, record: Agreements, number: int) -> tuple[Incident, ...]:
        """Read the incidents of a migration that still run and fit, in the order in which their rows are locked."""
        migration = record.migrations[number]
        agreement = self._book.get(record.partnership, migration.to_version)
        streams = sorted(f"{record.partnership}/incident/{each}" for each in migration.incidents)
        with self._ledger.recorder.reading.connect() as connection:
            found = self._ledger.get_many(streams, connection)
        incidents = [found[stream] for stream in streams if stream in found]
        return tuple(
            each
            for each in incidents
            if isinstance(each, Incident)
            and each.active
            and each.agreement_version != migration.to_version
            and _fits(each, agreement)
        )


class _Running(NamedTuple):
    """What is asked of an incident that could move."""

    id: str
    service: str
    severity: str
    visible_to: list[str] | None


def _fits(incident: Incident | _Running, agreement: Agreement) -> bool:
    """Say whether a version has what an incident hangs on, and every party may see it: a migration names it to all."""
    return (
        incident.service in agreement.services
        and incident.severity in agreement.severity.scale
        and (incident.visible_to is None or set(agreement.parties) <= set(incident.visible_to))
    )


def _must_hold(record: Agreements, version: int, at: datetime) -> None:
    """Refuse to move incidents to another version than the one in force. NotInForce."""
    current = in_force(record.versions.values(), at)
    if current is None or current.version != version:
        raise refusals.NotInForce(in_force=None if current is None else current.version)


def movers(agreement: Agreement) -> tuple[str, ...]:
    """Give the parties that must sign a migration; where the agreement names none, each signatory."""
    rule = agreement.governance.amendments
    return rule.migration_needs or rule.signed_by or signatories(agreement)
