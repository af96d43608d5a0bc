"""An event as clients see it, in the feed and in webhooks, in the words of timelines. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from escalation.matters import Certificate, Dispute, Notice
from notifications.addresses import agreement_address, incident_address

if TYPE_CHECKING:
    from incidents.feed import Entry

MATTERS = {kind.KIND: kind for kind in (Certificate, Dispute, Notice)}


def event_view(entry: Entry) -> dict[str, Any]:
    """Show an event."""
    of, _, identity = entry.stream.rpartition("/")
    incident = identity if of.endswith("/incident") else None
    return {
        "id": entry.id,
        "type": entry.type,
        "incident": None if incident is None else {"id": incident},
        "version": entry.version,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "sequenced_at": entry.sequenced_at,
        "actor": entry.actor,
        "party": entry.party,
        "source": entry.source,
        "visible_to": entry.visible_to,
        "data": entry.data,
        "withheld": entry.withheld,
        "links": _links(entry, incident),
    }


def _links(entry: Entry, incident: str | None) -> dict[str, str]:
    if incident is not None:
        return {"self": f"{incident_address(incident)}/timeline/{entry.version}"}
    if entry.type.startswith(("agreement.published.", "agreement.proposed.")):
        partnership, version = entry.stream.partition("/")[0], cast("int", entry.data["version"])
        return {"self": agreement_address(partnership, version)}
    matter = MATTERS.get(entry.type.partition(".")[0])
    return {} if matter is None else {"self": f"/v1/{matter.PLURAL}/{entry.stream.rpartition('/')[2]}"}
