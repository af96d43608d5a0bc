"""The recorder: where facts become rows. Implements the `eventsourcing` library's ApplicationRecorder.

It takes no lock and gives out no position: the sequencer does that after the commit (design decisions 2 and 3).
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from psycopg import errors
from sqlalchemy import ARRAY, Text, bindparam, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.facts import partnership_of
from incidents.ledger.mapper import LeafEvent
from incidents.ledger.pipeline import Write, fetch, send
from incidents.ledger.tables import disclosures, events, pending, receipts, sequence, stream_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Connection, Engine, Select

    from incidents.ledger.receipts import Receipt

INSERT_RECEIPT = insert(receipts)
INSERT_KEY = upsert(stream_keys).on_conflict_do_nothing()
INSERT_EVENT = insert(events)
INSERT_DISCLOSURE = insert(disclosures)
INSERT_PENDING = insert(pending)
NO_LIMIT = 2**31 - 1


class ReceiptExists(Exception):  # noqa: N818 - it is an answer, not a fault
    """This request was carried out before."""


class Recorder(ApplicationRecorder):
    """Appends and reads events. Every command's rows go in one transaction and one round trip."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the runtime role."""
        self.engine = engine
        self.reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events, with what belongs to their commit; positions are the sequencer's, so None is returned.

        Keywords: `receipt`, `keys` (stream → new key), `before` and `after` (further writes), and `connection`
        to take part in a transaction that somebody else commits. IntegrityError when a version is taken;
        ReceiptExists when the request was carried out before. Either way nothing is written.
        """
        if not stored_events:
            return None
        writes = _writes(stored_events, **{name: kwargs[name] for name in kwargs if name != "connection"})
        connection = cast("Connection | None", kwargs.get("connection"))
        if connection is not None:
            _send(connection, writes, commit=False)
        else:
            with self.engine.connect() as own:
                _send(own, writes, commit=True)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read a stream's events."""
        row = {
            "wanted": originator_id,
            "above": -1 if gt is None else gt,
            "up_to": NO_LIMIT if lte is None else lte,
            "most": limit,
        }
        with self.reading.connect() as connection:
            found = fetch(connection, SELECT_DESCENDING if desc else SELECT_ASCENDING, row)
        return [leaf_event(each) for each in found]

    def select_streams(self, streams: Sequence[str], connection: Connection) -> Mapping[str, list[LeafEvent]]:
        """Read many streams at once, each in order."""
        found: dict[str, list[LeafEvent]] = defaultdict(list)
        for row in fetch(connection, SELECT_STREAMS, {"streams": list(streams)}):
            found[row[0]].append(leaf_event(row))
        return found

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read sequenced events in the one order, from a position on."""
        query = (
            select(sequence.c.position, events.c.stream, events.c.version, events.c.type, events.c.leaf)
            .join_from(
                sequence,
                events,
                (sequence.c.stream == events.c.stream) & (sequence.c.version == events.c.version),
            )
            .order_by(sequence.c.position)
            .limit(limit)
        )
        if start is not None:
            query = query.where(
                sequence.c.position >= start if inclusive_of_start else sequence.c.position > start,
            )
        if stop is not None:
            query = query.where(sequence.c.position <= stop)
        if topics:
            query = query.where(events.c.type.in_(topics))
        with self.reading.connect() as connection:
            rows = connection.execute(query).all()
        return [Notification(stream, version, topic, bytes(leaf), id=at) for at, stream, version, topic, leaf in rows]

    def max_notification_id(self) -> int | None:
        """Give the last position that has been given out; None before the first."""
        with self.reading.connect() as connection:
            return connection.execute(select(func.max(sequence.c.position))).scalar()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[Recorder]:
        """Iterate over sequenced events, waiting for more at the end."""
        return PollingSubscription(self, gt, topics)


class PollingSubscription(Subscription[Recorder]):
    """Sequenced events one by one, polled for: a LISTEN can be missed or die, a poll can't."""

    POLL_SECONDS = 0.25

    def __next__(self) -> Notification:
        """Give the next event; StopIteration once stopped."""
        while not self._has_been_stopped:
            found = self._recorder.select_notifications(
                self._last_notification_id, 1, topics=self._topics, inclusive_of_start=False
            )
            if found:
                self._last_notification_id = found[0].id
                return found[0]
            time.sleep(self.POLL_SECONDS)
        raise StopIteration


