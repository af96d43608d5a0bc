"""What came of a message, written down: its attempt, where it stands, and what is known of its receiver now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from notifications.webhooks.queue import PROVEN
from notifications.webhooks.schedule import SLOW, WELL_AGAIN
from notifications.webhooks.statuses import DELIVERED, FAILED, WITHHELD

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from notifications.webhooks.queue import Claimed

# A claim that ran out is somebody else's by now, who says what came of it: the lease tells one from the other.
_SETTLE = text("""
UPDATE webhook_messages SET status = :status, leased_until = NULL, waits_for = NULL, finished_at = :present
WHERE id = :message AND leased_until = :held AND status = 'waiting'
""")
_POSTPONE = text("""
UPDATE webhook_messages SET due_at = :again_at, waits_for = :why, leased_until = NULL
WHERE id = :message AND leased_until = :held AND status = 'waiting'
""")
# A message that was deleted while it was on its way, for its subscription was erased, leaves nothing: neither an
# attempt nor a lane is to show the address. The number is looked up: one that is sent again has attempts from before.
_ATTEMPT = text("""
INSERT INTO webhook_attempts
    (message, nth, partnership, at, took_ms, outcome, status_code, request, response, error)
SELECT :message, coalesce(max(nth), 0) + 1, :partnership, :at, :took_ms, :outcome, :status_code, :request, :response,
       :error
FROM webhook_attempts WHERE message = :message
HAVING EXISTS (SELECT FROM webhook_messages WHERE id = :message)
ON CONFLICT DO NOTHING
""").bindparams(
    bindparam("request", type_=JSONB(none_as_null=True)), bindparam("response", type_=JSONB(none_as_null=True))
)
_WELL = text("""
INSERT INTO webhook_lanes (subscription, partnership, slow) VALUES (:subscription, :partnership, :slow)
ON CONFLICT (subscription) DO UPDATE SET opens_at = NULL, why = NULL, slow = :slow, failing_since = NULL
""")
_ILL = text("""
INSERT INTO webhook_lanes (subscription, partnership, opens_at, why, slow, failing_since)
SELECT :subscription, :partnership, :opens_at, :why, :slow, :present
WHERE EXISTS (SELECT FROM webhook_messages WHERE id = :message)
ON CONFLICT (subscription) DO UPDATE
SET opens_at = :opens_at, why = :why, slow = :slow, failing_since = coalesce(webhook_lanes.failing_since, :present)
""")
# In the order in which they came, so that what is older goes first once more.
_DUE = text("""
UPDATE webhook_messages SET due_at = created_at, waits_for = NULL
WHERE subscription = :subscription AND status = 'waiting' AND due_at > :present AND leased_until IS NULL
""")


@dataclass(frozen=True)
class Attempt:
    """One attempt: when it was over, how long it took, what was sent and came back (log.py); `error`: in our words."""

    at: datetime
    took_ms: int
    request: dict[str, Any]
    response: dict[str, Any] | None = None
    status_code: int | None = None
    error: str | None = None

    @property
    def slow(self) -> bool:
        """Whether it took so long that its receiver is to hold up no others."""
        return self.took_ms >= SLOW * 1000


@dataclass(frozen=True)
class Rest:
    """Until when a receiver is left alone, and why, as people may read it."""

    opens_at: datetime
    why: str


class Outcomes:
    """Where outcomes are written; each in one transaction."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the worker's role."""
        self._engine = engine

    def withheld(self, message: Claimed, now: datetime) -> None:
        """Its party may not see the event: it is never sent, and nobody hears that there was one."""
        with self._engine.begin() as connection:
            _settle(connection, message, WITHHELD, now)

    def delivered(self, message: Claimed, attempt: Attempt) -> None:
        """It was taken. A receiver that is well again after an outage gets all that waits, now."""
        with self._engine.begin() as connection:
            _keep(connection, message, DELIVERED, attempt)
            _settle(connection, message, DELIVERED, attempt.at)
            if attempt.slow or message.standing != PROVEN:
                connection.execute(_WELL, {**_whose(message), "slow": attempt.slow})
            if message.failing_since is not None and attempt.at - message.failing_since >= WELL_AGAIN:
                connection.execute(_DUE, {"subscription": message.subscription, "present": attempt.at})

    def postponed(self, message: Claimed, attempt: Attempt, again_at: datetime, rest: Rest) -> None:
        """It was not taken, and waits for another try."""
        with self._engine.begin() as connection:
            _keep(connection, message, FAILED, attempt)
            connection.execute(_POSTPONE, {**_claim(message), "again_at": again_at, "why": rest.why})
            connection.execute(_ILL, _ill(message, attempt, rest))

    def failed(self, message: Claimed, attempt: Attempt, rest: Rest) -> None:
        """It was not taken, for the last time."""
        with self._engine.begin() as connection:
            _keep(connection, message, FAILED, attempt)
            _settle(connection, message, FAILED, attempt.at)
            connection.execute(_ILL, _ill(message, attempt, rest))


def _keep(connection: Connection, message: Claimed, outcome: str, attempt: Attempt) -> None:
    row = {"message": message.id, "partnership": message.partnership, "outcome": outcome}
    connection.execute(_ATTEMPT, {**row, **asdict(attempt)})


def _settle(connection: Connection, message: Claimed, status: str, now: datetime) -> None:
    connection.execute(_SETTLE, {**_claim(message), "status": status, "present": now})


def _claim(message: Claimed) -> dict[str, Any]:
    return {"message": message.id, "held": message.leased_until}


def _whose(message: Claimed) -> dict[str, Any]:
    return {"subscription": message.subscription, "partnership": message.partnership}


def _ill(message: Claimed, attempt: Attempt, rest: Rest) -> dict[str, Any]:
    known = {"opens_at": rest.opens_at, "why": rest.why, "slow": attempt.slow, "present": attempt.at}
    return {**_whose(message), **known, "message": message.id}
