"""What the short records beside the agreement have in common: who opened them, under which version, and a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from escalation.engine.reminders import Reminding
from incidents.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.ledger.sealing import Hidden


class Over(Refused):
    """It is over: nothing more can be done with it."""

    code = "over"


class NotYours(Refused):
    """Only the party that opened it can do that."""

    code = "not_yours"


class NotConcerned(Refused):
    """That is for a party whom it concerns. Send it as a member, or with a key, of one."""

    code = "not_concerned"


class Matter(Reminding):
    """A short record. Whoever may read the agreement sees all of it."""

    KIND: ClassVar[str]
    """The middle of its stream's name, and its event types' prefix."""
    PLURAL: ClassVar[str]
    """Its address beneath `/v1/`."""

    agreement_version: int
    party: str
    stage: str
    opened_at: datetime

    @property
    def public_id(self) -> str:
        """The id that clients use."""
        return self.id.rpartition("/")[2]

    @property
    def path(self) -> str:
        """Where people read it, beneath `/v1/`."""
        return f"{self.PLURAL}/{self.public_id}"


def words(text: str | Hidden, otherwise: str) -> str:
    """Give what somebody wrote, or something in its place once that is erased."""
    return text if isinstance(text, str) else otherwise
