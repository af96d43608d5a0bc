"""Child processes that cannot outlive us: how they are started and how they are ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded now: a child must not load libraries after fork


def die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    """Have the kernel send this process `death_signal` as soon as `parent` is gone, however it ends (Linux only)."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), death_signal)


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that run a child as `account`; None: as ourselves."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def spawn(  # noqa: PLR0913 - each is a property of the one child, and all but two have a default
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    on_parent_death: signal.Signals = signal.SIGTERM,
    account: pwd.struct_passwd | None = None,
    output: IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a terminal's Ctrl-C reaches us alone and we decide the order.

    To be called from the main thread: the kernel takes the end of the calling thread for the parent's death.
    """
    parent = os.getpid()
    return subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=lambda: die_with_parent(on_parent_death, parent),  # noqa: PLW1509 - only system calls, no locks
        **as_account(account),
    )


def end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait up to `patience` seconds for a child that was told to stop, then kill whatever is left of its group."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS says so of a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
