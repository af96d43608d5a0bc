"""Running incidents that move to another version of their agreement: proposed, signed, carried out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, stream_of, tocsin
from api.http.agreement_views import migration_view
from api.http.idempotency import replay_headers
from api.http.resources.agreements import PARTNERSHIP, agreements
from api.http.schemas.agreement_life import MigrationList, MigrationView, MigrationWanted
from api.http.schemas.fields import Body as NoFields
from api.http.senders import sender_in
from incidents.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.resources.answers import Body, Shown
    from escalation.book import Agreements
    from escalation.changes import Changed

_MIGRATION = "/<partnership>/migrations/<int(min=1, max=999999999):migration>"
_REPLAYED = {"Idempotency-Replayed": "REPLAYED"}


@agreements.operation(
    "GET",
    "/<partnership>/migrations",
    "listMigrations",
    gives=MigrationList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def list_migrations(partnership: str) -> dict[str, Any]:
    """List the migrations of a partnership, oldest first."""
    must_reach(partnership)
    found = tocsin().book.record(partnership).migrations.values()
    return {"items": [migration_view(partnership, migration) for migration in found]}


@agreements.operation(
    "POST",
    "/<partnership>/migrations",
    "proposeMigration",
    takes=MigrationWanted,
    gives=MigrationView,
    status=HTTPStatus.CREATED,
    headers=_REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"body": {"to_version": 2}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def propose(body: Body, partnership: str) -> Shown:
    """Propose to move running incidents to the version in force. It names them; later ones are not among them.

    All parties that `governance.amendments.may_migrate_open` names must sign; else those that sign versions.
    """
    sender = sender_in(partnership)
    wanted = _public_ids(partnership, body["incidents"]) if "incidents" in body else None
    changed = tocsin().migrations.propose(partnership, body["to_version"], wanted, sender)
    return _shown(partnership, changed, changed.record.version)


@agreements.operation(
    "POST",
    f"{_MIGRATION}/signatures",
    "signMigration",
    takes=NoFields,
    gives=MigrationView,
    headers=_REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"path": {"migration": 7}, "body": {}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def sign(_body: Body, partnership: str, migration: int) -> Shown:
    """Sign a migration for your party. With the last signature the incidents move; it acts on them from then on."""
    return _shown(partnership, tocsin().migrations.sign(partnership, migration, sender_in(partnership)), migration)


@agreements.operation(
    "POST",
    f"{_MIGRATION}/withdraw",
    "withdrawMigration",
    takes=NoFields,
    gives=MigrationView,
    headers=_REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"path": {"migration": 7}, "body": {}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def withdraw(_body: Body, partnership: str, migration: int) -> Shown:
    """Take back a migration that your party proposed."""
    return _shown(partnership, tocsin().migrations.withdraw(partnership, migration, sender_in(partnership)), migration)


def _public_ids(partnership: str, references: Sequence[str]) -> list[str]:
    """Find incidents of a partnership that exist for the sender. InvalidField."""
    found = []
    for reference in references:
        try:
            stream = stream_of(reference)
        except NotFound:
            stream = ""
        of, _, public_id = stream.rpartition("/incident/")
        if of != partnership:
            raise InvalidField("incidents", f"There is no incident {reference} here.")
        found.append(public_id)
    return found


def _shown(partnership: str, changed: Changed[Agreements], number: int) -> Shown:
    view = migration_view(partnership, changed.record.migrations[number])
    return view, dict(replay_headers(replayed=changed.replayed))
