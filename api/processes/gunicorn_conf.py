"""How gunicorn serves `wsgi:app`: its own configuration file format, in which each name below is a setting of its."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from api.logs import logging_config
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
logconfig_dict = logging_config(_settings.log_level, _settings.log_format)


def post_fork(server: Arbiter, _worker: Worker) -> None:
    """Have each worker end with gunicorn's master, also when that is killed."""
    die_with_parent(signal.SIGTERM, server.pid)
