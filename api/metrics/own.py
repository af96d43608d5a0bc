"""The metrics of a worker that runs by itself, at an address of its own: nobody else's process serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import start_http_server

from api.metrics.counted import REGISTRY
from api.startup_errors import PortInUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.settings_metrics import MetricsSettings


def serve_own(where: MetricsSettings) -> Callable[[], None]:
    """Serve what this process counts, to whoever asks; give what ends it. PortInUse."""
    try:
        server, thread = start_http_server(where.port, where.host, REGISTRY)
    except OSError as error:
        raise PortInUse(
            f"Cannot serve metrics at {where.host}:{where.port} ({error.strerror}): set TOCSIN_METRICS_PORT, and "
            "TOCSIN_METRICS_HOST to an address of this machine."
        ) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
