"""What an answer means to whoever sent a message: it was taken, it is worth another try, or it is the end. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.channels.channel import SendFailed
from notifications.queue.retry import asked_rest

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.posting.poster import Answer

SUCCESS = range(200, 300)
SERVER_ERRORS = range(500, 600)
WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
"""Request Timeout, Too Early, Too Many Requests: the other 4xx would be answered the same again."""


def refusal(answer: Answer, now: datetime) -> SendFailed | None:
    """Give the failure that an answer stands for by its status, with the rest that it asks for; None: it was taken."""
    if answer.status in SUCCESS:
        return None
    again = answer.status in WORTH_ANOTHER_TRY or answer.status in SERVER_ERRORS
    rest = asked_rest(answer.header("Retry-After"), now) if again else None
    return SendFailed(f"HTTP {answer.status}", retry_after=rest, permanent=not again)
