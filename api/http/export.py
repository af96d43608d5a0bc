"""Exports: a log in one file, whole, with its digest (RFC 9530).

The digest goes ahead of the content, so the file is written first: to disk, where no name leads to it, and in parts, so
that memory does not grow with the log.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from base64 import b64encode
from io import StringIO
from itertools import chain
from typing import IO, TYPE_CHECKING, NamedTuple

import orjson

from notifications.feed_view import event_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from incidents.feed import Entry

COLUMNS = (
    "id",
    "type",
    "incident",
    "version",
    "occurred_at",
    "recorded_at",
    "sequenced_at",
    "actor",
    "party",
    "source",
    "visible_to",
    "data",
    "withheld",
)
PART_BYTES = 64 * 1024
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection)."""


class Form(NamedTuple):
    """How a file is written: its media type, its first line, and how some entries are written."""

    media_type: str
    head: bytes
    content_of: Callable[[Sequence[Entry]], bytes]


class Export(NamedTuple):
    """A file that is ready to be sent; closing it removes it."""

    file: IO[bytes]
    size: int
    digest: str
    """As the header Content-Digest has it."""

    def parts(self) -> Iterator[bytes]:
        """Yield what is in it, from its beginning, and close it."""
        with self.file:
            self.file.seek(0)
            while part := self.file.read(PART_BYTES):
                yield part


def written(batches: Iterable[Sequence[Entry]], form: Form) -> Export:
    """Write entries to a file of no name."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        digest = hashlib.sha256()
        for part in chain([form.head], map(form.content_of, batches)):
            digest.update(part)
            file.write(part)
        size = file.tell()
    except BaseException:
        file.close()
        raise
    return Export(file, size, f"sha-256=:{b64encode(digest.digest()).decode('ascii')}:")


def jsonl(entries: Sequence[Entry]) -> bytes:
    """Write an event a line (jsonlines.org)."""
    return b"".join(orjson.dumps(event_view(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries)


def csv_rows(entries: Iterable[Entry]) -> bytes:
    """Write an event a row (RFC 4180)."""
    return _rows(map(_row, entries))


def _rows(rows: Iterable[Sequence[object]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(entry: Entry) -> list[object]:
    event = event_view(entry)
    incident = event["incident"]
    cells = {**event, "incident": incident and incident["id"]}
    return [_cell(cells[name]) for name in COLUMNS]


def _cell(value: object) -> object:
    """Write a value so that no spreadsheet takes it for a formula.

    In JSON a semicolon is escaped as well: where it separates columns, what follows it would begin a cell.
    """
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode().replace(";", "\\u003b")
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


FORMS = {
    "jsonl": Form("application/jsonl", b"", jsonl),
    "csv": Form("text/csv; charset=utf-8; header=present", _rows([COLUMNS]), csv_rows),
}
