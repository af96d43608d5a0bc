"""Idempotency-Key: a POST that is sent again has one effect, and the same answer.

A request is known by its sender and key; its fingerprint is its method, address and body. If-Match is no part of it:
a sender who reads again and repeats the request still means that one request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import request

from api.http.access import principal, tocsin
from api.http.bodies import canonical_body
from api.http.refusals import InvalidHeader
from incidents.ledger.receipts import RequestKey, fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def request_key() -> RequestKey | None:
    """Give the key of this request, if its sender gave one. InvalidHeader."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidHeader(HEADER, "Send 1 to 255 visible ASCII characters, such as a UUID.")
    asked = fingerprint(request.method, request.path, canonical_body())
    return RequestKey(scope=principal().actor, key=key, fingerprint=asked)


def replay_headers(*, replayed: bool) -> Mapping[str, str]:
    """Give the header that marks an answer as given before."""
    return {"Idempotency-Replayed": "true"} if replayed else {}


def answered_before(asked: RequestKey | None) -> bool:
    """Say whether a request was carried out before. KeyReused."""
    return tocsin().ledger.answered(asked) is not None
