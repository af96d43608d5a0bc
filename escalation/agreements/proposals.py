"""What a new version of an agreement must go through before it holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785

from escalation.agreement.spans import Dates

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement import Agreement

TIME_TO_SIGN = Dates(days=30)
"""How long a proposal waits for signatures where the agreement names no notice (governance.amendments.notice)."""


@dataclass(frozen=True)
class Draft:
    """A checked agreement on its way, as the facts of its record tell it.

    Attributes:
        content: What `Published` and `Proposed` hold of the document.
        signers: The parties that must sign: those that it names, and those that the version in force names.
        terms: What `Proposed` holds beyond the content, but for its party.
    """

    version: int
    digest: str
    content: dict[str, Any]
    signers: tuple[str, ...]
    terms: dict[str, Any]


def draft(agreement: Agreement, amended: Agreement | None, now: datetime) -> Draft:
    """Work out what a version needs, proposed at `now`.

    The version that it amends rules as well: nobody gets around a signature by leaving `signed_by` out of a new one.
    """
    rules = [each.governance.amendments for each in (amended, agreement) if each is not None]
    signers = tuple(dict.fromkeys(party for rule in rules for party in rule.signed_by))
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
