"""The text that is scraped: Prometheus's own format, or OpenMetrics 1.0 for whoever asks for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics import exposition as openmetrics

from api.metrics import shared
from api.metrics.counted import REGISTRY

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

PLAIN, OPENMETRICS = "text/plain", "application/openmetrics-text"


class Exposition(NamedTuple):
    """A scrape's answer."""

    content: bytes
    content_type: str


def exposition(*, as_openmetrics: bool, also: Collector | None = None) -> Exposition:
    """Write what was counted, by this process or by all that share its directory, and what `also` collects."""
    registry = CollectorRegistry()
    if shared.VARIABLE in os.environ:
        shared.forget_ended()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # as the library has it
    else:
        registry.register(REGISTRY)
    if also is not None:
        registry.register(also)
    if as_openmetrics:
        content = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call] # as the library has it
        return Exposition(content, openmetrics.CONTENT_TYPE_LATEST)
    return Exposition(generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)
