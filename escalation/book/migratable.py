"""The part of an agreement's record that is about running incidents: who moves them to another version, and when."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from escalation.book import happenings, refusals
from escalation.book.migrations import Migration
from escalation.engine.reminders import Reminding
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migratable(Reminding):
    """Keeps the migrations of a partnership."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.AgreementEvent
    MigrationProposed = happenings.MigrationProposed
    MigrationSigned = happenings.MigrationSigned
    MigrationCarriedOut = happenings.MigrationCarriedOut
    MigrationWithdrawn = happenings.MigrationWithdrawn

    # --- what may be asked -------------------------------------------------------------------------------------------

    migrations: dict[int, Migration]
    """All that were proposed, by number."""

    def propose_migration(
        self, to: int, incidents: Sequence[str], needs: Sequence[str], party: str | None, *, by: str, at: datetime
    ) -> None:
        """Propose to move running incidents to a version; whoever calls has looked whether they fit it."""
        self.trigger_event(
            self.MigrationProposed,
            to_version=to,
            incidents=list(incidents),
            needs=list(needs),
            party=party,
            by=by,
            at=at,
        )

    def migration(self, number: int) -> Migration:
        """Give a migration. NotFound."""
        if number not in self.migrations:
            raise NotFound(partnership=self.partnership, migration=number)
        return self.migrations[number]

    def sign_migration(self, number: int, party: str, *, by: str, at: datetime) -> bool:
        """Sign a migration for a party; twice is once. Say whether it is now to be carried out.

        NotFound; NotASigner; NotProposed.
        """
        migration = self.migration(number)
        if not migration.lacks_signature(party):
            return False
        self.trigger_event(self.MigrationSigned, migration=number, party=party, by=by, at=at)
        return not migration.awaited

    def carry_out(self, number: int, moved: Sequence[str], *, by: str, at: datetime) -> None:
        """Say which incidents moved."""
        self.trigger_event(self.MigrationCarriedOut, migration=number, incidents=list(moved), by=by, at=at)

    def withdraw_migration(self, number: int, party: str | None, *, by: str, at: datetime) -> None:
        """Take a migration back; None is the operator. NotFound; NotYours; NotProposed."""
        migration = self.migration(number)
        if party is not None and party != migration.proposed_for:
            raise refusals.NotYours
        if not migration.withdrawn:
            migration.must_be_open()
            self.trigger_event(self.MigrationWithdrawn, migration=number, party=party, by=by, at=at)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.MigrationProposed)
    def _migration_proposed(
        self,
        to_version: int,
        incidents: list[str],
        needs: list[str],
        party: str | None,
        at: datetime,
        originator_version: int,
    ) -> None:
        migration = Migration(originator_version, to_version, tuple(incidents), tuple(needs), party, at)
        self.migrations[originator_version] = migration

    @event(happenings.MigrationSigned)
    def _migration_signed(self, migration: int, party: str, at: datetime) -> None:
        self.migrations[migration].signed[party] = at

    @event(happenings.MigrationCarriedOut)
    def _migration_carried_out(self, migration: int, incidents: list[str], at: datetime) -> None:
        self.migrations[migration].moved = tuple(incidents)
        self.migrations[migration].carried_out_at = at

    @event(happenings.MigrationWithdrawn)
    def _migration_withdrawn(self, migration: int) -> None:
        self.migrations[migration].withdrawn = True
