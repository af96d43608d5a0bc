"""Processes that can be killed at a named point: the product's own parts, each with a thin wrapper around one call.

`python -m tests.faults.victims worker` and `… sequencer`; the web processes are in web.py.
"""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event

from api.bootstrap import build
from api.logs import configure_logging
from api.processes.worker import PARTS, Worker
from api.settings import Settings
from escalation.clocks.courses import Courses
from escalation.engine.deadlines import Deadlines
from escalation.engine.engine import Engine
from escalation.engine.incident_duties import IncidentDuties
from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.ledger import Ledger
from incidents.ledger.reach import SEQUENCER, WORKER
from incidents.ledger.sequencer import Sequencer
from incidents.ledger.wake import Waker
from notifications.channels.webhook import Webhook
from notifications.message.message import Composer
from notifications.posting.poster import Poster
from notifications.queue import queue
from notifications.queue.sender import Sender
from tests.faults.points import CLAIMED, MID_SEND, SEQUENCING, UNSENT, UNSEQUENCED, reached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Engine as Database

    from api.bootstrap import Tocsin
    from incidents.ledger.facts import Record
    from incidents.ledger.pipeline import Write
    from incidents.ledger.receipts import RequestKey
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery

LEASE_SECONDS = 5
LONGEST_SEND_SECONDS = 2.0


def dying_after_commit(settings: Settings, point: str) -> Callable[[], None]:
    """Give what is called after each commit; while `point` is armed, that dies before anybody hears of the commit."""
    waker = Waker(connect(str(settings.database_url), WORKER, pool_size=1))

    def committed() -> None:
        reached(point)
        waker.notify()

    return committed


class LedgerDyingInClaims(Ledger):
    """Dies where facts are appended in a transaction that somebody else, the engine, is yet to commit."""

    def save(
        self,
        *records: Record,
        request: RequestKey | None = None,
        after: Sequence[Write] = (),
        connection: Connection | None = None,
    ) -> None:
        """Append, and perhaps die."""
        super().save(*records, request=request, after=after, connection=connection)
        if connection is not None:
            reached(CLAIMED)


class WebhookDyingInSends(Webhook):
    """Dies before the message leaves, or when the other side has taken it and nobody here knows yet."""

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Send, and perhaps die before or after."""
        reached(UNSENT)
        super().send(message, delivery, address)
        reached(MID_SEND)


class ConnectionDyingAtCommit(psycopg.Connection[Any]):
    """Dies when all is written and COMMIT would come."""

    def commit(self) -> None:
        """Perhaps die, else commit."""
        reached(SEQUENCING)
        super().commit()


def _engine(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    known = tocsin.ledger
    dying = LedgerDyingInClaims(known.engine, known.catalogue, known.clock, known.projections, known.committed)
    duties = [IncidentDuties(Courses(tocsin.book))]
    return Engine(dying, duties, Deadlines(duties)).run_once


def _sender(tocsin: Tocsin, settings: Settings, leaving: ExitStack) -> Callable[[], int]:
    # A crash in mid-send holds up its lane until the lease runs out, in production half a minute: too long for a run.
    queue.LEASE = timedelta(seconds=LEASE_SECONDS)
    poster = Poster(settings.outbound_allow)
    webhook = WebhookDyingInSends(tocsin.clock, poster, longest_send=LONGEST_SEND_SECONDS)
    sender = Sender(tocsin.incidents, Composer(tocsin.book, settings.public_url), {webhook.name: webhook})
    leaving.callback(poster.close)
    leaving.callback(sender.close)
    return sender.run_once


def _sequencer(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    engine = connect(tocsin.url, SEQUENCER, pool_size=1, settings=LEADER_TIMEOUTS)
    _connect_as(engine, ConnectionDyingAtCommit)
    return Sequencer(engine).run_once


def _connect_as(engine: Database, kind: type[ConnectionDyingAtCommit]) -> None:
    @event.listens_for(engine, "do_connect")
    def connected(_dialect: object, _record: object, arguments: Sequence[Any], named: Mapping[str, Any]) -> object:
        return kind.connect(*arguments, **named)


def main(kind: str) -> None:
    """Be a sequencer, or a worker with everything else, until SIGTERM."""
    settings = Settings.read()
    configure_logging(settings.log_level, settings.log_format)
    parts = PARTS | {"engine": _engine, "sender": _sender, "sequencer": _sequencer}
    mine = {"sequencer"} if kind == "sequencer" else parts.keys() - {"sequencer"}
    with ExitStack() as leaving:
        dying = dying_after_commit(settings, UNSEQUENCED)
        tocsin = build(str(settings.database_url), pool_size=settings.pool_size, committed=dying)
        leaving.callback(tocsin.close)
        worker = Worker(tocsin.listener(), {part: parts[part](tocsin, settings, leaving) for part in mine})
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    main(sys.argv[1])
