"""The recorder: where facts become rows. Implements the `eventsourcing` library's ApplicationRecorder.

It takes no lock and gives out no position: the sequencer does that after the commit (design decisions 2 and 3).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from psycopg import errors
from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.facts import partnership_of
from incidents.ledger.mapper import LeafEvent
from incidents.ledger.pipeline import Write, fetch, send
from incidents.ledger.queries import SELECT_ASCENDING, SELECT_DESCENDING, SELECT_STREAMS, leaf_event
from incidents.ledger.subscription import PollingSubscription
from incidents.ledger.tables import disclosures, events, pending, receipts, sequence, stream_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from eventsourcing.persistence import Subscription
    from sqlalchemy import Connection, Engine

    from incidents.ledger.receipts import Receipt

INSERT_RECEIPT = insert(receipts)
INSERT_KEY = upsert(stream_keys).on_conflict_do_nothing()
INSERT_EVENT = insert(events)
INSERT_DISCLOSURE = insert(disclosures)
INSERT_PENDING = insert(pending)
NO_LIMIT = 2**31 - 1


class ReceiptExists(Exception):
    """This request was carried out before."""


class Recorder(ApplicationRecorder):
    """Appends and reads events. Every command's rows go in one transaction and one round trip."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the runtime role."""
        self.engine = engine
        self.reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ANN401 - the library's signature
    ) -> Sequence[int] | None:
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
            with self.reading.connect() as own:  # in autocommit mode, so that BEGIN needs no round trip of its own
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

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Iterate over sequenced events, waiting for more at the end."""
        return PollingSubscription(self, gt, topics)


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
    """Give the commit's streams, each with the first and last version it adds. ProgrammingError for a gap.

    With a gap the sequencer would take facts of other commits for this one's.
    """
    spans: dict[str, list[Any]] = {}
    for event in stored_events:
        stream, version = str(event.originator_id), event.originator_version
        span = spans.setdefault(stream, [stream, version, version - 1])
        if version not in {span[2], span[2] + 1}:
            message = f"{stream} goes from version {span[2]} to {version} in one commit"
            raise ProgrammingError(message)
        span[2] = version
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
