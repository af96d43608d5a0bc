"""What processes count as things happen: each metric with its help text and labels. docs/operations.md explains them.

Where PROMETHEUS_MULTIPROC_DIR was set before prometheus_client was first imported, the values are in files there, which
all processes of one `serve` or `web` share; else they are this process's own. Labels have few values, known beforehand:
none names a partnership, a person or an address.
"""

from __future__ import annotations

from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from escalation.crew.ways import CHANNELS

disable_created_metrics()  # type: ignore[no-untyped-call] # they double the size of a scrape, and no rule reads them

REGISTRY = CollectorRegistry()

SENT, RETRY, FAILED, EXPIRED, WITHDRAWN = "sent", "retry", "failed", "expired", "withdrawn"

ENGINE_LATENESS = Histogram(
    "tocsin_engine_lateness_seconds",
    "Seconds from the instant at which something was due until it was on record.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
    registry=REGISTRY,
)
ACKNOWLEDGEMENT = Histogram(
    "tocsin_incident_acknowledgement_seconds",
    "Seconds from an incident's report to its first acknowledgement; imported incidents are left out.",
    buckets=(30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400),
    registry=REGISTRY,
)
BREACHES = Counter(
    "tocsin_clock_breaches_total", "Clocks of incidents that ran over, as they came on record.", registry=REGISTRY
)
DEVIATIONS = Counter(
    "tocsin_clock_deviations_total",
    "Clocks of incidents that ran over by no more than is tolerated, as they came on record.",
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "tocsin_deliveries_total",
    "Deliveries that came to their end, by outcome: sent, failed for good, expired (too old to be sent), withdrawn.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
ATTEMPTS = Counter(
    "tocsin_delivery_attempts_total",
    "Attempts to send a delivery, by what came of them: sent, retry (it may get through later), failed for good.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
ATTEMPT_DURATION = Histogram(
    "tocsin_delivery_attempt_duration_seconds",
    "Seconds that an attempt to send a delivery took.",
    ["channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
SENDING = Gauge(
    "tocsin_delivery_attempts_in_progress",
    "Attempts to send a delivery that are under way.",
    ["channel"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
PAGE_WAIT = Histogram(
    "tocsin_page_wait_seconds",
    "Seconds from the instant at which a page was owed until it was sent.",
    ["channel"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600),
    registry=REGISTRY,
)
WEBHOOK_ATTEMPTS = Counter(
    "tocsin_webhook_attempts_total",
    "Attempts to send a message of a webhook subscription: sent, or failed, to be tried again or not.",
    ["outcome"],
    registry=REGISTRY,
)
WEBHOOK_ATTEMPT_DURATION = Histogram(
    "tocsin_webhook_attempt_duration_seconds",
    "Seconds that an attempt to send a message of a webhook subscription took.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
WATCHDOG_CALLS = Counter(
    "tocsin_watchdog_calls_total",
    "Calls of the watchdog outside: sent, or failed. Where none is set up, there are none.",
    ["outcome"],
    registry=REGISTRY,
)
PART_FAILURES = Counter(
    "tocsin_worker_part_failures_total",
    "Turns of a part of the worker that ended with an error; it goes on after a second.",
    ["part"],
    registry=REGISTRY,
)
REQUESTS = Counter(
    "tocsin_http_requests_total", "HTTP requests that were answered.", ["operation", "status"], registry=REGISTRY
)
REQUEST_DURATION = Histogram(
    "tocsin_http_request_duration_seconds",
    "Seconds until the answer to an HTTP request began.",
    ["operation"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
REQUESTING = Gauge(
    "tocsin_http_requests_in_progress",
    "HTTP requests under way, streams among them.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)


def begin_at_zero() -> None:
    """Show what has not happened yet as 0, or Prometheus would not see it happen for the first time."""
    for channel in CHANNELS:
        SENDING.labels(channel)
        PAGE_WAIT.labels(channel)
    for channel, outcome in product(CHANNELS, (SENT, FAILED, EXPIRED, WITHDRAWN)):
        DELIVERIES.labels(channel, outcome)
    for channel, outcome in product(CHANNELS, (SENT, RETRY, FAILED)):
        ATTEMPTS.labels(channel, outcome)
    for outcome in (SENT, FAILED):
        WEBHOOK_ATTEMPTS.labels(outcome)
