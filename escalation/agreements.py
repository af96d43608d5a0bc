"""Agreements in the ledger: publishing versions, and finding the one that is in force or pinned."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import rfc8785
from eventsourcing.domain import event
from sqlalchemy import bindparam, insert, or_, select

from escalation.agreement import parse
from escalation.agreement.header import LARGEST_VERSION
from escalation.tables import agreements
from escalation.terms import AgreementTerms
from incidents.errors import Conflict, NotFound, Refused
from incidents.ledger.facts import Fact, FirstFact, Record
from incidents.ledger.moments import check_past, version_at
from incidents.ledger.pipeline import Write, fetch
from incidents.ledger.recorder import ReceiptExists

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from escalation.agreement import Agreement
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.receipts import RequestKey


TRIES = 5
"""How often a publication that lost a race is decided afresh before its sender hears of it."""


class VersionTaken(Refused):
    """That version is published already, with other content. A version is immutable: raise metadata.version."""

    code = "version_taken"


class VersionTooLow(Refused):
    """A newer version is published. Give metadata.version a number above it."""

    code = "version_too_low"


class Agreements(Record):
    """The agreement of one partnership: its published versions, by number, each with its digest."""

    class Event(Fact):
        """Something that happened to an agreement."""

    class Begun(FirstFact):
        """The partnership came to be, with its first agreement."""

    class Published(Event):
        """A version was published. `document` is its canonical JSON (RFC 8785), `digest` that text's SHA-256."""

        version: int
        title: str
        digest: str
        effective_from: datetime
        effective_to: datetime | None
        document: str

    def publish(self, agreement: Agreement, *, by: str, at: datetime) -> None:
        """Publish a version; the same one again changes nothing. VersionTaken; VersionTooLow."""
        known = self.digests.get(agreement.version)
        if known == agreement.digest:
            return
        if known is not None:
            raise VersionTaken(version=agreement.version)
        if agreement.version < max(self.digests, default=0):
            raise VersionTooLow(latest=max(self.digests))
        self.trigger_event(
            Agreements.Published,
            version=agreement.version,
            title=agreement.title,
            digest=agreement.digest,
            effective_from=agreement.effective_from,
            effective_to=agreement.effective_to,
            document=rfc8785.dumps(agreement.document).decode(),  # type: ignore[arg-type] # plain JSON by contract
            by=by,
            at=at,
        )

    @event(Begun)
    def __init__(self) -> None:
        """Begin without a version."""
        self.digests: dict[int, str] = {}

    @event(Published)
    def _published(self, version: int, digest: str) -> None:
        self.digests[version] = digest


_INSERT = insert(agreements)
_IN_FORCE = (
    select(agreements.c.version)
    .where(
        agreements.c.partnership == bindparam("of"),
        agreements.c.version <= bindparam("newest"),
        agreements.c.effective_from <= bindparam("instant"),
        or_(agreements.c.effective_to.is_(None), agreements.c.effective_to > bindparam("instant")),
    )
    .order_by(agreements.c.version.desc())
    .limit(1)
)


