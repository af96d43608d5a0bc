"""PostgreSQL refuses to run as root. For root there is the account that it runs as instead."""

from __future__ import annotations

import logging
import os
import pwd
import stat
from typing import TYPE_CHECKING

from api.startup_errors import DataDirectoryUnusable

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


def server_account(cluster: Path) -> pwd.struct_passwd | None:
    """Return who is to run PostgreSQL on `cluster`: None for ourselves, who need not be root.

    For root it is the owner of the data if there is any yet, else `nobody`: no account is created unasked.
    """
    if os.geteuid() != 0:
        return None
    owner = cluster.stat().st_uid if cluster.exists() else 0
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise DataDirectoryUnusable(
            "PostgreSQL does not run as root, and there is no account `nobody`: start Tocsin as an ordinary user.",
        ) from None


def hand_over(directory: Path, account: pwd.struct_passwd | None) -> None:
    """Make `directory` the account's own and nobody else's."""
    directory.chmod(stat.S_IRWXU)
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)


def let_through(path: Path, account: pwd.struct_passwd | None) -> None:
    """Let the account pass through the directories above `path`. They do not become readable by it."""
    if account is None:
        return
    for directory in path.resolve().parents:
        mode = stat.S_IMODE(directory.stat().st_mode)
        if not mode & stat.S_IXOTH:
            directory.chmod(mode | stat.S_IXOTH)
            _log.warning("PostgreSQL does not run as root: %s now lets other accounts pass through it", directory)
