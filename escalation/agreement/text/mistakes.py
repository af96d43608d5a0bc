"""Mistakes in an agreement, as data: each way out (terminal, HTTP, log) shows them in its own manner."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Path = tuple[str | int, ...]
"""Where a value stands in the document: keys of mappings and indexes (from 0) of lists, outermost first."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in an agreement.

    Attributes:
        line: Line of the file, from 1; None when the document did not come from a file.
        field: Dotted path, such as `spec.targets.resolve.within.S1`; list items by index from 0. Empty: the whole file.
        wrong: What is wrong.
        right: What would be right.
    """

    line: int | None
    field: str
    wrong: str
    right: str

    def __str__(self) -> str:
        """One line for a person."""
        place = [f"line {self.line}"] if self.line is not None else []
        return ": ".join([*place, *([self.field] if self.field else []), f"{self.wrong}; {self.right}"])


class AgreementError(TocsinError):
    """The agreement has mistakes. Correct each of them, then check it again."""

    code: ClassVar[str] = "agreement_invalid"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep every mistake, and each as plain data among the details."""
        super().__init__("", mistakes=[asdict(mistake) for mistake in mistakes])
        self.mistakes = tuple(mistakes)


class Findings:
    """Collects mistakes by path while a document is read; knows lines once a file has told them.

    Attributes:
        asked: The keys that were asked for in each mapping: what the schema is, as far as the document reaches.
    """

    def __init__(self) -> None:
        self.asked: dict[Path, dict[str, None]] = {}
        self._lines: dict[Path, int] = {}
        self._found: list[Mistake] = []

    def __len__(self) -> int:
        """How many were found so far."""
        return len(self._found)

    def ask(self, path: Path, keys: Iterable[str]) -> None:
        """Remember that a mapping is asked for some keys."""
        self.asked.setdefault(path, {}).update(dict.fromkeys(keys))

    def locate(self, path: Path, line: int) -> None:
        """Remember the line of a path, from 1; the first one stays."""
        self._lines.setdefault(path, line)

    def add(self, path: Path, wrong: str, right: str, line: int | None = None) -> None:
        """Note a mistake of the value at `path`; without a line, at that of the path or of what it would stand in."""
        self._found.append(Mistake(line or self._line(path), ".".join(map(str, path)), wrong, right))

    def in_order(self) -> list[Mistake]:
        """Every mistake, in the order of the file; without lines, as they were found."""
        return sorted(self._found, key=lambda mistake: mistake.line or 0)

    def _line(self, path: Path) -> int | None:
        for length in range(len(path), -1, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None
