"""What people do with an agreement: publish, propose, sign, withdraw, give notice, hand over. One method a use case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.book import refusals
from escalation.book.proposals import check_place, draft, signers_of
from escalation.book.record import Agreements
from escalation.book.renewal import signatories
from escalation.book.versions import newest_agreed
from escalation.changes import once
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.book.agreement_book import AgreementBook
    from escalation.changes import Changed, Sender
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger


class AgreementLife:
    """The use cases. All raise NotFound, Conflict and KeyReused, and what the record itself refuses."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take the ledger, and where versions are found."""
        self._ledger = ledger
        self._book = book

    def publish(self, agreement: Agreement, sender: Sender) -> Changed[Agreements]:
        """Publish a checked agreement on the operator's word, or propose it where it needs signatures.

        The same version and content again changes nothing. VersionTaken; VersionTooLow; VersionUsedUp.
        """

        def decide(command: Command) -> tuple[Agreements, tuple[()]]:
            record = self._begun(agreement.partnership, sender, command)
            at = command.recorded_at
            new = draft(agreement, self._amended(record), at)
            if new.signers:
                record.propose(new, None, by=sender.by, at=at)
            else:
                record.publish(new, by=sender.by, at=at)
            return record, ()

        return once(self._ledger, Agreements, sender, decide)

    def propose(self, agreement: Agreement, sender: Sender) -> Changed[Agreements]:
        """Propose an amendment for a party; None is the operator, who may propose any version.

        NotYoursToPropose; NotToBeProposed; NotNext; TooManyOpen; and as `publish`.
        """
        if sender.party is None:
            return self.publish(agreement, sender)
        party = sender.party

        def act(record: Agreements, at: datetime) -> None:
            amended = self._amended(record)
            new = draft(agreement, amended, at)
            if amended is None or not new.signers:
                raise refusals.NotToBeProposed
            if party not in proposers(amended):
                raise refusals.NotYoursToPropose(proposed_by=amended.governance.amendments.proposed_by)
            check_place(record.versions, new.version, party, at)
            record.propose(new, party, by=sender.by, at=at)

        return self._change(agreement.partnership, sender, act)

    def sign(self, partnership: str, version: int, digest: str, sender: Sender) -> Changed[Agreements]:
        """Sign a version for one's party. NotASigner; DigestDiffers; NotProposed; Overtaken."""
        party = _party_of(sender)

        def act(record: Agreements, at: datetime) -> None:
            amended = self._amended(record)
            record.sign(version, digest, party, by=sender.by, at=at)
            if record.pending_events and amended is not None:
                self._must_name_all(record, version, amended)

        return self._change(partnership, sender, act)

    def withdraw(self, partnership: str, version: int, sender: Sender) -> Changed[Agreements]:
        """Take a proposal back. NotYours; NotProposed."""
        return self._change(
            partnership, sender, lambda record, at: record.withdraw(version, sender.party, by=sender.by, at=at)
        )

    def give_notice(self, partnership: str, reason: str | None, sender: Sender) -> Changed[Agreements]:
        """Give notice for one's party: an open-ended agreement ends when the notice is over.

        One that ends anyway then ends as it says. NotASigner; NotInForce; NoNoticePeriod; NoticeTooLate;
        NoticeAlreadyGiven.
        """
        party = _party_of(sender)

        def act(record: Agreements, at: datetime) -> None:
            agreement = self._last(record)
            if party not in signatories(agreement):
                raise refusals.NotASigner(signers=list(signatories(agreement)))
            record.give_notice(party, _noticed_end(agreement, record.ends_at, at), reason, by=sender.by, at=at)

        return self._change(partnership, sender, act)

    def hand_over(self, partnership: str, party: str, digest: str, entries: int, sender: Sender) -> Changed[Agreements]:
        """Record that a party was given the record. NotEnded."""
        return self._change(
            partnership, sender, lambda record, at: record.hand_over(party, digest, entries, by=sender.by, at=at)
        )

    def records_kept_until(self, record: Agreements) -> datetime | None:
        """Give until when the record is to be kept (governance.records.retain); None: nothing says so, or no end is."""
        newest, ends_at = newest_agreed(record.versions.values()), record.ends_at
        if newest is None or ends_at is None:
            return None
        agreement = self._book.get(record.partnership, newest.version)
        return None if agreement.governance.retain is None else agreement.governance.retain.end(ends_at, agreement.tz)

    def receivers(self, record: Agreements) -> tuple[str, ...]:
        """Give the parties that receive the record at the end; none while nothing was agreed to that could end."""
        newest = newest_agreed(record.versions.values())
        if newest is None:
            return ()
        agreement = self._book.get(record.partnership, newest.version)
        return agreement.handover or signatories(agreement)

    def _must_name_all(self, record: Agreements, version: int, amended: Agreement) -> None:
        """Refuse a proposal from before a version that names others who must sign. Overtaken."""
        needed = signers_of(self._book.get(record.partnership, version), amended)
        if not set(needed) <= set(record.numbered(version).signers):
            raise refusals.Overtaken(newest=amended.version)

    def _begun(self, partnership: str, sender: Sender, command: Command) -> Agreements:
        stream = f"{partnership}/agreement"
        try:
            return self._ledger.get(Agreements, stream)
        except NotFound:
            return Agreements._create(Agreements.Begun, id=stream, by=sender.by, at=command.recorded_at)  # noqa: SLF001 - the library's way

    def _amended(self, record: Agreements) -> Agreement | None:
        """Give the version whose rules a new one must keep: the newest agreed one, unless the agreement has ended."""
        newest = newest_agreed(record.versions.values())
        if newest is None or record.ended_at is not None:
            return None
        return self._book.get(record.partnership, newest.version)

    def _last(self, record: Agreements) -> Agreement:
        newest = newest_agreed(record.versions.values())
        if newest is None:
            raise refusals.NotInForce
        return self._book.get(record.partnership, newest.version)

    def _change(
        self, partnership: str, sender: Sender, act: Callable[[Agreements, datetime], None]
    ) -> Changed[Agreements]:
        def decide(command: Command) -> tuple[Agreements, tuple[()]]:
            record = self._book.record(partnership)
            act(record, command.recorded_at)
            return record, ()

        return once(self._ledger, Agreements, sender, decide)


def _party_of(sender: Sender) -> str:
    if sender.party is None:
        raise refusals.NotASigner
    return sender.party


def proposers(agreement: Agreement) -> frozenset[str]:
    """Give the parties that may propose an amendment."""
    named = agreement.governance.amendments.proposed_by
    return frozenset(signatories(agreement)) if named == "any_signatory" else agreement.parties_named(named)


def _noticed_end(agreement: Agreement, ends_at: datetime | None, at: datetime) -> datetime:
    """Give when an agreement ends of which notice is given at an instant. NoNoticePeriod; NoticeTooLate."""
    if agreement.notice is None:
        raise refusals.NoNoticePeriod
    over = agreement.notice.end(at, agreement.tz)
    if ends_at is None:
        return over
    if over > ends_at:
        raise refusals.NoticeTooLate(ends_at=ends_at.isoformat())
    return ends_at
