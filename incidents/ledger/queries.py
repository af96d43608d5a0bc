"""How stored events are read: each with the disclosures and the key that lie beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, cast, func, select

from incidents.ledger.mapper import LeafEvent
from incidents.ledger.tables import disclosures, events, sequence, stream_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = (
    events.c.stream,
    events.c.version,
    events.c.type,
    events.c.leaf,
    disclosures.c.fields,
    stream_keys.c.key,
)
_DISCLOSED = (disclosures.c.stream == events.c.stream) & (disclosures.c.version == events.c.version)
_PLACED = (sequence.c.stream == events.c.stream) & (sequence.c.version == events.c.version)
_BESIDE = events.outerjoin(disclosures, _DISCLOSED).outerjoin(stream_keys, stream_keys.c.stream == events.c.stream)

SELECT_ALL = select(*_COLUMNS).select_from(_BESIDE).order_by(events.c.stream, events.c.version)
SELECT_STREAMS = SELECT_ALL.where(events.c.stream == func.any(bindparam("streams", type_=ARRAY(Text))))
_IN_RANGE = (
    (events.c.stream == bindparam("wanted"))
    & (events.c.version > bindparam("above"))
    & (events.c.version <= bindparam("up_to"))
)
SELECT_ASCENDING = SELECT_ALL.where(_IN_RANGE).limit(bindparam("most"))
SELECT_DESCENDING = SELECT_ASCENDING.order_by(None).order_by(events.c.version.desc())

SELECT_AFTER = (
    select(sequence.c.position, sequence.c.partnership, *_COLUMNS)
    .select_from(_BESIDE.join(sequence, _PLACED))
    .where(sequence.c.position > bindparam("after"))
    .order_by(sequence.c.position)
    .limit(bindparam("most"))
)

_index = sequence.c["index"]
# A log has no gaps: so many events are a range. With a LIMIT the planner, to whom row-level security makes partnerships
# look small, reads the log to its end for each part of it, and a whole log takes the square of the time.
_AFTER, _MOST = bindparam("after", type_=BigInteger), bindparam("most", type_=BigInteger)
_STAMP = func.to_char(func.timezone("UTC", sequence.c.sequenced_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
SELECT_LOG = (
    select(
        _index,
        _STAMP,
        events.c.stream,
        events.c.version,
        events.c.type,
        events.c.leaf,
        cast(disclosures.c.fields, Text),
        stream_keys.c.key,
    )
    .select_from(_BESIDE.join(sequence, _PLACED))
    .where(sequence.c.partnership == bindparam("wanted"))
    .where(_index > _AFTER, _index <= _AFTER + _MOST, _index < bindparam("before"))
    .order_by(_index)
)
"""A log in its order: index, instant as leaves write it, and what `_COLUMNS` has, the disclosures as the JSON they are.

The driver would make values of them one by one, and take three times as long.
"""


@dataclass(frozen=True)
class Placed:
    """A stored event at its place in the one order."""

    position: int
    partnership: str
    stored: LeafEvent


def leaf_event(row: Sequence[Any]) -> LeafEvent:
    """Make a stored event of a row of `_COLUMNS`."""
    stream, version, topic, leaf, fields, key = row
    return LeafEvent(stream, version, topic, bytes(leaf), fields or {}, bytes(key) if key is not None else None)


def placed(row: Sequence[Any]) -> Placed:
    """Make a placed event of a row of SELECT_AFTER."""
    position, partnership, *event = row
    return Placed(position, partnership, leaf_event(event))
