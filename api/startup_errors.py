"""What keeps Tocsin from starting: never its own fault, always something that a person can put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Sequence


class CannotStart(TocsinError):
    """Something outside Tocsin must be put right first.

    `lines` holds one line for each thing, and each line says what to do.
    """

    code: ClassVar[str] = "cannot_start"

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines: Sequence[str] = lines


class SettingsError(CannotStart):
    """Settings are wrong: all of them, one line each."""

    code = "settings"


class DatabaseUnreachable(CannotStart):
    """The database does not answer, or not to this login."""

    code = "database_unreachable"


class DataDirectoryUnusable(CannotStart):
    """The embedded database cannot run on this data directory: in use, not ours, or damaged."""

    code = "data_directory"


class PortInUse(CannotStart):
    """The address to serve on cannot be had."""

    code = "port_in_use"


class ServiceStopped(TocsinError):
    """A process that must run has stopped for good."""

    code = "service_stopped"
