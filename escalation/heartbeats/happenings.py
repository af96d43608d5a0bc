"""What can happen to a heartbeat. That it calls is no fact: there may be thousands a minute."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import ClassVar

from incidents.ledger.facts import Fact, FirstFact, FreeText


class Made(FirstFact):
    """A party made it; see `Settings`. `secret_hash` is the SHA-256 of what is secret in its address."""

    partnership: str
    party: str
    name: str
    secret_hash: str
    service: str
    impact: str
    urgency: str
    interval_seconds: int
    grace_seconds: int
    resolves: bool
    title: FreeText | None


class Edited(Fact):
    """Its settings are these from now on."""

    service: str
    impact: str
    urgency: str
    interval_seconds: int
    grace_seconds: int
    resolves: bool
    title: FreeText | None


class AddressChanged(Fact):
    """It has another address, and the one before is none any more."""

    secret_hash: str


class Paused(Fact):
    """Its silence means nothing, until it is resumed."""


class Resumed(Fact):
    """It counts again, from now on."""


class Removed(Fact):
    """It is no more, and its name is free."""


class Missed(Fact):
    """It was silent for longer than it may, `since` it was last heard or began to count: that opened an incident."""

    SYSTEM: ClassVar[bool] = True

    since: datetime
    incident: str


class DeclarationRefused(Fact):
    """It was missed, and the agreement took no incident of it: `why`, in our own words. It is tried again."""

    SYSTEM: ClassVar[bool] = True

    since: datetime
    why: str


class HeardAgain(Fact):
    """The silence that began at `since` is over."""

    SYSTEM: ClassVar[bool] = True

    since: datetime
    heard_at: datetime


class SubjectErased(Fact):
    """What people had written in it was erased."""