class AgreementVersions:
    """The projection: one row a published version."""

    table = agreements
    compared = tuple(column.name for column in agreements.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give a row for each version that was published."""
        if isinstance(record, Agreements):
            rows = [_row(record, fact) for fact in new if isinstance(fact, Agreements.Published)]
            yield Write(_INSERT, rows)


class AgreementBook:
    """Where agreements are found and published (implements incidents.terms.Agreements)."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger. Compiled versions are kept: they are immutable."""
        self._ledger = ledger
        self._pinned = lru_cache(maxsize=256)(self._load)

    def publish(self, agreement: Agreement, *, by: str, request: RequestKey | None = None) -> Agreement:
        """Publish a checked agreement; the same version and content again changes nothing.

        VersionTaken; VersionTooLow; Conflict; KeyReused.
        """
        for _ in range(TRIES):
            with suppress(Conflict, ReceiptExists):  # somebody published at the same moment: decide afresh
                return self._publish(agreement, by=by, request=request)
        raise Conflict

    def _publish(self, agreement: Agreement, *, by: str, request: RequestKey | None) -> Agreement:
        if receipt := self._ledger.answered(request):
            partnership, _, _ = receipt.stream.partition("/")
            return self._receipted(partnership, receipt.version)
        with self._ledger.command() as command:
            record = self._record(agreement.partnership, by=by, at=command.recorded_at)
            record.publish(agreement, by=by, at=command.recorded_at)
            self._ledger.save(record, request=request)
        return self.get(agreement.partnership, agreement.version)

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version, compiled. NotFound."""
        return self._pinned(partnership, version).agreement

    def pinned(self, partnership: str, version: int) -> AgreementTerms:
        """Give a version as terms. NotFound."""
        return self._pinned(partnership, version)

    def in_force(self, partnership: str, at: datetime, *, as_of: datetime | None = None) -> AgreementTerms:
        """Give the newest version that is in force at an instant, of all or of those published by another instant.

        NotFound, with what to do; InvalidField where `as_of` lies in the future.
        """
        newest = LARGEST_VERSION if as_of is None else self.newest(partnership, as_of)
        with self._ledger.recorder.reading.connect() as connection:
            rows = fetch(connection, _IN_FORCE, {"of": partnership, "instant": at, "newest": newest})
        if not rows:
            message = "No agreement of that partnership is in force then. Publish one: POST /v1/agreements."
            raise NotFound(message, partnership=partnership)
        return self._pinned(partnership, rows[0][0])

    def versions(self, partnerships: Sequence[str] | None = None) -> list[Row[Any]]:
        """List published versions without their documents, of some partnerships or of all (None)."""
        columns = [column for column in agreements.c if column.name != "document"]
        query = select(*columns).order_by(agreements.c.partnership, agreements.c.version)
        if partnerships is not None:
            query = query.where(agreements.c.partnership.in_(partnerships))
        with self._ledger.recorder.reading.connect() as connection:
            return list(connection.execute(query).all())

    def newest(self, partnership: str, as_of: datetime) -> int:
        """Give the newest version on record at an instant: for ever the same, as no lower one can come later.

        NotFound where there was none yet; InvalidField where the instant lies in the future.
        """
        stream, reading = f"{partnership}/agreement", self._ledger.recorder.reading
        check_past(as_of, self._ledger.clock.now())
        at_version = version_at(reading, stream, as_of)
        if at_version is None:
            raise NotFound("No agreement of that partnership was published by then.", partnership=partnership)
        return max(self._ledger.get(Agreements, stream, version=at_version).digests)

    def _record(self, partnership: str, *, by: str, at: datetime) -> Agreements:
        stream = f"{partnership}/agreement"
        try:
            return self._ledger.get(Agreements, stream)
        except NotFound:
            return Agreements._create(Agreements.Begun, id=stream, by=by, at=at)  # noqa: SLF001 - the library's way

    def _receipted(self, partnership: str, at_version: int) -> Agreement:
        """Give what a repeated request published: the last version of the record as it stood then."""
        record = self._ledger.get(Agreements, f"{partnership}/agreement", version=at_version)
        return self.get(partnership, max(record.digests))

    def _load(self, partnership: str, version: int) -> AgreementTerms:
        query = select(agreements.c.document).where(
            agreements.c.partnership == partnership, agreements.c.version == version
        )
        with self._ledger.recorder.reading.connect() as connection:
            document = connection.execute(query).scalar()
        if document is None:
            raise NotFound(partnership=partnership, version=version)
        return AgreementTerms(parse(document))


def _row(record: Agreements, fact: Agreements.Published) -> dict[str, Any]:
    return {
        "partnership": record.id.partition("/")[0],
        "version": fact.version,
        "title": fact.title,
        "digest": fact.digest,
        "effective_from": fact.effective_from,
        "effective_to": fact.effective_to,
        "published_at": fact.timestamp.astimezone(UTC),
        "document": json.loads(fact.document),
    }
