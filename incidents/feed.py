"""The feed: a partnership's log in its one order, as one viewer may see it now.

It is read from the sequence alone, so nobody who goes on where they stopped misses anything that was theirs to see.
No facts are made on the way: stored events become JSON, and `disclosure.py` says what of it is withheld. Restrictions
are read after the events: they are committed with them or later, never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import bindparam, select

from incidents.disclosure import withheld_from, without_others_people
from incidents.errors import InvalidField
from incidents.happenings import WHOLE
from incidents.ledger.pipeline import fetch
from incidents.ledger.queries import SELECT_LOG
from incidents.ledger.reach import reaching
from incidents.ledger.sealing import Hidden
from incidents.ledger.tables import logs
from incidents.restrictions import of_streams
from incidents.timeline import OF_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from incidents.disclosure import Restriction, Viewer
    from incidents.ledger.catalogue import Catalogue, Data, EventType
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.mapper import LeafMapper, Opened

BATCH = 500
"""Events that are read at once: many enough to be quick, few enough to be held in memory."""
FEW = 20
"""Events that are read at once at least, where most may be left out."""
LOOKED_AT = 20_000
"""Events that one page looks at, at most: it then says that there is more, and shows what it found."""
BEGINNING = -1
END = 2**62

_SIZE = select(logs.c.size).where(logs.c.partnership == bindparam("wanted"))


class Entry(NamedTuple):
    """An event as its viewer may see it; instants are text, as leaves have them. `place` is its index in the log."""

    place: int
    id: str
    type: str
    stream: str
    version: int
    occurred_at: str
    recorded_at: str
    sequenced_at: str
    actor: str
    party: str | None
    source: str | None
    visible_to: list[str] | None
    data: Data
    withheld: dict[str, str]


class Wanted(NamedTuple):
    """Whose log, who reads, and which types, by their stored names; None: all."""

    partnership: str
    viewer: Viewer
    types: frozenset[str] | None = None


class Page(NamedTuple):
    """Some entries, the index after which the next page begins, and whether there may be more by now."""

    entries: Sequence[Entry]
    after: int
    more: bool


class Feed:
    """Reads logs for viewers. Each batch has a connection of its own: none is held in between."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger."""
        self._reading = ledger.recorder.reading
        self._mapper = ledger.mapper

    def size(self, partnership: str) -> int:
        """Give how many events the log has: their indexes are below it."""
        with reaching(partnership), self._reading.connect() as connection:
            rows = fetch(connection, _SIZE, {"wanted": partnership})
        return int(rows[0][0]) if rows else 0

    def page(self, wanted: Wanted, after: int, most: int) -> Page:
        """Give the next entries. It ends with the last one given, or at the log's end: never beyond what is given."""
        found: list[Entry] = []
        begun = after
        while after - begun < LOOKED_AT:
            look_at = min(BATCH, max(FEW, most + 1 - len(found)))
            entries, read = self._batch(wanted, {"after": after, "before": END, "most": look_at})
            found += entries
            if len(found) > most:
                return Page(found[:most], found[most - 1].place, more=True)
            after = read[-1][0] if read else after
            if len(read) < look_at:
                return Page(found, after, more=False)
        return Page(found, after, more=True)

    def batches(self, wanted: Wanted, after: int = BEGINNING, before: int = END) -> Iterator[list[Entry]]:
        """Yield the entries between two indexes, batch by batch."""
        read: Sequence[Sequence[Any]] = [()] * BATCH
        while len(read) == BATCH:
            entries, read = self._batch(wanted, {"after": after, "before": before, "most": BATCH})
            after = read[-1][0] if read else after
            yield entries

    def at(self, wanted: Wanted, place: int) -> Entry | None:
        """Give the entry at an index; None where there is none for this viewer."""
        entries, _ = self._batch(wanted, {"after": place - 1, "before": END, "most": 1})
        return entries[0] if entries else None

    def _batch(self, wanted: Wanted, span: dict[str, int]) -> tuple[list[Entry], Sequence[Sequence[Any]]]:
        with reaching(wanted.partnership), self._reading.connect() as connection:
            rows = fetch(connection, SELECT_LOG, {"wanted": wanted.partnership, **span}, binary=True)
            asked = [row for row in rows if wanted.types is None or row[4] in wanted.types]
            streams = [] if wanted.viewer.everything else sorted({row[2] for row in asked})
            rules = of_streams(streams, connection) if streams else {}
        return list(_entries(asked, self._mapper, wanted.viewer, rules)), rows


def types_named(words: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    """Give the stored names that words ask for: `incident.noted`, `incident.noted.v1`, `incident.*`. InvalidField."""
    names = catalogue.names()
    found: set[str] = set()
    for word in words:
        meant = {stored for stored, today in names.items() if word in words_for(today)}
        if not meant:
            right = "Use types such as incident.noted, incident.noted.v1, or incident.* for all of a kind."
            raise InvalidField("types", f"No event is called {word}. {right}")
        found |= meant
    return frozenset(found)


def usual_types(catalogue: Catalogue) -> frozenset[str]:
    """Give the stored names of all types but records of reads: a follower would meet its own reading for ever."""
    return frozenset(stored for stored, today in catalogue.names().items() if not today.startswith("access."))


def words_for(name: str) -> set[str]:
    """Give the words that mean a type, by its name of today."""
    return {name, name.rpartition(".")[0], f"{name.partition('.')[0]}.*"}


def _entries(
    rows: Iterable[Sequence[Any]],
    mapper: LeafMapper,
    viewer: Viewer,
    rules: Mapping[tuple[str, int], Mapping[str, Restriction]],
) -> Iterator[Entry]:
    for row in rows:
        _, _, stream, version, name, leaf, fields, key = row
        withheld = withheld_from(viewer, name, rules.get((stream, 1), {}), rules.get((stream, version), {}))
        if WHOLE not in withheld:
            opened = mapper.opened(stream, name, leaf, orjson.loads(fields) if fields else {}, key)
            yield _entry(row, opened, withheld, viewer)


def _entry(row: Sequence[Any], opened: Opened, withheld: Mapping[str, str], viewer: Viewer) -> Entry:
    index, stamp, stream, version = row[:4]
    event_type, leaf = opened.event_type, opened.leaf
    data: dict[str, Any] = opened.data
    gone = {name: value.why for name, value in data.items() if isinstance(value, Hidden)}
    gone |= {name: why for name, why in withheld.items() if name in data}
    if "pages" in data:
        data = data | {"pages": without_others_people(data["pages"], viewer)}
    return Entry(
        index,
        leaf["id"],
        event_type.name,
        stream,
        version,
        leaf["at"],
        leaf["recorded_at"],
        stamp,
        leaf["actor"],
        data.get("for_party"),
        _source(event_type, data),
        data.get("visible_to"),
        {name: None if name in gone else data[name] for name in sorted(data) if name not in OF_ORIGIN},
        gone,
    )


def _source(event_type: EventType, data: Mapping[str, Any]) -> str | None:
    return "engine" if event_type.event_class.SYSTEM else data.get("via")
