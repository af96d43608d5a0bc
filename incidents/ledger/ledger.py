"""The ledger as use cases see it: get a record, save it with all that belongs to the same transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from eventsourcing.persistence import IntegrityError

from incidents.errors import Conflict, NotFound
from incidents.ledger.command import Command, command_in_hand, current_command, in_command
from incidents.ledger.facts import Fact, Record
from incidents.ledger.mapper import LeafEvent, LeafMapper
from incidents.ledger.receipts import Receipt, RequestKey, find
from incidents.ledger.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from eventsourcing.persistence import StoredEvent
    from sqlalchemy import Connection, Engine, Executable

    from incidents.ledger.catalogue import Catalogue
    from incidents.ledger.clock import Clock
    from incidents.ledger.pipeline import Write
    from incidents.ledger.projections import Projection

R = TypeVar("R", bound=Record)


class Ledger:
    """Reads and appends records. No cache, no snapshots: a record is what its facts say (design decision 11)."""

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        clock: Clock,
        projections: Sequence[Projection] = (),
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what it works with; `committed` is called after each commit, to wake those who wait."""
        self.engine = engine
        self.catalogue = catalogue
        self.clock = clock
        self.projections = projections
        self.forgetting: list[Executable] = []
        """What deletes the words that followers keep of a stream (`of`): an erasure carries it out (erasure.py)."""
        self.recorder = Recorder(engine)
        self.mapper = LeafMapper(catalogue)
        self._committed = committed

    @contextmanager
    def command(self) -> Iterator[Command]:
        """Begin a command: everything saved inside shares its id and its recording time."""
        with in_command(Command(recorded_at=self.clock.now())) as command:
            yield command

    def get(self, kind: type[R], stream: str, *, version: int | None = None, as_of: datetime | None = None) -> R:
        """Read a record: as it stands, or as of a version or an instant. NotFound."""
        record = self.restore(self.recorder.select_events(stream, lte=version), as_of=as_of)
        if not isinstance(record, kind):
            raise NotFound
        _not_before(record)
        return record

    def get_many(self, streams: Sequence[str], connection: Connection) -> Mapping[str, Record]:
        """Read many records in one query, on a connection whose transaction goes on."""
        found = self.recorder.select_streams(streams, connection)
        records = {stream: cast("Record", self.restore(stored)) for stream, stored in found.items()}
        for record in records.values():
            _not_before(record)
        return records

    def restore(self, stored: Iterable[StoredEvent], *, as_of: datetime | None = None) -> Record | None:
        """Make a record of its stored events, or of those recorded up to an instant; None of none."""
        record: Record | None = None
        for each in stored:
            fact = cast("Fact", self.mapper.to_domain_event(each))
            if as_of is not None and fact.timestamp > as_of:
                break
            record = fact.mutate(record)
        return record

    def save(
        self,
        *records: Record,
        request: RequestKey | None = None,
        after: Sequence[Write] = (),
        connection: Connection | None = None,
    ) -> None:
        """Append what is new in the records: facts, disclosures, keys, projections, receipt, in one transaction.

        With `connection`, its transaction is somebody else's to commit. Conflict where another command was
        first: the records are then worthless (their new facts are gone): read them again. ReceiptExists where
        the request was carried out before.
        """
        command = current_command()
        pairs = [(record, [cast("Fact", fact) for fact in record.collect_events()]) for record in records]
        stored, new_keys = self._stored([fact for _, new in pairs for fact in new])
        if not stored:
            return
        first = records[0]
        try:
            self.recorder.insert_events(
                stored,
                receipt=Receipt(request, first.id, first.version, command.recorded_at) if request else None,
                keys=new_keys,
                # Always in the same order: whoever writes the same records waits for the first of them.
                before=[
                    write
                    for record, new in sorted(pairs, key=lambda pair: pair[0].id)
                    for write in self._projected(record, new)
                ],
                after=after,
                connection=connection,
            )
        except IntegrityError as error:
            raise Conflict from error
        command.keys |= new_keys
        if connection is None:
            self._committed()

    def witness(
        self, kind: type[R], stream: str, tell: Callable[[R, datetime], None], *, after: Sequence[Write] = ()
    ) -> R:
        """Record what the system itself saw, such as the outcome of a delivery; `tell` adds the facts, if any.

        Decided afresh on each lost race, as often as it takes: what happened cannot be refused. NotFound.
        """
        while True:
            with self.command() as command:
                record = self.get(kind, stream)
                tell(record, command.recorded_at)
                try:
                    self.save(record, after=after)
                except Conflict:
                    continue
                return record

    def answered(self, request: RequestKey | None) -> Receipt | None:
        """Find the receipt of a request that was carried out before. KeyReused."""
        return find(self.recorder.reading, request) if request else None

    def committed(self) -> None:
        """Wake those who wait: for whoever commits a transaction of their own."""
        self._committed()

    def _stored(self, facts: Sequence[Fact]) -> tuple[list[LeafEvent], dict[str, bytes]]:
        """Map new facts; give the keys that were made for it, too.

        The command knows them only once they are stored: nothing may be sealed with a key that was lost in a race.
        """
        command = current_command()
        known, command.keys = command.keys, dict(command.keys)
        try:
            stored = [self.mapper.to_stored_event(fact) for fact in facts]
            return stored, {stream: key for stream, key in command.keys.items() if stream not in known}
        finally:
            command.keys = known

    def _projected(self, record: Record, new: Sequence[Fact]) -> Iterator[Write]:
        for projection in self.projections:
            yield from projection.writes(record, new)


def _not_before(record: Record) -> None:
    """Let the command in hand be recorded no earlier than what it builds on.

    Processes learn the database's time over the network, so their clocks differ by as much as that takes.
    """
    command = command_in_hand()
    if command is not None:
        command.recorded_at = max(command.recorded_at, record.history[-1].timestamp)
