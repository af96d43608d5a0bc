"""Metrics, for Prometheus: figures of the whole installation."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.callers import known_before
from api.metrics.exposition import OPENMETRICS, PLAIN, exposition
from api.metrics.figures import Away

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

metrics = openapi.Blueprint("metrics", __name__, description="For Prometheus.")
_TEXT = {"schema": {"type": "string"}}


def _while_away() -> Response | None:
    """Answer whoever was let in a moment ago with what was counted: the database tells nothing, nor who they are."""
    found = known_before(tocsin())
    return _answer(Away()) if found and found.may(Scope.METRICS_READ) else None


@metrics.operation(
    "GET",
    "/metrics",
    "getMetrics",
    gives=None,
    headers={"Cache-Control": "CACHING"},
    errors=(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE),
    scope=Scope.METRICS_READ,
    responses={200: {"content": {PLAIN: _TEXT, OPENMETRICS: _TEXT}}},
    away=_while_away,
)
def get_metrics() -> Response:
    """Scrape figures of the whole installation: Prometheus's text, or OpenMetrics for whoever asks for that.

    No figure is of one partnership. While the database is away, whoever scraped within the last hour still reads what
    processes count. docs/operations.md explains each metric.
    """
    return _answer(tocsin().figures)


def _answer(also: Collector) -> Response:
    kinds = [value.partition(";")[0].strip() for value in request.accept_mimetypes.values()]  # the most wanted first
    wanted = next((kind for kind in kinds if kind in {PLAIN, OPENMETRICS}), PLAIN)
    found = exposition(as_openmetrics=wanted == OPENMETRICS, also=also)
    return Response(found.content, content_type=found.content_type, headers={"Cache-Control": "private, no-store"})
