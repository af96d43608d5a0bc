"""What the law wants known: who became aware, and what was filed when."""

from __future__ import annotations

from incidents.happenings.base import Decision
from incidents.ledger.facts import FreeText  # noqa: TC001 - the catalogue reads the annotations at run time


class BecameAware(Decision):
    """A party came to know what the law counts from: `at` may lie before the report (clock rule 12)."""

    party: str


class FilingSubmitted(Decision):
    """A legal notification was made. The number of a filing is this fact's version.

    `complete` is False for a first phase. `reasons` say why it was late.
    """

    notification: str
    complete: bool
    reference: FreeText | None
    reasons: FreeText | None
    evidence: FreeText | None


class FilingAcknowledged(Decision):
    """Whoever was notified confirmed it."""

    filing: int
    reference: FreeText | None


class FilingAmended(Decision):
    """Something was added to a filing, or put right. `complete`: nothing more is owed to it."""

    filing: int
    complete: bool
    text: FreeText
    evidence: FreeText | None
