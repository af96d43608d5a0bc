"""Rate limits over HTTP: a request takes a token of its sender's bucket, and each answer says how the bucket stands.

The headers are those of draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import g

from api.http.refusals import RateLimited

if TYPE_CHECKING:
    from flask import Response

    from api.access.limits import Limits, Standing

POLICY = '"principal"'


def count_request(limits: Limits, sender: str) -> None:
    """Take a token of a sender's for this request, by what facts call them. RateLimited where there is none."""
    standing = g.standing = limits.take(sender)
    if not standing.taken:
        raise RateLimited(standing.next_in)


def tell_standing(response: Response) -> Response:
    """Say what is left, in an answer to anybody known: `t` is until one more request may be sent than is left now."""
    standing = cast("Standing | None", g.get("standing"))
    if standing is not None:
        limit = standing.limit
        response.headers["RateLimit-Policy"] = f"{POLICY};q={limit.burst};w={limit.window}"
        response.headers["RateLimit"] = f"{POLICY};r={standing.left};t={standing.next_in}"
    return response
