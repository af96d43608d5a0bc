"""The incident, in three bands: what can happen, what may be asked, what changes (convention 1).

All guards stand in the second band. The third only assigns: it runs again on every replay, so a rule that is
tightened there would make old streams unreadable.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.happenings import WHOLE
from incidents.incident.answering import Answerable
from incidents.incident.aware import LegallyBound
from incidents.incident.backdating import accept_older_time
from incidents.incident.claiming import Claiming
from incidents.incident.following_up import FollowedUp
from incidents.incident.linking import Linked
from incidents.incident.pausing import Pausable
from incidents.incident.rating import Rated
from incidents.incident.requeuing import Requeuable
from incidents.incident.responding import Respondable
from incidents.incident.visibility import VisibilityChange, must_be_alone, restrictable_fields

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.ledger.sealing import Hidden

ENGINE = "engine"
"""The actor of what the system itself says."""

AUDIENCES = ("internal", "partner")


class Incident(Rated, FollowedUp, Pausable, LegallyBound, Answerable, Respondable, Requeuable, Linked):
    """Something broke. It has a status, a severity, people in roles, running pauses, and its whole history."""

    # --- what can happen (each told in happenings/) -------------------------------------------------------------------

    Event = happenings.IncidentEvent
    Declared = happenings.Declared
    Classified = Rated.Classified
    SeverityChanged = Claiming.SeverityChanged
    Acknowledged = Answerable.Acknowledged
    Unacknowledged = Answerable.Unacknowledged
    AcknowledgementExpired = Answerable.AcknowledgementExpired
    Snoozed = Answerable.Snoozed
    SnoozeEnded = Answerable.SnoozeEnded
    SnoozeExpired = Answerable.SnoozeExpired
    Escalated = Answerable.Escalated
    Reassigned = Answerable.Reassigned
    LadderExhausted = Answerable.LadderExhausted
    Assigned = Respondable.Assigned
    ResponderAsked = Respondable.ResponderAsked
    ResponderAccepted = Respondable.ResponderAccepted
    ResponderDeclined = Respondable.ResponderDeclined
    Noted = happenings.Noted
    UpdatePosted = happenings.UpdatePosted
    ClockPaused = Pausable.ClockPaused
    ClockResumed = Pausable.ClockResumed
    PauseVetoed = Pausable.PauseVetoed
    MilestoneReached = Pausable.MilestoneReached
    Mitigated = happenings.Mitigated
    Resolved = happenings.Resolved
    Reopened = happenings.Reopened
    Closed = happenings.Closed
    Cancelled = happenings.Cancelled
    MarkedDuplicate = Linked.MarkedDuplicate
    DuplicateMerged = Linked.DuplicateMerged
    ParentLinked = Linked.ParentLinked
    ParentUnlinked = Linked.ParentUnlinked
    ChildLinked = Linked.ChildLinked
    ChildUnlinked = Linked.ChildUnlinked
    VisibilityChanged = Linked.VisibilityChanged
    SubjectErased = happenings.SubjectErased
    ReviewPublished = FollowedUp.ReviewPublished
    ActionAgreed = FollowedUp.ActionAgreed
    ActionClosed = FollowedUp.ActionClosed
    BecameAware = LegallyBound.BecameAware
    FilingSubmitted = LegallyBound.FilingSubmitted
    FilingAcknowledged = LegallyBound.FilingAcknowledged
    FilingAmended = LegallyBound.FilingAmended
    ClaimMade = Claiming.ClaimMade
    VoteCast = Claiming.VoteCast
    EvidenceGiven = Claiming.EvidenceGiven
    ClaimDecided = Claiming.ClaimDecided
    ClaimWithdrawn = Claiming.ClaimWithdrawn
    ClaimEscalated = Claiming.ClaimEscalated
    ClaimLapsed = Claiming.ClaimLapsed
    SeveritySettled = Claiming.SeveritySettled
    ClockWarned = happenings.ClockWarned
    ClockBreached = happenings.ClockBreached
    ClockDeviated = happenings.ClockDeviated
    ClockCorrected = happenings.ClockCorrected
    PauseExpired = Pausable.PauseExpired
    RungFired = happenings.RungFired
    RungSkipped = happenings.RungSkipped
    PageSent = happenings.PageSent
    PageFailed = happenings.PageFailed
    PageWithdrawn = happenings.PageWithdrawn
    PageRequeued = Requeuable.PageRequeued
    AgreementMigrated = happenings.AgreementMigrated

    # --- what may be asked -----------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The number that people say: INC-1042."""
        return f"INC-{self.number}"

    def note(self, text: str, **said: Unpack[Said]) -> None:
        """Write a note: at any time, also after the end. Withdrawn."""
        self._must_not_be_withdrawn()
        self.trigger_event(Incident.Noted, text=text, **said)

    def post_update(self, text: str, audience: str, **said: Unpack[Said]) -> None:
        """Post a status update. Withdrawn."""
        self._must_not_be_withdrawn()
        self.trigger_event(Incident.UpdatePosted, text=text, audience=audience, **said)

    def mitigate(self, text: str | None, **said: Unpack[Said]) -> None:
        """Say that the users no longer feel it. NotActive; AlreadyMitigated."""
        self._must_be_active()
        if self.status == "mitigated":
            raise refusals.AlreadyMitigated
        self.trigger_event(Incident.Mitigated, text=text, **said)

    def resolve(self, text: str | None, **said: Unpack[Said]) -> None:
        """Say that it is over: running pauses end with it. NotActive."""
        self._must_be_active()
        self.trigger_event(Incident.Resolved, text=text, **said)

    def reopen(self, reason: str, **said: Unpack[Said]) -> None:
        """Say that it was not over. NotOver."""
        if self.status not in {"resolved", "closed"}:
            raise refusals.NotOver
        self.trigger_event(Incident.Reopened, reason=reason, **said)

    def close(self, **said: Unpack[Said]) -> None:
        """Be done with it. NotResolved."""
        if self.status != "resolved":
            raise refusals.NotResolved
        self.trigger_event(Incident.Closed, **said)

    def cancel(self, reason: str, **said: Unpack[Said]) -> None:
        """Call it a false alarm. NotActive."""
        self._must_be_active()
        self.trigger_event(Incident.Cancelled, reason=reason, **said)

    def change_visibility(self, change: VisibilityChange, **said: Unpack[Said]) -> None:
        """Let some parties only see an earlier fact, or some of its fields. InvalidField; NotYours; OthersTookPart."""
        fields = restrictable_fields(self.history, change, said.get("for_party"))
        if change.entry == 1 and WHOLE in fields and change.to is not None:
            must_be_alone(self.history, change.to)
        to = None if change.to is None else list(change.to)
        self.trigger_event(
            Incident.VisibilityChanged, entry=change.entry, fields=fields, to=to, reason=change.reason, **said
        )

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased (see ledger/erasure.py): the law asks no incident's status."""
        self.trigger_event(Incident.SubjectErased, by=by, at=at)

    def tell(
        self, happening: type[happenings.SystemEvent], at: datetime, *, by: str = ENGINE, **values: object
    ) -> None:
        """Record what the system itself saw or did. Whoever calls has looked whether it was said before."""
        # The library has made a class of its own of each kind that changes something: that one acts.
        self.trigger_event(getattr(self, happening.__name__), by=by, at=at, **values)

    # --- what changes ----------------------------------------------------------------------------------------------

    @event(happenings.Declared)
    def __init__(
        self,
        number: int,
        title: str | Hidden,
        description: str | Hidden | None,
        service: str,
        agreement_version: int,
        impact: str | None,
        urgency: str | None,
        users_affected_pct: int | None,
        flags: list[str],
        severity: str,
        source: str | None,
        source_id: str | None,
        for_party: str | None,
        visible_to: list[str] | None,
        by: str,
        at: datetime,
    ) -> None:
        """Begin open, with nobody on it."""
        self.number, self.title, self.description = number, title, description
        self.service, self.agreement_version = service, agreement_version
        self.source, self.source_id = source, source_id
        self.status = "open"
        self.reported_by, self.reported_at, self.reported_for = by, at, for_party
        self.visible_to = visible_to
        """The parties for whom the incident exists; None: all."""
        self.visibility: dict[int, dict[str, list[str] | None]] = {}
        """What was decided later about who sees an earlier fact: by its version and field."""
        self.breached: list[tuple[str, int]] = []
        """The clocks that ran over, each with its cycle, in the order in which they did."""
        self.mitigated_at: datetime | None = None
        self.resolved_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.roles, self.pauses, self.reopened = {}, {}, 0
        self._begin_answering()
        self._begin_responding()
        self._begin_claims()
        self._begin_duties()
        self._begin_following_up()
        self._begin_links()
        self._assess(impact, urgency, users_affected_pct, flags, severity)

    @event(happenings.VisibilityChanged)
    def _visibility_changed(self, entry: int, fields: list[str], to: list[str] | None) -> None:
        self.visibility.setdefault(entry, {}).update(dict.fromkeys(fields, to))
        if entry == 1 and WHOLE in fields:
            self.visible_to = to

    @event(happenings.ClockBreached)
    def _clock_breached(self, clock: str, cycle: int) -> None:
        self.breached.append((clock, cycle))

    @event(happenings.AgreementMigrated)
    def _agreement_migrated(self, agreement_version: int) -> None:
        self.agreement_version = agreement_version

    @event(happenings.ClockCorrected)
    def _clock_corrected(self, clock: str, cycle: int) -> None:
        if (clock, cycle) in self.breached:
            self.breached.remove((clock, cycle))

    @event(happenings.Mitigated)
    def _mitigated(self, at: datetime) -> None:
        self.mitigated_at = at
        self._settle()

    @event(happenings.Resolved)
    def _resolved(self, at: datetime) -> None:
        self.resolved_at = at
        self._end("resolved")

    @event(happenings.Reopened)
    def _reopened(self) -> None:
        self.resolved_at = self.closed_at = self.mitigated_at = self.reviewed_at = None
        self.reopened += 1
        self._settle()

    @event(happenings.Closed)
    def _closed(self, at: datetime) -> None:
        self.closed_at = at
        self.status = "closed"

    @event(happenings.Cancelled)
    def _cancelled(self, at: datetime) -> None:
        self.closed_at = at
        self._end("cancelled")

    def _settle_claim(self, claim: int, outcome: str, at: datetime) -> None:
        """A time that is accepted later is when it was so, here as for the clocks."""
        super()._settle_claim(claim, outcome, at)
        accept_older_time(self, self.claims.get(claim))

    def _end(self, status: str) -> None:
        """Pauses and snoozes end with it."""
        self.pauses, self.snoozed = {}, {}
        self.status = status

    def _settle(self) -> None:
        """An active incident shows how far it has come."""
        reached = "mitigated" if self.mitigated_at else "acknowledged" if self.acknowledged_by else "open"
        self.status = reached
