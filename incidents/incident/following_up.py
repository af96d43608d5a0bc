"""What follows an incident: its review, and the actions that were agreed so that it does not happen again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.claiming import Claiming
from incidents.incident.claims import EXTENSION, check_near

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.ledger.sealing import Hidden
    from incidents.terms import Terms

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Action:
    """An action that was agreed, by its name, with a priority of the agreement."""

    id: str
    priority: str
    text: str | Hidden
    agreed_at: datetime
    closed_at: datetime | None = None


class FollowedUp(Claiming):
    """The review and the actions of an incident."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    ReviewPublished = happenings.ReviewPublished
    ActionAgreed = happenings.ActionAgreed
    ActionClosed = happenings.ActionClosed

    # --- what may be asked -------------------------------------------------------------------------------------------

    reviewed_at: datetime | None
    """When its review was published; None once more if it was reopened since."""
    actions: dict[str, Action]

    def publish_review(self, reference: str | None, **said: Unpack[Said]) -> None:
        """Say that its review is there. Withdrawn; NothingToReview; AlreadyPublished."""
        self._must_not_be_withdrawn()
        if self.active:
            raise refusals.NothingToReview
        if self.reviewed_at is not None:
            raise refusals.AlreadyPublished
        self.trigger_event(self.ReviewPublished, reference=reference, **said)

    def agree_action(self, action: str, priority: str, text: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Agree on something to be done, under a name of its own. Withdrawn; InvalidField; AlreadyAgreed."""
        self._must_not_be_withdrawn()
        if not _NAME.fullmatch(action):
            raise InvalidField("action", "Use a letter, then letters, digits, - or _; at most 64.")
        terms.action_clocks(priority)
        if action in self.actions:
            raise refusals.AlreadyAgreed
        self.trigger_event(self.ActionAgreed, action=action, priority=priority, text=text, **said)

    def close_action(self, action: str, text: str | None, **said: Unpack[Said]) -> None:
        """Say that an action was carried out. Withdrawn; InvalidField; ActionOver."""
        self._must_not_be_withdrawn()
        self._open_action(action)
        self.trigger_event(self.ActionClosed, action=action, text=text, **said)

    def extend_action(self, action: str, until: datetime, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Claim more time for an action. Withdrawn; InvalidField; ActionOver; NotClaimable; AlreadyClaimed."""
        self._must_not_be_withdrawn()
        this = self._open_action(action)
        check_near("until", until, said["at"])
        if until <= said["at"]:
            raise InvalidField("until", "It has passed. Give the instant until which the action shall have time.")
        clocks = terms.action_clocks(this.priority)
        mandate = terms.mandate("extend_action", said["at"])
        self._make(EXTENSION, action, mandate, reason, said, clocks=list(clocks), until=until)

    def _open_action(self, action: str) -> Action:
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise InvalidField("action", f"It must be one of: {known}." if known else "No action was agreed upon yet.")
        if self.actions[action].closed_at is not None:
            raise refusals.ActionOver
        return self.actions[action]

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_following_up(self) -> None:
        self.reviewed_at = None
        self.actions = {}

    @event(happenings.ReviewPublished)
    def _review_published(self, at: datetime) -> None:
        self.reviewed_at = at

    @event(happenings.ActionAgreed)
    def _action_agreed(self, action: str, priority: str, text: str | Hidden, at: datetime) -> None:
        self.actions[action] = Action(action, priority, text, at)

    @event(happenings.ActionClosed)
    def _action_closed(self, action: str, at: datetime) -> None:
        if this := self.actions.get(action):
            self.actions[action] = replace(this, closed_at=at)
