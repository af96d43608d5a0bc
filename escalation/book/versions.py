"""How the versions of an agreement stand, and which is in force at an instant. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from escalation.book import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

PROPOSED, IN_FORCE, WITHDRAWN, LAPSED = "proposed", "in_force", "withdrawn", "lapsed"
"""The stages that facts lead to. Time adds three: signed and published, before it acts, and ended."""

SIGNED, PUBLISHED, ENDED = "signed", "published", "ended"
STAGES = (PROPOSED, SIGNED, PUBLISHED, IN_FORCE, ENDED, WITHDRAWN, LAPSED)


class Standing(Protocol):
    """What tells how a version stands: a Version has it, and so has its row."""

    stage: str
    in_force_from: datetime | None
    ends_at: datetime | None
    signers: Sequence[str]


@dataclass
class Version:
    """One version, without its document.

    Attributes:
        published_at: When it came on record.
        proposed_for: The party that proposed it; None: the operator.
        signers: The parties that must sign; empty: it needed no signature.
        signed: When each party signed.
        not_before: The earliest instant at which a proposal can act.
        lapses_at: When a proposal lapses.
        in_force_from: From when on it holds; None: nobody knows yet, or never.
        ends_at: From when on it holds no more; None: open-ended.
    """

    partnership: str
    version: int
    title: str
    digest: str
    effective_from: datetime
    effective_to: datetime | None
    published_at: datetime
    stage: str = IN_FORCE
    proposed_for: str | None = None
    signers: Sequence[str] = ()
    signed: dict[str, datetime] = field(default_factory=dict)
    not_before: datetime | None = None
    lapses_at: datetime | None = None
    in_force_from: datetime | None = None
    ends_at: datetime | None = None

    @property
    def awaited(self) -> tuple[str, ...]:
        """The parties that still have to sign."""
        return tuple(party for party in self.signers if party not in self.signed) if self.stage == PROPOSED else ()

    def proposed(self, party: str | None, signers: Sequence[str], not_before: datetime, lapses_at: datetime) -> Self:
        """Make a proposal of it."""
        self.stage, self.proposed_for, self.signers = PROPOSED, party, tuple(signers)
        self.not_before, self.lapses_at = not_before, lapses_at
        return self

    def lacks_signature(self, digest: str, party: str) -> bool:
        """Say whether a party has not signed it yet. DigestDiffers; NotASigner."""
        if self.digest != digest:
            raise refusals.DigestDiffers(signed=digest, stands=self.digest)
        if party not in self.signers:
            raise refusals.NotASigner(signers=list(self.signers))
        return party not in self.signed

    def must_be_open(self, at: datetime) -> None:
        """Refuse what is no proposal any more at an instant, whether or not that was said yet. NotProposed."""
        if self.stage != PROPOSED:
            raise refusals.NotProposed(stage=self.stage)
        if self.lapses_at is not None and self.lapses_at <= at:
            raise refusals.NotProposed(stage=LAPSED)

    def acts_from(self, at: datetime, *, amends: bool) -> datetime:
        """Give from when on it holds if the last party signs at `at`.

        A first version holds from the date that was signed, past or not; an amendment never before it was signed.
        """
        if not amends:
            return self.effective_from
        return max(self.not_before or self.effective_from, self.effective_from, at)

    def holds_until(self, end: datetime) -> None:
        """Let it hold no longer than until an instant, and not at all if that lies before its beginning."""
        self.ends_at = end if self.ends_at is None else min(self.ends_at, end)


def stage_at(version: Standing, at: datetime) -> str:
    """Give the stage of a version, or of its row, at an instant, in the words of STAGES."""
    if version.stage != IN_FORCE or version.in_force_from is None:
        return version.stage
    if version.ends_at is not None and version.ends_at <= at:
        return ENDED
    if version.in_force_from > at:
        return SIGNED if version.signers else PUBLISHED
    return IN_FORCE


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """Give the newest version that holds at an instant."""
    holding = (
        each
        for each in versions
        if each.in_force_from is not None and each.in_force_from <= at and (each.ends_at is None or each.ends_at > at)
    )
    return max(holding, key=lambda each: each.version, default=None)


def newest_agreed(versions: Iterable[Version]) -> Version | None:
    """Give the newest version that all had agreed to, whenever it begins."""
    agreed = (each for each in versions if each.in_force_from is not None)
    return max(agreed, key=lambda each: each.version, default=None)


def end_of(versions: Iterable[Version]) -> datetime | None:
    """Give when the last version ends; None: one of them is open-ended, or there is none."""
    ends = [each.ends_at for each in versions if each.in_force_from is not None]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
