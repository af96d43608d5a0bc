"""Reading a log: CSV with any columns, each row either understood or rejected with its reason.

A row is kept as what the mapping makes of it, with equal texts shared, so that a log of 100,000 rows in any order fits
into memory; the original columns of rejected rows are read from the file again when they are written out.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from sys import intern
from typing import TYPE_CHECKING, TypeVar

from api.importing.errors import CannotImport, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from api.importing.mapping import Cell, LogMapping, Meaning

T = TypeVar("T")

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=5)
MAX_TITLE, MAX_TEXT = 200, 10_000
"""Characters, as over HTTP; what is longer is cut, with an ellipsis."""
MAX_DIGITS = 30
"""Of a number that orders rows; Python itself refuses to read thousands of them."""

_ASSIGNEE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{0,127}")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as the mapping reads it; None is what it does not say."""

    line: int
    at: datetime
    order: int
    state: tuple[str, ...]
    meaning: Meaning
    reported: datetime | None
    service: str | None
    severity: str | None
    impact: str | None
    urgency: str | None
    assignee: str | None
    text: str | None
    title: str
    description: str | None


@dataclass
class Log:
    """A log that was read: the rows of each incident by the foreign id, and what became of all others."""

    incidents: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    rows: int = 0
    ignored: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    """Line (of the row's first character, from 1): reason."""
    last: datetime = EARLIEST
    """The instant of the last usable row: until then the log knows what happened."""


def read_log(path: Path, mapping: LogMapping, now: datetime) -> Log:
    """Read a whole log. CannotImport where the file, or its header, fits the mapping not at all."""
    log = Log()
    try:
        records = _records(path, mapping)
        reader = _Reader(mapping, _header(path, records, mapping), now + CLOCK_SKEW)
        for line, cells in records:
            log.rows += 1
            try:
                found = reader.row(line, cells)
            except Unusable as unusable:
                log.rejected[line] = str(unusable)
                continue
            if found is None:
                log.ignored += 1
            else:
                foreign_id, row = found
                log.incidents[foreign_id].append(row)
                log.last = max(log.last, row.at)
    except (OSError, UnicodeError) as error:
        raise CannotImport([f"{path}: cannot be read: {error}. Is file.encoding right in the mapping?"]) from error
    return log


def write_rejected(path: Path, mapping: LogMapping, rejected: dict[int, str]) -> Path | None:
    """Write the rejected rows beside the log, as they stand there, with line and reason; remove an older such file."""
    target = path.with_suffix(".rejected.csv")
    target.unlink(missing_ok=True)
    if not rejected:
        return None
    records = _records(path, mapping)
    with target.open("w", encoding=mapping.encoding, errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, delimiter=mapping.delimiter)
        header = _cells(next(records))
        writer.writerow([*header, "rejected_line", "rejected_because"])
        for record in records:
            if record[0] in rejected:
                cells = _cells(record)
                missing = [""] * (len(header) - len(cells))
                writer.writerow([*cells, *missing, record[0], rejected[record[0]]])
    return target


Record = tuple[int, "list[str] | csv.Error"]


def _cells(record: Record) -> list[str]:
    return record[1] if isinstance(record[1], list) else []


def _records(path: Path, mapping: LogMapping) -> Iterator[Record]:
    """Give each record that is not blank with the line on which it begins."""
    with path.open(encoding=mapping.encoding, errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=mapping.delimiter)
        while True:
            line = reader.line_num + 1
            try:
                cells: list[str] | csv.Error = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = error
            if cells:
                yield line, cells


def _header(path: Path, records: Iterator[Record], mapping: LogMapping) -> list[str]:
    """Give the names of the columns. CannotImport, naming each column that is missing or stands there twice."""
    header = [name.strip() for name in _cells(next(records, (0, [])))]
    wrong = [
        f"{path}: it has no column '{name}'; {_meant(name, header)}" for name in mapping.columns() if name not in header
    ]
    wrong += [f"{path}: two columns are called '{name}'" for name in mapping.columns() if header.count(name) > 1]
    if wrong and len(header) == 1:
        wrong.append(
            f"{path}: the header is a single column: set file.delimiter in the mapping (now {mapping.delimiter!r})"
        )
    if wrong:
        raise CannotImport(wrong)
    return header


