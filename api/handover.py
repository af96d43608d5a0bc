"""The handover: at an agreement's end each party is given the record as it may see it, with a manifest of digests.

For each party a folder: `events.jsonl`, an event a line as the API exports them; `agreement-N.json` for each version;
and `manifest.json`, which names these files with their SHA-256. The manifest's digest is on record: whoever is shown
the folder later can tell whether it is the one.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from api.http.export import FORMS, written
from escalation.agreement.secrets import shown
from escalation.book.refusals import NotEnded
from escalation.changes import Sender
from incidents.disclosure import Viewer
from incidents.errors import InvalidField
from incidents.feed import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from api.bootstrap import Tocsin
    from escalation.book import Agreements
    from incidents.feed import Entry

EVENTS, MANIFEST = "events.jsonl", "manifest.json"


class Handed(NamedTuple):
    """What a party was given: its folder, the SHA-256 of the manifest in it, and how many events."""

    party: str
    folder: Path
    digest: str
    entries: int


def hand_over(tocsin: Tocsin, partnership: str, directory: Path, *, by: str) -> list[Handed]:
    """Write a folder for each party that receives the record, and put on record that it did.

    All that was sequenced when it began is in it.

    Raises:
        NotFound: there is no such partnership.
        NotEnded: its agreement has not ended.
        InvalidField: a party's folder is there already.
    """
    record = tocsin.book.record(partnership)
    if record.ended_at is None:
        raise NotEnded
    parties = tocsin.agreements.receivers(record)
    for party in parties:
        if (directory / party).exists():
            raise InvalidField("-o", f"{directory / party} is there already. Name another folder.")
    given = [_written(tocsin, record, party, directory / party) for party in parties]
    for handed in given:
        tocsin.agreements.hand_over(partnership, handed.party, handed.digest, handed.entries, Sender(by))
    return given


def _written(tocsin: Tocsin, record: Agreements, party: str, folder: Path) -> Handed:
    folder.mkdir(parents=True)
    viewer, counted = Viewer(party), _Counted()
    end = tocsin.feed.size(record.partnership)
    batches = tocsin.feed.batches(Wanted(record.partnership, viewer), before=end)
    with (folder / EVENTS).open("wb") as file:
        for part in written(counted.of(batches), FORMS["jsonl"]).parts():
            file.write(part)
    for number in sorted(record.versions):
        document = shown(tocsin.book.get(record.partnership, number), viewer).document
        _write(folder / f"agreement-{number}.json", document)
    manifest = _manifest(record, party, tocsin.agreements.records_kept_until(record), tocsin.clock.now())
    files = sorted(folder.iterdir())
    _write(folder / MANIFEST, manifest | {"events": counted.total, "files": [_described(file) for file in files]})
    return Handed(party, folder, _sha256(folder / MANIFEST), counted.total)


class _Counted:
    """Counts entries on their way."""

    def __init__(self) -> None:
        self.total = 0

    def of(self, batches: Iterator[list[Entry]]) -> Iterator[Sequence[Entry]]:
        for batch in batches:
            self.total += len(batch)
            yield batch


def _manifest(record: Agreements, party: str, kept_until: datetime | None, now: datetime) -> dict[str, Any]:
    return {
        "partnership": record.partnership,
        "party": party,
        "written_at": now.isoformat(),
        "ended_at": None if record.ended_at is None else record.ended_at.isoformat(),
        "records_kept_until": None if kept_until is None else kept_until.isoformat(),
    }


def _described(file: Path) -> dict[str, Any]:
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": _sha256(file)}


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
