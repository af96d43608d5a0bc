"""A test page: somebody has themselves paged in all the ways that their contact rules name, to see that each arrives.

Its stream is `test_page/<id>`, in the operator's log; its first fact says in which partnership: there are its webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from eventsourcing.domain import event

from escalation.crew.reaching import PAGE
from escalation.crew.staff import PERSON
from escalation.engine.reminders import Occasion, Reminding
from incidents.errors import Refused
from incidents.ledger.facts import FirstFact

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.crew.reaching import Calling

TEST_STREAM = "test_page/"
TEST = "test"
"""The kind of its messages."""


class TrialOver(Refused):
    """That test page was stopped already."""

    code = "test_page_over"


class Trial(Reminding):
    """A test page. Each step is a delivery like any other: on the same queue, with the same tries."""

    MESSAGE_KIND: ClassVar[str] = TEST

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Reminding.Event):
        """Something that happened to a test page."""

    class Asked(FirstFact):
        """Somebody asked for it: as they are paged (`urgency` 0), or as they are informed (1)."""

        partnership: str
        person: str
        urgency: int

    class Stopped(Event):
        """What has not left yet is wanted no more."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def public_id(self) -> str:
        """The id that clients use."""
        return self.id.removeprefix(TEST_STREAM)

    @property
    def partnership(self) -> str:
        """Where it was asked for."""
        return self._partnership

    @property
    def path(self) -> str:
        """Where whoever asked follows it."""
        return f"partnerships/{self.partnership}/test-pages/{self.public_id}"

    def subject(self, reminded: Reminding.Reminded) -> str:  # noqa: ARG002 - all are of one kind
        """Say what it is."""
        return "This is a test. Nothing is wrong, and nobody waits for an answer"

    def wants(self, reminded: Reminding.Reminded) -> bool:  # noqa: ARG002 - as above
        """Until it is stopped."""
        return not self.stopped

    def send(self, calling: Calling) -> None:
        """Have everything sent, each step after its time."""
        whom = [PERSON + self.person]
        page, notify = (whom, []) if self.urgency == PAGE else ([], whom)
        self.remind(Occasion("test_page"), calling, page=page, notify=notify)

    def stop(self, *, by: str, at: datetime) -> None:
        """Withdraw what has not left yet. TrialOver."""
        if self.stopped:
            raise TrialOver
        self.trigger_event(Trial.Stopped, by=by, at=at)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Asked)
    def __init__(self, partnership: str, person: str, urgency: int) -> None:
        """Begin."""
        self._partnership, self.person, self.urgency = partnership, person, urgency
        self.stopped = False

    @event(Stopped)
    def _stopped(self) -> None:
        self.stopped = True
