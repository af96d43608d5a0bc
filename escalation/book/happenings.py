"""What can happen to an agreement between partners: its facts, each a past participle."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import ClassVar

from escalation.engine.reminders import Reminding
from incidents.ledger.facts import FirstFact, FreeText


class AgreementEvent(Reminding.Event):
    """Something that happened to an agreement."""


class Begun(FirstFact):
    """The partnership came to be, with its first agreement."""


class Published(AgreementEvent):
    """A version was published that needs no signature. It acts from its `effective_from`.

    `document` is its canonical JSON (RFC 8785), `digest` that text's SHA-256.
    """

    version: int
    title: str
    digest: str
    effective_from: datetime
    effective_to: datetime | None
    document: str
    supersedes: int | None = field(default=None, kw_only=True)


class Proposed(AgreementEvent):
    """A version was proposed that parties must sign.

    Attributes:
        version, title, digest, effective_from, effective_to, document, supersedes: As with `Published`.
        party: For which party; None: the operator's proposal.
        signers: The parties that must sign.
        not_before: The earliest instant at which it can act.
        lapses_at: When it lapses, unless all have signed.
    """

    version: int
    title: str
    digest: str
    effective_from: datetime
    effective_to: datetime | None
    document: str
    supersedes: int | None
    party: str | None
    signers: list[str]
    not_before: datetime
    lapses_at: datetime


class Signed(AgreementEvent):
    """A party signed a version: `digest` is what it had before it."""

    version: int
    digest: str
    party: str


class EnteredForce(AgreementEvent):
    """The last party had signed. From `in_force_from` on the version holds, and the earlier ones no more."""

    version: int
    in_force_from: datetime


class ProposalWithdrawn(AgreementEvent):
    """A version was taken back before it was in force; its number is used up."""

    version: int
    party: str | None


class ProposalLapsed(AgreementEvent):
    """Not all had signed in time; the version's number is used up."""

    SYSTEM: ClassVar[bool] = True

    version: int


class MigrationProposed(AgreementEvent):
    """Running incidents are to move to a version in force. The number of a migration is this fact's version.

    Attributes:
        to_version: Where they are to move.
        incidents: Which, by public id.
        needs: The parties that must sign.
        party: For which party it was proposed; None: the operator's proposal.
    """

    to_version: int
    incidents: list[str]
    needs: list[str]
    party: str | None


class MigrationSigned(AgreementEvent):
    """A party signed a migration."""

    migration: int
    party: str


class MigrationCarriedOut(AgreementEvent):
    """The last party had signed, and these incidents moved; those that were over by then did not."""

    migration: int
    incidents: list[str]


class MigrationWithdrawn(AgreementEvent):
    """A migration was taken back before all had signed."""

    migration: int
    party: str | None


class NoticeGiven(AgreementEvent):
    """A party gave notice: the agreement ends at `ends_at`."""

    party: str
    ends_at: datetime
    reason: FreeText | None


class Ended(AgreementEvent):
    """The agreement ended, at the fact's `at`: nothing is declared under it any more."""

    SYSTEM: ClassVar[bool] = True


class HandedOver(AgreementEvent):
    """A party was given the record: `digest` is the SHA-256 of its manifest, `entries` how many events it holds."""

    party: str
    digest: str
    entries: int


class SubjectErased(AgreementEvent):
    """What people wrote in it was erased."""
