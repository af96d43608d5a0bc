"""Running the tests named for a key against a mutant, many in one process: tests are collected once."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from _pytest.runner import runtestprotocol

from tests.support.example_agreement import PATH, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.agreement_mutants.mutations import Mutant

Job = tuple["Mutant", tuple[str, ...]]


@dataclass(slots=True)
class Outcome:
    """What became of the mutants.

    Attributes:
        survivors: Mutants that no named test noticed.
        broken: Named tests that fail without any change, or do not exist.
    """

    survivors: list[Mutant] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Runner:
    """A plugin for pytest that runs the collected tests again and again, each time upon another mutant."""

    def __init__(self, jobs: Sequence[Job], told: Callable[[Mutant], None]) -> None:
        """Take the mutants, each with the tests that shall notice it; `told` hears of each one that is done."""
        self.outcome = Outcome()
        self._jobs = jobs
        self._told = told
        self._items: dict[str, list[pytest.Item]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests in place of pytest's own loop."""
        for item in session.items:
            self._items.setdefault(item.nodeid.partition("[")[0], []).append(item)
        self._check_unchanged()
        with tempfile.TemporaryDirectory() as directory:
            changed = Path(directory) / "agreement.yaml"
            for mutant, names in self._jobs:
                changed.write_text(mutant.text, encoding="utf-8")
                os.environ[VARIABLE] = str(changed)
                if not self._noticed(names):
                    self.outcome.survivors.append(mutant)
                self._told(mutant)
        os.environ.pop(VARIABLE)
        return True

    def _check_unchanged(self) -> None:
        os.environ[VARIABLE] = str(PATH)
        for name in dict.fromkeys(name for _, names in self._jobs for name in names):
            if name not in self._items or not all(_passes(item) for item in self._items[name]):
                self.outcome.broken.append(name)

    def _noticed(self, names: Sequence[str]) -> bool:
        return any(not _passes(item) for name in names for item in self._items.get(name, ()))


def _passes(item: pytest.Item) -> bool:
    """Run a test as if it were new; what the next one needs of its fixtures stays."""
    item.session._setupstate.teardown_exact(item)  # noqa: SLF001 - no loop of pytest told it what comes next
    item._initrequest()  # type: ignore[attr-defined] # noqa: SLF001 - as plugins that repeat tests do
    reports = runtestprotocol(item, log=False, nextitem=cast("pytest.Item", item.parent))
    return all(report.passed for report in reports)


def run(jobs: Sequence[Job], told: Callable[[Mutant], None]) -> Outcome:
    """Run each job; what pytest would print is left out."""
    runner = Runner(jobs, told)
    files = dict.fromkeys(name.partition("::")[0] for _, names in jobs for name in names)
    pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider", *files], plugins=[runner])
    return runner.outcome
