"""What there is to see after a run: what was sent and answered, what the database holds, what the sink took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from escalation.tables import deadlines
from incidents.incident import Incident
from incidents.ledger.queries import SELECT_ALL, leaf_event
from incidents.ledger.tables import events, followers, logs, pending, receipts, sequence
from incidents.timeline import Entry, timeline
from notifications.queue.tables import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from api.bootstrap import Tocsin
    from incidents.ledger.mapper import LeafEvent
    from tests.faults.load import Command

SCOPE_OF_LOAD = "key:%"


@dataclass(frozen=True)
class ReceiptRow:
    """A receipt: which request led to which version of which stream."""

    key: str
    stream: str
    version: int


@dataclass(frozen=True)
class StoredRow:
    """A stored event."""

    stream: str
    version: int
    partnership: str
    leaf: bytes


@dataclass(frozen=True)
class SequenceRow:
    """An event's place in the one order."""

    position: int
    partnership: str
    index: int
    stream: str
    version: int
    leaf_hash: bytes


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery and what became of it."""

    id: str
    stream: str
    status: str


@dataclass(frozen=True)
class Arrival:
    """A message that the sink took."""

    delivery: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Observations:
    """Everything that the checks look at."""

    commands: Sequence[Command]
    timelines: Mapping[str, Sequence[Entry]]
    """The facts of each incident, by stream."""
    receipts: Sequence[ReceiptRow]
    stored: Sequence[StoredRow]
    sequence: Sequence[SequenceRow]
    log_sizes: Mapping[str, int]
    unsequenced: int
    armed: Sequence[str]
    """Streams with a deadline that is still to come, or overdue."""
    deliveries: Sequence[DeliveryRow]
    arrivals: Sequence[Arrival]
    replay: Sequence[str]
    """What the replay check found to differ."""


def quiet(tocsin: Tocsin) -> bool:
    """Say whether nothing is left to do: no rung to come, nothing to sequence, to follow or to send."""
    last = select(func.coalesce(func.max(sequence.c.position), 0)).scalar_subquery()
    left = (
        select(func.count()).select_from(followers).where(followers.c.position < last),
        select(func.count()).select_from(deadlines),
        select(func.count()).select_from(pending),
        select(func.count()).select_from(deliveries).where(deliveries.c.status == "waiting"),
    )
    with tocsin.ledger.recorder.reading.connect() as connection:
        return not any(connection.execute(query).scalar_one() for query in left)


def observe(
    tocsin: Tocsin, commands: Sequence[Command], arrivals: Sequence[Arrival], replay: Sequence[str]
) -> Observations:
    """Read everything."""
    receipt, event, place = receipts.c, events.c, sequence.c
    return Observations(
        commands=commands,
        timelines=timelines(tocsin),
        receipts=_rows(tocsin, ReceiptRow, select(receipt.key, receipt.stream, receipt.version)),
        stored=_rows(tocsin, StoredRow, select(event.stream, event.version, event.partnership, event.leaf)),
        sequence=_rows(tocsin, SequenceRow, select(*(place[name] for name in SequenceRow.__dataclass_fields__))),
        log_sizes=dict(_rows(tocsin, lambda *row: row, select(logs.c.partnership, logs.c.size))),
        unsequenced=_rows(tocsin, int, select(func.count()).select_from(pending))[0],
        armed=_rows(tocsin, str, select(deadlines.c.stream)),
        deliveries=_rows(
            tocsin, DeliveryRow, select(*(deliveries.c[name] for name in DeliveryRow.__dataclass_fields__))
        ),
        arrivals=arrivals,
        replay=replay,
    )


def _rows(tocsin: Tocsin, make: Any, query: Select[Any]) -> list[Any]:  # noqa: ANN401 - any row, made into anything
    with tocsin.ledger.recorder.reading.connect() as connection:
        return [make(*row) for row in connection.execute(query)]


def timelines(tocsin: Tocsin) -> dict[str, list[Entry]]:
    """Read every incident's facts, in clear."""
    streams: dict[str, list[LeafEvent]] = {}
    with tocsin.ledger.recorder.reading.connect() as connection:
        for row in connection.execute(SELECT_ALL):
            streams.setdefault(row[0], []).append(leaf_event(row))
    records = {stream: tocsin.ledger.restore(stored) for stream, stored in streams.items()}
    catalogue = tocsin.ledger.catalogue
    return {
        stream: [entry for entry in timeline(it, catalogue) if isinstance(entry, Entry)]
        for stream, it in records.items()
        if isinstance(it, Incident)
    }
