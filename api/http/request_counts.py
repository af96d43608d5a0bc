"""Counts HTTP requests: how many, how they were answered, and how long until the answer began."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import g, request

from api.metrics import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response

OTHER = "other"
"""What is no operation of the document: the documentation itself, and addresses that lead nowhere."""


def count_requests(app: Flask, operations: Mapping[str, str]) -> None:
    """Count what an application answers, by operation; `operations` names them by Flask's names for their views."""
    counted.begin_at_zero()

    def begin() -> None:
        g.began = time.monotonic()
        counted.REQUESTING.inc()

    def answered(response: Response) -> Response:
        operation = operations.get(request.endpoint or "", OTHER)
        counted.REQUESTS.labels(operation, str(response.status_code)).inc()
        counted.REQUEST_DURATION.labels(operation).observe(time.monotonic() - g.began)
        return response

    def end(_error: BaseException | None) -> None:
        if "began" in g:
            counted.REQUESTING.dec()

    app.before_request(begin)
    app.after_request(answered)
    app.teardown_request(end)
