"""The agreement's record alone: which versions hold when, and what cannot be asked of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.agreement.model import Amendments, Governance
from escalation.agreement.spans import Dates
from escalation.book import Agreements, refusals
from escalation.book.duties import AgreementDuties
from escalation.book.proposals import draft
from escalation.book.versions import in_force
from incidents.ledger.command import Command, in_command
from tests.support.clock import NOON
from tests.support.clocked import the_agreement

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement

DAY = timedelta(days=1)


def agreed(version: int, *, signers: tuple[str, ...] = ("acme", "globex"), **changes: object) -> Agreement:
    """Give the tests' agreement as a version that parties must sign."""
    governance = Governance(amendments=Amendments(signed_by=signers, notice=Dates(days=10)))
    base = replace(the_agreement(), version=version, digest=f"{version:064x}", governance=governance)
    return replace(base, **changes)  # type: ignore[arg-type] # the fields of Agreement


class Signing:
    """A record, and the days since it began."""

    def __init__(self) -> None:
        """Begin without a version, at noon of day 0."""
        with in_command(Command(NOON)):
            self.record = Agreements._create(Agreements.Begun, id="acme-globex/agreement", by="key:1", at=NOON)  # noqa: SLF001 - the library's way
        self.now = NOON
        self.amended: Agreement | None = None

    def propose(self, agreement: Agreement) -> None:
        """Propose a version, which amends the last one that was agreed."""
        with in_command(Command(self.now)):
            self.record.propose(draft(agreement, self.amended, self.now), "acme", by="key:1", at=self.now)

    def sign(self, version: int, *parties: str) -> None:
        """Sign for parties."""
        for party in parties:
            with in_command(Command(self.now)):
                self.record.sign(version, f"{version:064x}", party, by=f"key:{party}", at=self.now)

    def holds(self, at: datetime) -> int | None:
        """Give the version that holds at an instant."""
        found = in_force(self.record.versions.values(), at)
        return None if found is None else found.version


def test_signatures_count_in_any_order_and_once() -> None:
    """It enters into force with the last missing one, whoever's that is."""
    signing = Signing()
    signing.propose(agreed(1))
    signing.sign(1, "globex", "globex", "globex")
    assert signing.record.numbered(1).awaited == ("acme",)
    assert signing.holds(NOON) is None
    signing.sign(1, "acme", "globex")
    assert [type(fact).__name__ for fact in signing.record.history].count("EnteredForce") == 1
    assert signing.holds(NOON) == 1


def test_signers_of_both_versions_must_sign() -> None:
    """Those whom the version in force names, and those whom the new one names, each once; the longer notice holds."""
    old = agreed(1, signers=("acme", "globex"))
    new = agreed(2, signers=("globex", "initech"))
    new = replace(new, governance=Governance(amendments=Amendments(signed_by=("globex", "initech"))))
    found = draft(new, old, NOON)
    assert found.signers == ("acme", "globex", "initech")
    assert found.terms["lapses_at"] == found.terms["not_before"] > NOON + 10 * DAY
    assert draft(replace(new, governance=Governance()), None, NOON).signers == ()


def test_a_proposal_without_notice_has_thirty_days() -> None:
    """It lapses then, but not before the day on which it is effective."""
    new = replace(agreed(1), governance=Governance(amendments=Amendments(signed_by=("acme",))))
    assert draft(new, None, NOON).terms["lapses_at"] > NOON + 30 * DAY
    later = NOON + 90 * DAY
    assert draft(replace(new, effective_from=later), None, NOON).terms["lapses_at"] == later


def test_the_engine_lapses_what_is_not_signed() -> None:
    """At the very instant, once; and then it owes nothing."""
    signing, duties = Signing(), AgreementDuties()
    signing.propose(agreed(1))
    lapses_at = duties.next_instant(signing.record)
    assert lapses_at == signing.record.numbered(1).lapses_at
    assert lapses_at is not None
    for at, stage in ((lapses_at - timedelta(seconds=1), "proposed"), (lapses_at, "lapsed")):
        with in_command(Command(at)):
            duties.tell(signing.record, at)
        assert signing.record.numbered(1).stage == stage
    assert duties.next_instant(signing.record) is None
    with pytest.raises(refusals.VersionUsedUp):
        signing.propose(agreed(1))


def test_notice_ends_every_version_and_a_later_one_renews() -> None:
    """A version that begins before the end ends with it; one that begins then goes on."""
    signing = Signing()
    signing.propose(agreed(1))
    signing.sign(1, "acme", "globex")
    end = NOON + 100 * DAY
    with in_command(Command(NOON)):
        signing.record.give_notice("globex", end, None, by="key:1", at=NOON)
    signing.propose(agreed(2))
    signing.sign(2, "acme", "globex")
    assert (signing.holds(end - DAY), signing.holds(end)) == (2, None)
    signing.propose(agreed(3, effective_from=end))
    signing.sign(3, "acme", "globex")
    assert (signing.holds(end - DAY), signing.holds(end), signing.record.ends_at) == (2, 3, None)
    assert signing.record.notice_given is None


@given(
    st.lists(st.tuples(st.integers(-30, 60), st.none() | st.integers(61, 200)), min_size=1, max_size=5),
    st.lists(st.integers(-40, 250), max_size=20),
)
def test_of_agreed_versions_the_newest_that_has_begun_holds(
    terms: list[tuple[int, int | None]], days: list[int]
) -> None:
    """Each replaces those before it from its beginning on, so none comes back when a newer one has ended."""
    signing = Signing()
    for version, (since, until) in enumerate(terms, 1):
        ends = None if until is None else NOON + until * DAY
        signing.propose(agreed(version, effective_from=NOON + since * DAY, effective_to=ends))
        signing.sign(version, "acme", "globex")
    versions = list(signing.record.versions.values())
    for day in days:
        at = NOON + day * DAY
        begun = [each for each in versions if each.in_force_from is not None and each.in_force_from <= at]
        newest = max(begun, key=lambda each: each.version, default=None)
        expected = newest.version if newest and (newest.effective_to is None or newest.effective_to > at) else None
        assert signing.holds(at) == expected
