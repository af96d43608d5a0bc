"""The agreement of one partnership: its versions and who signed them, migrations, and its end.

Three bands, as an incident has them: what can happen, what may be asked, what changes. It reminds people of its end.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from escalation.book import happenings, refusals
from escalation.book.migratable import Migratable
from escalation.book.renewal import HANDOVER, NOTICE, about, in_words
from escalation.book.versions import IN_FORCE, LAPSED, WITHDRAWN, Version, end_of, newest_agreed
from incidents.errors import NotFound
from incidents.incident import ENGINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.book.proposals import Draft
    from escalation.engine.reminders import Reminding


class Agreements(Migratable):
    """The agreement of one partnership: its versions by number, its migrations, and whether it has ended."""

    # --- what can happen (each told in happenings.py) ----------------------------------------------------------------

    Event = happenings.AgreementEvent
    Begun = happenings.Begun
    Published = happenings.Published
    Proposed = happenings.Proposed
    Signed = happenings.Signed
    EnteredForce = happenings.EnteredForce
    ProposalWithdrawn = happenings.ProposalWithdrawn
    ProposalLapsed = happenings.ProposalLapsed
    MigrationProposed = Migratable.MigrationProposed
    MigrationSigned = Migratable.MigrationSigned
    MigrationCarriedOut = Migratable.MigrationCarriedOut
    MigrationWithdrawn = Migratable.MigrationWithdrawn
    NoticeGiven = happenings.NoticeGiven
    Ended = happenings.Ended
    HandedOver = happenings.HandedOver
    SubjectErased = happenings.SubjectErased
    Reminded = Migratable.Reminded
    ReminderSent = Migratable.ReminderSent
    ReminderFailed = Migratable.ReminderFailed
    ReminderWithdrawn = Migratable.ReminderWithdrawn
    ReminderRequeued = Migratable.ReminderRequeued

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Where people read it, beneath `/v1/`."""
        return f"agreements/{self.partnership}"

    @property
    def ends_at(self) -> datetime | None:
        """When the last version ends; None: it is open-ended."""
        return end_of(self.versions.values())

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say what is coming."""
        return in_words(reminded)

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """Say whether it still ends when it was said to, and people still have something to do about it."""
        if reminded.reminder == HANDOVER:
            return reminded.about not in self.handed_over
        if self.ended_at is not None or (reminded.reminder.startswith(NOTICE) and self.notice_given):
            return False
        return reminded.about == about(self.ends_at)

    def numbered(self, number: int) -> Version:
        """Give a version. NotFound."""
        if number not in self.versions:
            raise NotFound(partnership=self.partnership, version=number)
        return self.versions[number]

    def document(self, number: int) -> str:
        """Give a version's canonical JSON. NotFound."""
        for fact in self.history:
            if isinstance(fact, happenings.Published | happenings.Proposed) and fact.version == number:
                return fact.document
        raise NotFound(partnership=self.partnership, version=number)

    def publish(self, draft: Draft, *, by: str, at: datetime) -> None:
        """Publish a version that needs no signature; the same one again changes nothing.

        VersionTaken; VersionTooLow; VersionUsedUp.
        """
        if self._is_new(draft.version, draft.digest):
            self.trigger_event(Agreements.Published, **draft.content, by=by, at=at)

    def propose(self, draft: Draft, party: str | None, *, by: str, at: datetime) -> None:
        """Propose a version for parties to sign; the same one again changes nothing. Raises as `publish`."""
        if self._is_new(draft.version, draft.digest):
            self.trigger_event(Agreements.Proposed, **draft.content, **draft.terms, party=party, by=by, at=at)

    def sign(self, number: int, digest: str, party: str, *, by: str, at: datetime) -> None:
        """Sign a version for a party; twice is once. With the last signature it enters into force.

        NotFound; DigestDiffers; NotASigner; NotProposed; Overtaken.
        """
        version, newest = self.numbered(number), newest_agreed(self.versions.values())
        if not version.lacks_signature(digest, party):
            return
        version.must_be_open(at)
        if newest is not None and newest.version > number:
            raise refusals.Overtaken(newest=newest.version)
        self.trigger_event(Agreements.Signed, version=number, digest=digest, party=party, by=by, at=at)
        if not version.awaited:
            since = version.acts_from(at, amends=newest is not None)
            self.trigger_event(Agreements.EnteredForce, version=number, in_force_from=since, by=by, at=at)

    def withdraw(self, number: int, party: str | None, *, by: str, at: datetime) -> None:
        """Take a proposal back; None is the operator. NotFound; NotYours; NotProposed."""
        version = self.numbered(number)
        if party is not None and party != version.proposed_for:
            raise refusals.NotYours
        if version.stage != WITHDRAWN:
            version.must_be_open(at)
            self.trigger_event(Agreements.ProposalWithdrawn, version=number, party=party, by=by, at=at)

    def lapse(self, number: int, at: datetime) -> None:
        """Say that a proposal was not signed in time."""
        self.trigger_event(Agreements.ProposalLapsed, version=number, by=ENGINE, at=at)

    def give_notice(self, party: str, ends_at: datetime, reason: str | None, *, by: str, at: datetime) -> None:
        """Give notice for a party. NotInForce; NoticeAlreadyGiven."""
        if self.ended_at is not None or newest_agreed(self.versions.values()) is None:
            raise refusals.NotInForce
        if self.notice_given is not None:
            raise refusals.NoticeAlreadyGiven(ends_at=self.notice_given.isoformat())
        self.trigger_event(Agreements.NoticeGiven, party=party, ends_at=ends_at, reason=reason, by=by, at=at)

    def end(self, at: datetime) -> None:
        """Say that the agreement ended, at an instant that has come."""
        self.trigger_event(Agreements.Ended, by=ENGINE, at=at)

    def hand_over(self, party: str, digest: str, entries: int, *, by: str, at: datetime) -> None:
        """Say that a party was given the record. NotEnded."""
        if self.ended_at is None:
            raise refusals.NotEnded
        self.trigger_event(Agreements.HandedOver, party=party, digest=digest, entries=entries, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased."""
        self.trigger_event(Agreements.SubjectErased, by=by, at=at)

    def _is_new(self, number: int, digest: str) -> bool:
        known = self.versions.get(number)
        if known is not None and known.stage in {WITHDRAWN, LAPSED}:
            raise refusals.VersionUsedUp(version=number, stage=known.stage)
        if known is not None and known.digest != digest:
            raise refusals.VersionTaken(version=number)
        if known is None and number < max(self.versions, default=0):
            raise refusals.VersionTooLow(latest=max(self.versions))
        return known is None

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.Begun)
    def __init__(self) -> None:
        """Begin without a version."""
        self.versions: dict[int, Version] = {}
        self.migrations = {}
        self.notice_given: datetime | None = None
        """When notice ends it."""
        self.ended_at: datetime | None = None
        self.handed_over: list[str] = []
        """The parties that were given the record since it ended."""

    @event(happenings.Published)
    def _published(
        self,
        version: int,
        title: str,
        digest: str,
        effective_from: datetime,
        effective_to: datetime | None,
        supersedes: int | None,
        timestamp: datetime,
    ) -> None:
        self.versions[version] = Version(
            self.partnership, version, title, digest, effective_from, effective_to, timestamp.astimezone(UTC)
        )
        replaced = [supersedes] if supersedes in self.versions else []
        self._begin(self.versions[version], effective_from, replaced)

    @event(happenings.Proposed)
    def _proposed(
        self,
        version: int,
        title: str,
        digest: str,
        effective_from: datetime,
        effective_to: datetime | None,
        party: str | None,
        signers: list[str],
        not_before: datetime,
        lapses_at: datetime,
        timestamp: datetime,
    ) -> None:
        self.versions[version] = Version(
            self.partnership, version, title, digest, effective_from, effective_to, timestamp.astimezone(UTC)
        ).proposed(party, signers, not_before, lapses_at)

    @event(happenings.Signed)
    def _signed(self, version: int, party: str, at: datetime) -> None:
        self.versions[version].signed[party] = at

    @event(happenings.EnteredForce)
    def _entered_force(self, version: int, in_force_from: datetime) -> None:
        earlier = [number for number in self.versions if number < version]
        self._begin(self.versions[version], in_force_from, earlier)

    @event(happenings.ProposalWithdrawn)
    def _proposal_withdrawn(self, version: int) -> None:
        self.versions[version].stage = WITHDRAWN

    @event(happenings.ProposalLapsed)
    def _proposal_lapsed(self, version: int) -> None:
        self.versions[version].stage = LAPSED

    @event(happenings.NoticeGiven)
    def _notice_given(self, ends_at: datetime) -> None:
        self.notice_given = ends_at
        for version in self.versions.values():
            if version.in_force_from is not None:
                version.holds_until(ends_at)

    @event(happenings.Ended)
    def _ended(self, at: datetime) -> None:
        self.ended_at = at

    @event(happenings.HandedOver)
    def _handed_over(self, party: str) -> None:
        self.handed_over.append(party)

    def _begin(self, version: Version, since: datetime, replaced: Iterable[int]) -> None:
        """Let a version hold from an instant on, and those that it replaces until then. It renews what has ended."""
        for number in replaced:
            self.versions[number].holds_until(since)
        version.stage, version.in_force_from, version.ends_at = IN_FORCE, since, version.effective_to
        if self.notice_given is not None and since < self.notice_given:
            version.holds_until(self.notice_given)
        elif version.ends_at is None or version.ends_at > since:
            self.notice_given, self.ended_at, self.handed_over = None, None, []
