"""Changing a record that people share: decided afresh when a race is lost, and once for each request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from incidents.errors import TRIES, Conflict
from incidents.ledger.facts import Record
from incidents.ledger.recorder import ReceiptExists

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.pipeline import Write
    from incidents.ledger.receipts import RequestKey

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Sender:
    """Who asks, for which party (None: neither side, such as the operator), and the request's key."""

    by: str
    party: str | None = None
    request: RequestKey | None = None


@dataclass(frozen=True)
class Changed(Generic[R]):
    """A record as a request left it; `replayed`: the request had been carried out before."""

    record: R
    replayed: bool = False


def once(
    ledger: Ledger,
    kind: type[R],
    sender: Sender,
    decide: Callable[[Command], tuple[R, tuple[Record, ...]]],
    after: Callable[[R, datetime], Sequence[Write]] = lambda _, __: (),
) -> Changed[R]:
    """Carry a request out, unless it was carried out before: then give what it led to.

    Args:
        ledger: Where the record is kept.
        kind: The record's kind.
        sender: Who asks.
        decide: Reads the record, decides, and gives it with the others that change in the same transaction. What it
            reads may put off the command's `recorded_at`, so that is asked for after the reading.
        after: Gives what else is written in the same transaction, of the record as decided and when it is recorded.

    Raises:
        Conflict: others were first, again and again.
        KeyReused: the key was used for another request.
    """
    for _ in range(TRIES):
        with suppress(Conflict, ReceiptExists):
            if receipt := ledger.answered(sender.request):
                return Changed(ledger.get(kind, receipt.stream, version=receipt.version), replayed=True)
            with ledger.command() as command:
                record, others = decide(command)
                ledger.save(record, *others, request=sender.request, after=after(record, command.recorded_at))
            return Changed(record)
    raise Conflict
