"""What an import costs, from the CSV file to the figures: rows/s (at least 1,500 on 2 cores).

Run it with `python -m benchmarks import_log`. It takes the public log at TOCSIN_SERVICENOW_LOG, or else the excerpt of
it that the tests have, repeated under other ids to as many rows.
"""

from __future__ import annotations

import csv
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from api.bootstrap import build
from api.importing.mapping_file import read_mapping
from api.importing.rows import read_log
from api.importing.run import import_log
from benchmarks.measure import Measure

ROOT = Path(__file__).resolve().parent.parent
MAPPING = ROOT / "examples" / "servicenow" / "mapping.yaml"
EXCERPT = ROOT / "tests" / "data" / "servicenow_excerpt.csv"
ROWS = 6_000
ROWS_PER_SECOND = 1_500


def run(url: str) -> list[Measure]:
    """Import once, and once more."""
    with tempfile.TemporaryDirectory() as directory:
        given = os.environ.get("TOCSIN_SERVICENOW_LOG")
        log = Path(given) if given else _repeated(Path(directory))
        first, rows = _seconds(url, log)
        again, _ = _seconds(url, log)
    return [
        Measure(name="rows imported", value=rows / first, unit="rows/s", limit=ROWS_PER_SECOND, at_least=True),
        Measure(name="rows found imported before", value=rows / again, unit="rows/s"),
    ]


def _seconds(url: str, path: Path) -> tuple[float, int]:
    """Give how long an import takes, all told, and the rows it had."""
    started = perf_counter()
    mapping, agreement = read_mapping(MAPPING)
    log = read_log(path, mapping, datetime.now(UTC))
    tocsin = build(url, committed=lambda: None)
    import_log(tocsin, mapping, agreement, log)
    tocsin.close()
    return perf_counter() - started, log.rows


def _repeated(directory: Path) -> Path:
    """Write the excerpt again and again, each time with ids of its own."""
    with EXCERPT.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    target = directory / "log.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for copy in range(-(-ROWS // len(rows))):
            writer.writerows([[f"{row[0]}-{copy}", *row[1:]] for row in rows])
    return target
