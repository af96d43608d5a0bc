"""`python -m benchmarks [NAME ...]`: measure, and print one table. `make bench` runs all of them.

Exit codes: 0 every limit was kept, 1 one was not, 2 it cannot be measured here.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from api.startup_errors import CannotStart
from benchmarks.database import NotDurable, fresh_database, server

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Measure

PURE = ("clock", "course", "oncall")
ON_A_DATABASE = ("recorder", "http", "engine", "replay", "import_log", "reading", "hanging", "storm")
BENCHMARKS = (*PURE, *ON_A_DATABASE)
WIDTH = 120
"""Columns of the table where no terminal says how many it has."""


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; give the exit code."""
    console, errors = Console(width=None if sys.stdout.isatty() else WIDTH), Console(stderr=True)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        errors.print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    try:
        found = measured(names or list(BENCHMARKS), errors)
    except NotDurable as refusal:
        errors.print(str(refusal), soft_wrap=True)
        return 2
    except CannotStart as error:
        errors.print(*error.lines, sep="\n", soft_wrap=True)
        return 2
    console.print(table(found))
    return 0 if all(measure.holds for measures in found.values() for measure in measures) else 1


def measured(names: list[str], progress: Console) -> dict[str, list[Measure]]:
    """Run benchmarks one after the other. NotDurable and CannotStart, before anything is measured."""
    with server() if set(names) & set(ON_A_DATABASE) else nullcontext("") as server_url:
        return {name: _measured(name, server_url, progress) for name in names}


def _measured(name: str, server_url: str, progress: Console) -> list[Measure]:
    progress.print(f"{name} ...")
    run: Callable[..., list[Measure]] = import_module(f"benchmarks.{name}").run
    if name in PURE:
        return run()
    with fresh_database(server_url) as url:
        return run(url)


def table(found: dict[str, list[Measure]]) -> Table:
    """Lay all measures out, a section for each benchmark."""
    result = Table("benchmark", "measured", "value", "unit", "limit", "")
    result.columns[2].justify = result.columns[4].justify = "right"
    for name, measures in found.items():
        for nth, measure in enumerate(measures):
            result.add_row(
                "" if nth else name,
                measure.name,
                _number(measure.value),
                measure.unit,
                "" if measure.limit is None else f"{'≥' if measure.at_least else '≤'} {measure.limit:g}",
                _verdict(measure),
            )
        result.add_section()
    return result


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits are all that repeats


def _verdict(measure: Measure) -> str:
    if measure.limit is None:
        return ""
    return "[green]kept[/]" if measure.holds else "[red]MISSED[/]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