def _meant(name: str, header: Sequence[str]) -> str:
    near = get_close_matches(name, header, n=1)
    return f"did you mean '{near[0]}'?" if near else f"it has {', '.join(header)}"


class _Reader:
    """Makes rows of records."""

    def __init__(self, mapping: LogMapping, header: Sequence[str], latest: datetime) -> None:
        self._mapping = mapping
        self._width = len(header)
        self._place = {name: header.index(name) for name in mapping.columns()}
        self._latest = latest

    def row(self, line: int, cells: list[str] | csv.Error) -> tuple[str, Row] | None:
        """Give the foreign id and the row; None for one that means nothing. Unusable."""
        if not isinstance(cells, list):
            raise Unusable(f"not CSV: {cells}")
        if len(cells) != self._width:
            raise Unusable(f"{len(cells)} columns instead of {self._width}")
        mapping = self._mapping

        def cell(column: str | None) -> Cell:
            return None if column is None else self._cell(cells[self._place[column]], column)

        foreign_id = self._needed(cell(mapping.id), "id", mapping.id)
        state = tuple(intern(cell(column) or "") for column in mapping.state)
        meaning = mapping.meaning(state)
        if meaning.ignored:
            return None
        return intern(foreign_id), self._understood(line, state, meaning, cell)

    def _understood(
        self, line: int, state: tuple[str, ...], meaning: Meaning, cell: Callable[[str | None], Cell]
    ) -> Row:
        mapping = self._mapping
        severity, impact, urgency = (
            choice.of(cell(choice.column)) if choice is not None else None
            for choice in (mapping.severity.severity, mapping.severity.impact, mapping.severity.urgency)
        )
        return Row(
            line=line,
            at=self._needed(self._instant(cell(mapping.time), mapping.time), "time", mapping.time),
            order=_whole(cell(mapping.order), mapping.order),
            state=state,
            meaning=meaning,
            reported=self._instant(cell(mapping.reported), mapping.reported),
            service=mapping.service.of(cell(mapping.service.column)),
            severity=severity,
            impact=impact,
            urgency=urgency,
            assignee=_person(cell(mapping.assignee.column), mapping.assignee.column) if mapping.assignee else None,
            text=_cut(cell(mapping.text), MAX_TEXT),
            title=intern(_cut(" ".join(mapping.title.fill(cell).split()), MAX_TITLE) or "?"),
            description=_cut(mapping.description.fill(cell), MAX_TEXT) if mapping.description else None,
        )

    @staticmethod
    def _needed(value: T | None, what: str, column: str) -> T:
        if value is None:
            raise Unusable(f"no {what} in column {column}")
        return value

    def _cell(self, raw: str, column: str) -> Cell:
        value = raw.strip()
        if _UNREADABLE.search(value):
            raise Unusable(f"column {column}: bytes that are not text in the encoding {self._mapping.encoding}")
        return None if not value or value in self._mapping.missing else value

    def _instant(self, value: Cell, column: str | None) -> datetime | None:
        if value is None:
            return None
        try:
            found = self._mapping.instants.read(value)
        except Unusable as unusable:
            raise Unusable(f"column {column}: {unusable}") from None
        if not EARLIEST <= found <= self._latest:
            raise Unusable(f"column {column}: '{value}' lies {'before 1970' if found < EARLIEST else 'in the future'}")
        return found


def _whole(value: Cell, column: str | None) -> int:
    if value is None:
        return 0
    if not value.isascii() or not value.isdigit() or len(value) > MAX_DIGITS:
        raise Unusable(f"column {column}: '{value[:40]}' is no whole number")
    return int(value)


def _person(value: Cell, column: str) -> str | None:
    """Give the id of a person: a name would stay in the record for ever."""
    if value is None:
        return None
    found = "-".join(value.split())
    if not _ASSIGNEE.fullmatch(found):
        raise Unusable(
            f"column {column}: '{value[:60]}' is no id of a person; name another column, or leave assignee out"
        )
    return intern(found)


def _cut(value: Cell, most: int) -> str | None:
    return value if value is None or len(value) <= most else f"{value[: most - 1]}…"
