"""Gauges as they are scraped: families of samples, made anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    """Give a gauge without labels."""
    return GaugeMetricFamily(name, documentation, value=value)


def gauges(
    name: str, documentation: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> GaugeMetricFamily:
    """Give a gauge with a value for each set of its labels."""
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def age(since: datetime | None, now: datetime) -> float:
    """Give the seconds from an instant until now; 0 for none, and for one that is still to come."""
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
