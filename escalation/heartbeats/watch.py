"""The watch over heartbeats: finds those whose time has come, and says what is true of them.

A row is claimed by a lease, not held: a call must never wait for an incident to be opened. So two may look at one
heartbeat, after a crash or a long halt; a receipt, named by the beginning of the silence, lets one incident come of it.
The incident and what the heartbeat tells of it are saved together: no crash leaves one that no call would end.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import DateTime, bindparam, select, update

from escalation.engine.engine import DATABASE_TROUBLE
from escalation.heartbeats.record import Heartbeat, Silence
from escalation.heartbeats.rows import due
from escalation.heartbeats.tables import heartbeats
from escalation.heartbeats.watching import Back, Missing, verdict
from escalation.heartbeats.words import description, heard_again, title
from incidents.carrying_out import Asked
from incidents.errors import Conflict, InvalidField, NotFound, Refused, Stale
from incidents.finding import stream_in
from incidents.ledger.pipeline import Write, fetch, send
from incidents.ledger.receipts import RequestKey, fingerprint
from incidents.opening import Report
from incidents.terms import Assessment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from incidents.incident import Incident
    from incidents.incidents import Incidents
    from incidents.ledger.command import Command

BATCH = 20
LEASE = timedelta(minutes=1)
"""After which a heartbeat is looked at again that somebody had in hand, or that could not be handled."""
REFUSED_AGAIN = timedelta(hours=1)
"""After which a silence is told again of which the agreement took no incident."""
VIA = "heartbeat"

_log = structlog.get_logger(__name__)

_row = heartbeats.c
_instant = DateTime(timezone=True)
_due = (
    select(_row.stream)
    .where(_row.due_at <= bindparam("now", type_=_instant))
    .order_by(_row.due_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(heartbeats)
    .where(_row.stream == _due.c.stream)
    .values(due_at=bindparam("until", type_=_instant))
    .returning(*_row)
)
_STILL = select(_row.stream).where(_row.stream == bindparam("of"), _row.due_at == bindparam("until", type_=_instant))
_SETTLE = update(heartbeats).where(_row.stream == bindparam("of")).values(due_at=due(_row, _row.heard_at))
_POSTPONE = update(heartbeats).where(_row.stream == bindparam("of")).values(due_at=bindparam("until", type_=_instant))


class Watch:
    """Tells silences, and their ends. Any number of them may run."""

    def __init__(self, incidents: Incidents) -> None:
        """Take the use cases of incidents, and their ledger."""
        self._incidents = incidents
        self._ledger = incidents.ledger

    def run_once(self) -> int:
        """Handle one batch of heartbeats whose time has come; give how many. One that fails holds up no other."""
        now = self._ledger.clock.now()
        claimed = self._claim(now)
        for row in claimed:
            try:
                heartbeat = self._ledger.get(Heartbeat, row.stream)
                if self._still_ours(row):
                    self._look(heartbeat, row, now)
            except DATABASE_TROUBLE:
                raise  # no heartbeat's fault
            except (Conflict, Stale):
                self._settle(row)  # somebody was first: it is decided afresh
            except Exception:  # noqa: BLE001 - one that is broken must not silence the others; its lease runs out
                _log.exception("heartbeat_postponed", heartbeat=row.stream, seconds=LEASE.total_seconds())
        return len(claimed)

    def _claim(self, now: datetime) -> list[Row[Any]]:
        with self._ledger.engine.begin() as connection:
            return [*connection.execute(_CLAIM, {"now": now, "until": now + LEASE})]

    def _still_ours(self, row: Row[Any]) -> bool:
        """Whether nothing was heard or decided of it since it was claimed, nor somebody else has it in hand by now.

        Whoever did any of that has said when it is to be looked at next: its turn may come late in a batch.
        """
        with self._ledger.engine.connect() as connection:
            return bool(fetch(connection, _STILL, {"of": row.stream, "until": row.due_at}))

    def _look(self, heartbeat: Heartbeat, row: Row[Any], now: datetime) -> None:
        match verdict(row, now):
            case Missing(since):
                self._missed(heartbeat, row, since)
            case Back(heard_at):
                self._heard_again(heartbeat, row, heard_at)
            case None:
                self._settle(row)

    def _missed(self, heartbeat: Heartbeat, row: Row[Any], since: datetime) -> None:
        asked = Asked(by=heartbeat.actor, party=row.party, via=VIA, request=_request(heartbeat, "missed", since))
        report = Report(
            title=title(heartbeat),
            service=row.service,
            description=description(heartbeat, row),
            assessment=Assessment(row.impact, row.urgency),
        )

        def told(incident: Incident, command: Command) -> Heartbeat:
            # As it was judged: where somebody has changed it since, to pause it perhaps, that is first and this is not.
            seen = self._ledger.get(Heartbeat, row.stream, version=heartbeat.version)
            seen.miss(since, incident.public_id, at=command.recorded_at)
            return seen

        try:
            answer = self._incidents.declare(row.partnership, report, asked, told)
        except (InvalidField, NotFound, Refused) as refusal:
            self._refused(row, since, refusal)
            return
        if answer.replayed:
            self._settle(row)  # somebody else told of this silence, while we stood still
        else:
            _log.warning("heartbeat_missed", heartbeat=row.stream, name=row.name, incident=answer.incident.label)

    def _refused(self, row: Row[Any], since: datetime, refusal: InvalidField | NotFound | Refused) -> None:
        """Keep why, and come back later: the agreement may take it by then."""
        why = f"{refusal.field}: {refusal.message}" if isinstance(refusal, InvalidField) else refusal.message
        self._ledger.witness(Heartbeat, row.stream, lambda it, at: it.refuse(since, why, at=at))
        until = self._ledger.clock.now() + REFUSED_AGAIN
        self._write(Write(_POSTPONE, [{"of": row.stream, "until": until}]))
        _log.error("heartbeat_opened_no_incident", heartbeat=row.stream, name=row.name, why=why)

    def _heard_again(self, heartbeat: Heartbeat, row: Row[Any], heard_at: datetime) -> None:
        silence = Silence(row.silent_since, row.incident, row.refusal)
        if silence.incident is not None:
            self._say_in(heartbeat, silence, silence.incident, heard_at)
        self._ledger.witness(Heartbeat, row.stream, lambda it, at: it.hear(silence, heard_at, at=at))
        _log.info("heartbeat_heard_again", heartbeat=row.stream, name=row.name)

    def _say_in(self, heartbeat: Heartbeat, silence: Silence, public_id: str, heard_at: datetime) -> None:
        """Resolve the incident, or note it there: by one receipt, so that one of both is done, once."""
        stream, text = stream_in(heartbeat.partnership, public_id), heard_again(heartbeat, heard_at)
        request = _request(heartbeat, "heard", silence.since)
        asked = Asked(by=heartbeat.actor, party=heartbeat.party, via=VIA, request=request)
        incident = self._incidents.get(stream)
        with suppress(Refused):  # it was called a false alarm, or a duplicate: it takes no more words
            if heartbeat.settings.resolves and incident.status == "open" and not incident.taken:
                self._incidents.resolve(stream, text, replace(asked, revision=incident.revision))
            else:
                self._incidents.note(stream, text, asked)

    def _settle(self, row: Row[Any]) -> None:
        self._write(Write(_SETTLE, [{"of": row.stream}]))

    def _write(self, write: Write) -> None:
        with self._ledger.engine.connect() as connection:
            send(connection, [write], commit=True)


def _request(heartbeat: Heartbeat, what: str, since: datetime) -> RequestKey:
    key = f"{what}:{since.isoformat()}"
    return RequestKey(scope=heartbeat.actor, key=key, fingerprint=fingerprint(heartbeat.id, key))
