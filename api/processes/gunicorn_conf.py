"""How gunicorn serves `wsgi:app`: its own configuration file format, in which each name below is a setting of its."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from api.logs import logging_config
from api.metrics import shared
from api.processes.process import die_with_parent
from api.settings import Settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_settings = Settings.read()

wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
timeout = 60  # seconds without a sign of life, then a worker is replaced
keepalive = 75  # seconds: longer than clients and balancers keep idle ones, who else meet a reset now and then
graceful_timeout = 5  # seconds for requests under way when told to stop
control_socket_disable = True  # nobody would guard it, and two servers of one user would fight over its path
_ours: list[Path] = []
logconfig_dict = logging_config(_settings.log_level, _settings.log_format)


def on_starting(_server: Arbiter) -> None:
    """Let the workers count together, where nobody has said so: prometheus_client, which they import, will look."""
    if shared.VARIABLE not in os.environ:
        os.environ[shared.VARIABLE] = str(shared.fresh_directory(_settings.data_dir))
        _ours.append(Path(os.environ[shared.VARIABLE]))


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Forget what was true only while a worker lived."""
    shared.forget(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """Leave no files behind."""
    for directory in _ours:
        shared.remove(directory)


def post_fork(server: Arbiter, _worker: Worker) -> None:
    """Have each worker end with gunicorn's master, also when that is killed."""
    die_with_parent(signal.SIGTERM, server.pid)
