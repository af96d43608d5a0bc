"""What a new version of an agreement must go through before it holds, and how many may wait. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import rfc8785

from escalation.agreement.spans import Dates
from escalation.book import refusals
from escalation.book.renewal import signatories
from escalation.book.versions import PROPOSED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.book.versions import Version

TIME_TO_SIGN = Dates(days=30)
"""How long a proposal waits for signatures where the agreement names no notice (governance.amendments.notice)."""
MOST_OPEN = 5
"""Proposals of one party that wait at once."""
MOST_A_MONTH, MONTH = 20, timedelta(days=30)
"""Proposals of one party in thirty days, whatever became of them: the record keeps the whole document of each."""


@dataclass(frozen=True)
class Draft:
    """A checked agreement on its way, as the facts of its record tell it.

    Attributes:
        content: What `Published` and `Proposed` hold of the document.
        signers: The parties that must sign; see `signers_of`.
        terms: What `Proposed` holds beyond the content, but for its party.
    """

    version: int
    digest: str
    content: dict[str, Any]
    signers: tuple[str, ...]
    terms: dict[str, Any]


def draft(agreement: Agreement, amended: Agreement | None, now: datetime) -> Draft:
    """Work out what a version needs, proposed at `now`; the version that it amends rules as well."""
    rules = [each.governance.amendments for each in (amended, agreement) if each is not None]
    signers = signers_of(agreement, amended)
    notices = [rule.notice.end(now, agreement.tz) for rule in rules if rule.notice is not None]
    noticed = max(notices, default=TIME_TO_SIGN.end(now, agreement.tz))
    not_before = max([agreement.effective_from, *notices])
    return Draft(
        version=agreement.version,
        digest=agreement.digest,
        content=_content(agreement),
        signers=signers,
        terms={
            "signers": list(signers),
            "not_before": not_before,
            "lapses_at": max(agreement.effective_from, noticed),
        },
    )


def signers_of(agreement: Agreement, amended: Agreement | None) -> tuple[str, ...]:
    """Give the parties that must sign a version; none where neither it nor the one that it amends names any.

    Those whom either of them names, and every signatory of either: nobody gets around a signature by leaving
    `signed_by`, or the party, out of a new version, and nobody is bound who has not signed.
    """
    both = [each for each in (amended, agreement) if each is not None]
    named = [party for each in both for party in each.governance.amendments.signed_by]
    bound = [party for each in both for party in signatories(each)]
    return tuple(dict.fromkeys(named + bound)) if named else ()


def check_place(versions: Mapping[int, Version], number: int, party: str, now: datetime) -> None:
    """Refuse a party's proposal whose number leaves others out, or that is one too many. NotNext; TooManyOpen.

    A number that was used, or that is too low, is for the record to refuse.
    """
    newest = max(versions, default=0)
    if number > newest + 1:
        raise refusals.NotNext(next=newest + 1)
    if number in versions:
        return
    theirs = [each for each in versions.values() if each.proposed_for == party]
    if sum(each.stage == PROPOSED for each in theirs) >= MOST_OPEN:
        raise refusals.TooManyOpen(most=MOST_OPEN)
    if sum(each.published_at > now - MONTH for each in theirs) >= MOST_A_MONTH:
        raise refusals.TooManyOpen(
            "Your party has proposed too many versions in thirty days. Wait for a while.", most=MOST_A_MONTH
        )


def _content(agreement: Agreement) -> dict[str, Any]:
    return {
        "version": agreement.version,
        "title": agreement.title,
        "digest": agreement.digest,
        "effective_from": agreement.effective_from,
        "effective_to": agreement.effective_to,
        "document": rfc8785.dumps(agreement.document).decode(),  # type: ignore[arg-type] # plain JSON by contract
        "supersedes": agreement.supersedes,
    }
