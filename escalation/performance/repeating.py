"""Telling breaches by repetition: of an incident whose deviations came on record beside too many others.

Deviations of incidents that are hidden from a party count as well, for both parties share the clocks. But a breach
names, of the incidents that it comes of, only those that exist for everybody who can read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Text, bindparam, select

from escalation.performance.attainment_rows import rows_of
from escalation.performance.repetition import Deviation, repeated
from escalation.performance.tallies import deviations
from incidents.incident import Incident
from incidents.ledger.pipeline import fetch
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.agreement.model import Repetition
    from escalation.clocks.course import Versions

_VISIBLE = select(incident_states.c.stream, incident_states.c.visible_to).where(
    incident_states.c.stream == bindparam("streams", type_=ARRAY(Text)).any_()
)


def tell_repetitions(incident: Incident, versions: Versions, connection: Connection, now: datetime) -> None:
    """Append a breach for each final deviation that is one too many; of one incident's, the later ones."""
    agreement = versions(incident.agreement_version).for_service(incident.service)
    rule = agreement.tolerance.turns_into_breach
    own = _own(incident, versions)
    if rule is None or not own:
        return
    kept = _others(incident, rule, own, agreement.tz, connection)
    for this in own:
        together = repeated(rule, this, kept, agreement.tz)
        if together is None:
            kept.append(this)
        else:
            incident.tell(
                Incident.ClockBreached,
                now,
                clock=this.clock,
                cycle=this.cycle,
                breached_at=this.at,
                detected_at=now,
                repeated=_named(incident, together, connection),
            )


def _own(incident: Incident, versions: Versions) -> list[Deviation]:
    rows = [row for row in rows_of(incident, versions) if row["deviated_at"] is not None]
    found = [Deviation(incident.id, row["clock"], row["cycle"], row["deviated_at"]) for row in rows]
    return sorted(found, key=lambda each: each.at)


def _others(
    incident: Incident, rule: Repetition, own: list[Deviation], tz: str, connection: Connection
) -> list[Deviation]:
    """Give other incidents' deviations that can lie within the time of one of these."""
    first, last = rule.within.before(own[0].at, tz), rule.within.end(own[-1].at, tz)
    found = deviations(connection, incident.partnership, first, last)
    return [each for each in found if each.stream != incident.id]


def _named(incident: Incident, together: Iterable[Deviation], connection: Connection) -> list[str]:
    """Give the public ids of incidents, in order, that exist for all for whom this one does."""
    streams = list(dict.fromkeys(each.stream for each in together))
    visible_to = dict(fetch(connection, _VISIBLE, {"streams": streams}))
    readers = None if incident.visible_to is None else set(incident.visible_to)

    def exists(stream: str) -> bool:
        theirs = visible_to.get(stream)
        return theirs is None or (readers is not None and readers <= set(theirs))

    return [stream.rpartition("/")[2] for stream in streams if exists(stream)]
