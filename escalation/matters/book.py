"""What people do with disputes, notices and certificates: open them, change them, find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sqlalchemy import select

from escalation.book.renewal import signatories
from escalation.changes import once
from escalation.matters.base import Matter, NotConcerned
from escalation.matters.certificate import Certificate
from escalation.matters.dispute import Dispute
from escalation.matters.notice import MAINTENANCE, Notice
from escalation.tables import matters
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.agreement.spans import Dates
    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

M = TypeVar("M", bound=Matter)

MOST = 500
"""Records of a kind in one list: what lies further back is in the feed."""
REACH = timedelta(days=36_525)
"""How far from now the times of a record may lie."""


class NoDisputes(Refused):
    """The agreement does not say how disputes are settled (governance.disputes). Settle it outside Tocsin."""

    code = "no_disputes"


class TooLateToDispute(Refused):
    """It was to be disputed earlier (governance.disputes.raise_within)."""

    code = "too_late_to_dispute"


@dataclass(frozen=True)
class Disputed:
    """What is disputed: in words, the kind of thing, its id if it has one, and when it was so."""

    subject: str
    about: str
    reference: str | None
    happened_at: datetime


@dataclass(frozen=True)
class Change:
    """What a notice tells."""

    kind: str
    services: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None
    text: str
    rollback: str | None


@dataclass(frozen=True)
class Held:
    """What a party holds, and until when; `renews` is the public id of the certificate that it takes the place of."""

    what: str
    reference: str | None
    issued_at: datetime
    expires_at: datetime
    renews: str | None = None


class Matters:
    """The use cases. All raise NotFound, Conflict and KeyReused, and what the record itself refuses."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take the ledger, and where agreements are found."""
        self._ledger = ledger
        self._book = book

    def dispute(self, partnership: str, disputed: Disputed, sender: Sender) -> Changed[Dispute]:
        """Raise a dispute about the contract. NoDisputes; TooLateToDispute; NotConcerned."""

        def opened(agreement: Agreement, party: str, now: datetime) -> dict[str, Any]:
            rules, parties = agreement.governance.disputes, signatories(agreement)
            if rules is None:
                raise NoDisputes
            if party not in parties:
                raise NotConcerned
            until = rules.raise_within.end(disputed.happened_at, agreement.tz)
            if until <= now:
                raise TooLateToDispute(until=until.isoformat())
            first = rules.steps[0]
            return {
                "parties": list(parties),
                "subject": disputed.subject,
                "about": disputed.about,
                "reference": disputed.reference,
                "to": first.to,
                "due_at": first.within.end(now, agreement.tz),
            }

        return self._open(Dispute, Dispute.Raised, partnership, sender, opened)

    def give_notice(self, partnership: str, change: Change, sender: Sender) -> Changed[Notice]:
        """Give notice of a change; one that comes later than agreed says so. NotConcerned; InvalidField."""

        def opened(agreement: Agreement, party: str, now: datetime) -> dict[str, Any]:
            unknown = [service for service in change.services if service not in agreement.services]
            if unknown:
                raise InvalidField("services", f"They must be among: {', '.join(agreement.services)}.")
            _check_span(change, now)
            to = [each for each in signatories(agreement) if each != party]
            period = notice_period(agreement, change)
            return {
                "to": to,
                "kind": change.kind,
                "services": list(change.services),
                "starts_at": change.starts_at,
                "ends_at": change.ends_at,
                "text": change.text,
                "rollback": change.rollback,
                "short_notice": period is not None and period.end(now, agreement.tz) > change.starts_at,
                "tz": agreement.tz,
            }

        return self._open(Notice, Notice.Given, partnership, sender, opened)

    def record_certificate(self, partnership: str, held: Held, sender: Sender) -> Changed[Certificate]:
        """Record what one's party holds; it renews another one of that party if it says so. InvalidField; NotYours."""
        if held.expires_at <= held.issued_at:
            raise InvalidField("expires_at", "Give an instant after `issued_at`.")
        old = None if held.renews is None else self.found(Certificate, held.renews, "renews")

        def opened(agreement: Agreement, party: str, now: datetime) -> dict[str, Any]:  # noqa: ARG001 - as for the others
            _check_near(now, issued_at=held.issued_at, expires_at=held.expires_at)
            if old is not None and old.partnership != partnership:
                raise InvalidField("renews", "Give the id of a certificate of this partnership.")
            return {
                "what": held.what,
                "reference": held.reference,
                "issued_at": held.issued_at,
                "expires_at": held.expires_at,
                "tz": agreement.tz,
            }

        def renewed(new: Certificate, command: Command) -> tuple[Matter, ...]:
            if old is None:
                return ()
            replaced = self._ledger.get(Certificate, old.id)
            replaced.renew(new.public_id, new.party, by=sender.by, at=command.recorded_at)
            return (replaced,)

        return self._open(Certificate, Certificate.Recorded, partnership, sender, opened, renewed)

    def change(self, kind: type[M], stream: str, sender: Sender, act: Callable[[M, str, datetime], None]) -> Changed[M]:
        """Let a party do something with a record. NotConcerned for who is of none."""
        party = _party_of(sender)

        def decide(command: Command) -> tuple[M, tuple[()]]:
            record = self._ledger.get(kind, stream)
            act(record, party, command.recorded_at)
            return record, ()

        return once(self._ledger, kind, sender, decide)

    def found(self, kind: type[M], public_id: str, field: str | None = None) -> M:
        """Read a record by its public id. NotFound; with the name of a field that it came in, InvalidField."""
        query = select(matters.c.stream).where(matters.c.id == public_id, matters.c.kind == kind.KIND)
        with self._ledger.recorder.reading.connect() as connection:
            stream = connection.execute(query).scalar()
        if stream is None and field is not None:
            raise InvalidField(field, f"There is no {kind.KIND} with that id.")
        if stream is None:
            raise NotFound
        return self._ledger.get(kind, stream)

    def listed(self, kind: type[M], partnerships: Sequence[str] | None) -> list[M]:
        """Read the records of a kind, of some partnerships or of all (None), the latest first."""
        query = select(matters.c.stream).where(matters.c.kind == kind.KIND)
        query = query.order_by(matters.c.opened_at.desc(), matters.c.id).limit(MOST)
        if partnerships is not None:
            query = query.where(matters.c.partnership.in_(partnerships))
        with self._ledger.recorder.reading.connect() as connection:
            streams = list(connection.execute(query).scalars())
            found = self._ledger.get_many(streams, connection) if streams else {}
        return [record for stream in streams if isinstance(record := found[stream], kind)]

    def _open(
        self,
        kind: type[M],
        fact: type[Any],
        partnership: str,
        sender: Sender,
        opened: Callable[[Agreement, str, datetime], dict[str, Any]],
        besides: Callable[[M, Command], tuple[Matter, ...]] = lambda _record, _command: (),
    ) -> Changed[M]:
        """Open a record under the agreement in force. NotFound where none is."""
        party = _party_of(sender)

        def decide(command: Command) -> tuple[M, tuple[Matter, ...]]:
            now = command.recorded_at
            agreement = self._book.in_force(partnership, now).agreement
            values = {"party": party, "agreement_version": agreement.version, **opened(agreement, party, now)}
            stream = f"{partnership}/{kind.KIND}/{uuid4().hex}"
            record = kind._create(fact, id=stream, by=sender.by, at=now, **values)  # noqa: SLF001 - the library's way
            return record, besides(record, command)

        return once(self._ledger, kind, sender, decide)


