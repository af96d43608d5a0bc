"""How agreements stand, as clients see it: versions with their signatures, migrations, and the end. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.http.views import agreement_view
from escalation.book.versions import stage_at
from notifications.addresses import AGREEMENTS, agreement_address, incident_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from escalation.book import Agreements
    from escalation.book.migrations import Migration


def standing_view(version: Any, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a row or a Version: both have these attributes
    """Show how a version stands at an instant, without its document."""
    address = agreement_address(version.partnership, version.version)
    view = agreement_view(version)
    return {
        **view,
        "stage": stage_at(version, now),
        "published_at": version.published_at,
        "in_force_from": version.in_force_from,
        "ends_at": version.ends_at,
        "proposed_for": version.proposed_for,
        "lapses_at": version.lapses_at,
        "signatures": signatures(version.signers, version.signed),
        "links": {**view["links"], "signatures": f"{address}/signatures"},
    }


def signatures(signers: Iterable[str], signed: Mapping[str, str | datetime]) -> list[dict[str, Any]]:
    """Show who must sign, and when each did."""
    return [{"party": party, "signed_at": _instant(signed.get(party))} for party in signers]


def migration_view(partnership: str, migration: Migration) -> dict[str, Any]:
    """Show a migration."""
    address = f"{AGREEMENTS}/{partnership}/migrations/{migration.number}"
    return {
        "migration": migration.number,
        "partnership": partnership,
        "stage": migration.stage,
        "to_version": migration.to_version,
        "incidents": [_incident(each) for each in migration.incidents],
        "moved": None if migration.moved is None else [_incident(each) for each in migration.moved],
        "proposed_for": migration.proposed_for,
        "proposed_at": migration.proposed_at,
        "carried_out_at": migration.carried_out_at,
        "signatures": signatures(migration.needs, migration.signed),
        "links": {
            "signatures": f"{address}/signatures",
            "agreement": agreement_address(partnership, migration.to_version),
        },
    }


def end_view(record: Agreements, receivers: Iterable[str], kept_until: datetime | None) -> dict[str, Any]:
    """Show when an agreement ends, and what becomes of its record then."""
    return {
        "partnership": record.partnership,
        "ends_at": record.ends_at,
        "notice_given": record.notice_given is not None,
        "ended_at": record.ended_at,
        "handover": [{"party": party, "handed_over": party in record.handed_over} for party in receivers],
        "records_kept_until": kept_until,
        "links": {"self": f"{AGREEMENTS}/{record.partnership}/end", "versions": f"{AGREEMENTS}/{record.partnership}"},
    }


def _incident(public_id: str) -> dict[str, Any]:
    return {"id": public_id, "links": {"self": incident_address(public_id)}}


def _instant(at: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
