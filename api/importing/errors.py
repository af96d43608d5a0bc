"""What stops an import before anything is recorded, and what makes one row unusable."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Sequence


class CannotImport(TocsinError):
    """The mapping, the agreement that it names, or the log cannot be used: all mistakes, one line each."""

    code: ClassVar[str] = "cannot_import"

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join([*lines, "Nothing was imported."]))
        self.lines = tuple(lines)


class Unusable(Exception):
    """One row cannot be used; the message is the reason that goes beside it in the file of rejected rows."""
