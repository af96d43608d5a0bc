"""Counts HTTP requests: how many, how they were answered, and how long until the answer began."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import current_app, g, request

from api.http.openapi import Blueprint
from api.metrics import counted

if TYPE_CHECKING:
    from flask import Flask, Response

NOTHING = "none"
"""What is asked for at addresses that lead nowhere."""


def count_requests(app: Flask) -> None:
    """Count what an application answers, by operation."""
    counted.begin_at_zero()

    def begin() -> None:
        g.began = time.monotonic()
        counted.REQUESTING.inc()

    def answered(response: Response) -> Response:
        operation = _operation()
        counted.REQUESTS.labels(operation, str(response.status_code)).inc()
        counted.REQUEST_DURATION.labels(operation).observe(time.monotonic() - g.pop("began"))
        response.call_on_close(counted.REQUESTING.dec)  # a stream goes on behind the request
        return response

    def end(_error: BaseException | None) -> None:
        if "began" in g:  # there was no answer to count
            counted.REQUESTING.dec()

    app.before_request(begin)
    app.after_request(answered)
    app.teardown_request(end)


def _operation() -> str:
    """Give the operation of the document that Flask found for an address, or what else it found there."""
    if request.endpoint is None:
        return NOTHING
    blueprint = current_app.blueprints.get(request.blueprint or "")
    return request.endpoint.rpartition(".")[2] if isinstance(blueprint, Blueprint) else request.endpoint
