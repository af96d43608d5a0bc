"""Finding agreements: the version that is in force or pinned, and how each version stands."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select

from escalation.agreement import parse
from escalation.book.life import AgreementLife
from escalation.book.record import Agreements
from escalation.book.versions import in_force, newest_agreed
from escalation.changes import Sender
from escalation.tables import agreements
from escalation.terms import AgreementTerms
from incidents.errors import InvalidField, NotFound
from incidents.ledger.moments import check_past, version_at
from incidents.ledger.pipeline import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.agreement import Agreement
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.receipts import RequestKey

_IN_FORCE = (
    select(agreements.c.version)
    .where(
        agreements.c.partnership == bindparam("of"),
        agreements.c.in_force_from <= bindparam("instant"),
        or_(agreements.c.ends_at.is_(None), agreements.c.ends_at > bindparam("instant")),
    )
    .order_by(agreements.c.version.desc())
    .limit(1)
)
"""The same as `versions.in_force`, of the rows."""

_NONE = "No agreement of that partnership is in force then. Publish one: POST /v1/agreements."
_PROPOSED = "No agreement of that partnership is in force then. The parties have yet to sign: GET /v1/agreements."


class AgreementBook:
    """Where agreements are found and published (implements incidents.terms.Agreements)."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger. Compiled versions are kept: they are immutable."""
        self._ledger = ledger
        self._pinned = lru_cache(maxsize=256)(self._load)

    def publish(self, agreement: Agreement, *, by: str, request: RequestKey | None = None) -> Agreement:
        """Publish a checked agreement on the operator's word, or propose it where it needs signatures (life.py)."""
        changed = AgreementLife(self._ledger, self).publish(agreement, Sender(by, request=request))
        published = max(changed.record.versions) if changed.replayed else agreement.version
        return self.get(changed.record.partnership, published)

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version, compiled. NotFound."""
        return self._pinned(partnership, version).agreement

    def pinned(self, partnership: str, version: int) -> AgreementTerms:
        """Give a version as terms. NotFound."""
        return self._pinned(partnership, version)

    def in_force(self, partnership: str, at: datetime, *, as_of: datetime | None = None) -> AgreementTerms:
        """Give the newest version that is in force at an instant, as things stand or stood on record at another.

        NotFound, with what to do; InvalidField where `as_of` lies in the future.
        """
        version = self._in_force(partnership, at) if as_of is None else self._known_in_force(partnership, at, as_of)
        if version is None:
            raise NotFound(self._why_none(partnership, at), partnership=partnership)
        return self._pinned(partnership, version)

    def check_party(self, partnership: str, party: str, at: datetime) -> None:
        """Refuse a party that no version names which is in force, or was last, or waits for signatures.

        InvalidField; NotFound without any.
        """
        agreements = self.named(partnership, at)
        if not any(party in agreement.parties for agreement in agreements):
            known = dict.fromkeys(name for agreement in agreements for name in agreement.parties)
            raise InvalidField("party", f"It must be one of: {', '.join(known)}.")

    def named(self, partnership: str, at: datetime) -> list[Agreement]:
        """Give the versions whose parties and contacts people may name; that which is in force, or was last, first.

        Those too that wait for signatures: who is to sign a first version must be let in before it is in force.
        NotFound without any.
        """
        versions = self.record(partnership).versions.values()
        bound = in_force(versions, at) or newest_agreed(versions)
        waiting = [version for version in versions if version.awaited and version is not bound]
        found = [self.get(partnership, version.version) for version in (bound, *waiting) if version is not None]
        if not found:
            raise NotFound(_NONE, partnership=partnership)
        return found

    def record(self, partnership: str, *, version: int | None = None) -> Agreements:
        """Give the record of a partnership's agreement, as it stands or as of a version of the record. NotFound."""
        return self._ledger.get(Agreements, f"{partnership}/agreement", version=version)

    def versions(self, partnerships: Sequence[str] | None = None) -> list[Row[Any]]:
        """List versions without their documents, of some partnerships or of all (None)."""
        columns = [column for column in agreements.c if column.name != "document"]
        query = select(*columns).order_by(agreements.c.partnership, agreements.c.version)
        if partnerships is not None:
            query = query.where(agreements.c.partnership.in_(partnerships))
        with self._ledger.recorder.reading.connect() as connection:
            return list(connection.execute(query).all())

    def known(self, partnership: str, as_of: datetime) -> Agreements:
        """Give the record as it was known at an instant: for ever the same.

        NotFound where there was none yet; InvalidField where the instant lies in the future.
        """
        check_past(as_of, self._ledger.clock.now())
        at_version = version_at(self._ledger.recorder.reading, f"{partnership}/agreement", as_of)
        if at_version is None:
            raise NotFound("No agreement of that partnership was published by then.", partnership=partnership)
        return self.record(partnership, version=at_version)

    def _in_force(self, partnership: str, at: datetime) -> int | None:
        with self._ledger.recorder.reading.connect() as connection:
            rows = fetch(connection, _IN_FORCE, {"of": partnership, "instant": at})
        return int(rows[0][0]) if rows else None

    def _known_in_force(self, partnership: str, at: datetime, as_of: datetime) -> int | None:
        found = in_force(self.known(partnership, as_of).versions.values(), at)
        return None if found is None else found.version

    def _why_none(self, partnership: str, at: datetime) -> str:
        try:
            record = self.record(partnership)
        except NotFound:
            return _NONE
        if record.ends_at is not None and record.ends_at <= at:
            return f"The agreement ended at {record.ends_at:%Y-%m-%d %H:%M} UTC. Agree on a new version to go on."
        return _PROPOSED if any(version.awaited for version in record.versions.values()) else _NONE

    def _load(self, partnership: str, version: int) -> AgreementTerms:
        query = select(agreements.c.document).where(
            agreements.c.partnership == partnership, agreements.c.version == version
        )
        with self._ledger.recorder.reading.connect() as connection:
            document = connection.execute(query).scalar()
        if document is None:
            raise NotFound(partnership=partnership, version=version)
        return AgreementTerms(parse(document))