def _select(condition: Any) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's own type for a condition
    """Events with their disclosures and key, each row in leaf_event's order."""
    beside = (disclosures.c.stream == events.c.stream) & (disclosures.c.version == events.c.version)
    return (
        select(
            events.c.stream,
            events.c.version,
            events.c.type,
            events.c.leaf,
            disclosures.c.fields,
            stream_keys.c.key,
        )
        .select_from(
            events.outerjoin(disclosures, beside).outerjoin(stream_keys, stream_keys.c.stream == events.c.stream)
        )
        .where(condition)
    )


_IN_RANGE = (
    (events.c.stream == bindparam("wanted"))
    & (events.c.version > bindparam("above"))
    & (events.c.version <= bindparam("up_to"))
)
SELECT_ASCENDING = _select(_IN_RANGE).order_by(events.c.version).limit(bindparam("most"))
SELECT_DESCENDING = _select(_IN_RANGE).order_by(events.c.version.desc()).limit(bindparam("most"))
SELECT_STREAMS = _select(events.c.stream == func.any(bindparam("streams", type_=ARRAY(Text)))).order_by(events.c.stream, events.c.version)
SELECT_ALL = _select(literal(value=True)).order_by(events.c.stream, events.c.version)
DELETE_KEY = delete(stream_keys).where(stream_keys.c.stream == bindparam("wanted"))


def leaf_event(row: Sequence[Any]) -> LeafEvent:
    """Make a stored event of a row of `_select`."""
    stream, version, topic, leaf, fields, key = row
    return LeafEvent(stream, version, topic, bytes(leaf), fields or {}, bytes(key) if key is not None else None)


def _writes(
    stored_events: Sequence[StoredEvent],
    *,
    receipt: Receipt | None = None,
    keys: Mapping[str, bytes] | None = None,
    before: Sequence[Write] = (),
    after: Sequence[Write] = (),
) -> list[Write]:
    """Order one commit's writes.

    The receipt comes first, so that a repeated request stops there; then the rows that others lock too
    (`before`), so that whoever waits holds nothing that the one ahead needs: no deadlock.
    """
    partnerships = {partnership_of(str(event.originator_id)) for event in stored_events}
    if len(partnerships) != 1:
        message = f"one commit, one partnership; here are {sorted(partnerships)}"
        raise ProgrammingError(message)
    [partnership] = partnerships
    rows = [_rows(event, partnership) for event in stored_events]
    new_keys = [{"stream": stream, "partnership": partnership, "key": key} for stream, key in (keys or {}).items()]
    return [
        Write(INSERT_RECEIPT, [receipt.row(partnership)] if receipt else []),
        *before,
        Write(INSERT_EVENT, [event for event, _ in rows]),
        Write(INSERT_KEY, new_keys),
        Write(INSERT_DISCLOSURE, [beside for _, beside in rows if beside["fields"]]),
        Write(INSERT_PENDING, [{"partnership": partnership, "spans": {"spans": _spans(stored_events)}}]),
        *after,
    ]


def _rows(event: StoredEvent, partnership: str) -> tuple[dict[str, Any], dict[str, Any]]:
    place = {"stream": str(event.originator_id), "version": event.originator_version, "partnership": partnership}
    fields = event.disclosures if isinstance(event, LeafEvent) else {}
    return {**place, "type": event.topic, "leaf": event.state}, {**place, "fields": dict(fields)}


def _spans(stored_events: Iterable[StoredEvent]) -> list[list[Any]]:
    """Give the commit's streams, each with the first and last version it adds."""
    spans: dict[str, list[Any]] = {}
    for event in stored_events:
        stream, version = str(event.originator_id), event.originator_version
        spans.setdefault(stream, [stream, version, version])[2] = version
    return list(spans.values())


def _send(connection: Connection, writes: Sequence[Write], *, commit: bool) -> None:
    """Send, and say by the constraint's name which promise would have been broken."""
    try:
        send(connection, writes, commit=commit)
    except errors.UniqueViolation as error:
        if error.diag.constraint_name == "receipts_pkey":
            raise ReceiptExists from error
        raise IntegrityError(str(error)) from error
    except errors.OperationalError as error:
        raise OperationalError(str(error)) from error
