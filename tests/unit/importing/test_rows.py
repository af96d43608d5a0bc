from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.importing.errors import CannotImport
from api.importing.mapping_file import read_mapping
from api.importing.rows import read_log, write_rejected

if TYPE_CHECKING:
    from api.importing.mapping import LogMapping
    from api.importing.rows import Log

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "network-desk"
HEADER = "Ticket;Seq;Changed;Stage;Detail;Impact;Kind;Site;Remark\n"
ROW = "T-1;1;2025-03-04T09:00:00Z;Queued;New;Major;Terminal;Lugo;-\n"


@pytest.fixture(scope="module")
def mapping() -> LogMapping:
    """Give the mapping of the sample log."""
    return read_mapping(EXAMPLE / "mapping.yaml")[0]


def read(tmp_path: Path, mapping: LogMapping, content: bytes | str) -> Log:
    """Read a log of this content."""
    path = tmp_path / "log.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_log(path, mapping, NOW)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(
    tmp_path: Path, mapping: LogMapping, mark: bytes, line_end: bytes
) -> None:
    """The same row comes out of all four files."""
    log = read(tmp_path, mapping, mark + (HEADER + ROW).encode().replace(b"\n", line_end))
    [row] = log.incidents["T-1"]
    assert (row.line, row.at, row.state, row.severity) == (
        2,
        datetime(2025, 3, 4, 9, tzinfo=UTC),
        ("Queued", "New"),
        "S1",
    )
    assert (row.service, row.title, row.text) == ("terminals", "Terminal at Lugo", None)


def test_a_quoted_line_break_belongs_to_its_row(tmp_path: Path, mapping: LogMapping) -> None:
    """The next row still knows its own line."""
    log = read(tmp_path, mapping, HEADER + ROW.replace("-\n", '"two\nlines"\n') + "\n" + ROW.replace("T-1", "T-2"))
    assert log.incidents["T-1"][0].text == "two\nlines"
    assert log.incidents["T-2"][0].line == 5
    assert log.rows == 2


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("T-1", "", "no id in column Ticket"),
        (";1;", ";one;", "column Seq: 'one' is no whole number"),
        (";1;", f";{'9' * 5000};", "is no whole number"),
        ("2025-03-04T09:00:00Z", "", "no time in column Changed"),
        ("2025-03-04T09:00:00Z", "2025-02-30T09:00:00Z", "no instant of the form iso"),
        ("2025-", "2035-", "lies in the future"),
        ("2025-", "1905-", "lies before 1970"),
        ("Queued", "Lost", "no meaning for the state 'Lost' / 'New'"),
        ("Terminal", "Fridge", "column Kind: the mapping has no meaning for 'Fridge'"),
        ("Lugo;", "", "8 columns instead of 9"),
        ("Lugo", "L\x00ugo", "bytes that are not text"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(
    tmp_path: Path, mapping: LogMapping, old: str, new: str, reason: str
) -> None:
    """Its line and the reason are kept; the row after it is read."""
    log = read(tmp_path, mapping, HEADER + ROW.replace(old, new) + ROW)
    assert reason in log.rejected[2]
    assert (log.rows, [row.line for row in log.incidents["T-1"]]) == (2, [3])


def test_bytes_of_another_encoding_reject_their_row_and_survive_in_the_file(
    tmp_path: Path, mapping: LogMapping
) -> None:
    """A file of mixed encodings loses nothing: the rejected row is written as it stood."""
    log = read(tmp_path, mapping, (HEADER + ROW).encode().replace(b"Lugo", b"Logro\xf1o"))
    assert "encoding utf-8" in log.rejected[2]
    target = write_rejected(tmp_path / "log.csv", mapping, log.rejected)
    assert target is not None
    assert b"Logro\xf1o" in target.read_bytes()


def test_a_row_that_means_nothing_is_counted_and_left_out(tmp_path: Path, mapping: LogMapping) -> None:
    """It is neither rejected nor part of an incident, whatever else stands in it."""
    log = read(tmp_path, mapping, HEADER + "T-9;x;never;Sync;-;-;-;-;-\n")
    assert (log.rows, log.ignored, log.rejected, dict(log.incidents)) == (1, 1, {}, {})


def test_columns_that_are_missing_are_told_at_once(tmp_path: Path, mapping: LogMapping) -> None:
    """Each is a line that proposes what was meant."""
    with pytest.raises(CannotImport) as refused:
        read(tmp_path, mapping, HEADER.replace("Ticket", "Tickets").replace("Remark", "Site") + ROW)
    told = "\n".join(refused.value.lines)
    assert "no column 'Ticket'; did you mean 'Tickets'?" in told
    assert "no column 'Remark'" in told
    assert "two columns are called 'Site'" in told


def test_the_wrong_delimiter_is_told(tmp_path: Path, mapping: LogMapping) -> None:
    """A header that is a single column hints at it."""
    with pytest.raises(CannotImport, match=r"file\.delimiter"):
        read(tmp_path, mapping, HEADER.replace(";", ","))


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_told(tmp_path: Path, mapping: LogMapping, content: bytes) -> None:
    """There is no header to look for columns in."""
    with pytest.raises(CannotImport, match="no column 'Ticket'"):
        read(tmp_path, mapping, content)