def notice_period(agreement: Agreement, change: Change) -> Dates | None:
    """Give how early a change is to be announced; None: the agreement does not say.

    Maintenance as the exclusions ask whose windows it could have (`conditions.notice`), the longest; anything else is
    a change of what was agreed upon, and is announced as an amendment is.
    """
    if change.kind != MAINTENANCE:
        return agreement.governance.amendments.notice
    asked = [
        each.announced
        for each in agreement.exclusions.values()
        if each.announced is not None and (not each.services or set(each.services) & set(change.services))
    ]
    return max(asked, key=lambda span: (span.months, span.days), default=None)


def _check_near(now: datetime, **moments: datetime | None) -> None:
    """Refuse what lies too far away to be meant: reminders before it could lie outside the calendar."""
    for name, at in moments.items():
        if at is not None and abs(at - now) > REACH:
            raise InvalidField(name, "It lies more than a hundred years away. Give the instant that is meant.")


def _check_span(change: Change, now: datetime) -> None:
    _check_near(now, starts_at=change.starts_at, ends_at=change.ends_at)
    if change.starts_at <= now:
        raise InvalidField("starts_at", "Give an instant that is still to come.")
    if change.ends_at is not None and change.ends_at <= change.starts_at:
        raise InvalidField("ends_at", "Give an instant after `starts_at`.")


def _party_of(sender: Sender) -> str:
    if sender.party is None:
        raise NotConcerned
    return sender.party
