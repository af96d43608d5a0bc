"""What the envelope, the term and the defaults of the worked example bring about."""

from __future__ import annotations

from datetime import UTC, datetime

from escalation.agreement import check_document
from escalation.agreement.reading import parse
from escalation.book.proposals import draft
from escalation.book.renewal import schedule
from tests.support.example_agreement import agreed, example_agreement, example_text

NEW_YEAR = datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_a_version_says_what_it_is() -> None:
    """What is proposed and signed is this version of this partnership, by its title, instead of the one before."""
    agreement = example_agreement()
    content = draft(agreement, None, NEW_YEAR).content
    assert agreement.partnership == "acme-globex"
    assert (content["version"], content["supersedes"]) == (3, 2)
    assert content["title"] == "Acme - Globex operations partnership"


def test_the_envelope_says_which_rules_read_it() -> None:
    """Another format, or another kind of document, is not read by these rules."""
    document = example_agreement().document
    for key, other in (("apiVersion", "partnership-sla/v2"), ("kind", "Contract")):
        assert [mistake.field for mistake in check_document({**document, key: other})] == [key]


def test_the_paper_is_known_by_its_digest() -> None:
    """Whoever has the signed paper can compare it with what runs: both are part of what is signed."""
    paper = parse(example_agreement().document).document["metadata"]["document"]  # type: ignore[index] # plain JSON
    assert paper["ref"] == "contracts/acme-globex-v3.pdf"
    assert paper["sha256"] == "2f0a6c1f4c1b5d0d7c8a53d6a8c1f3d2b9e4f7a60c1d2e3f405162738495a6b7"


def test_the_term_begins_on_new_years_day_in_berlin_and_has_no_end() -> None:
    """A version cannot come into force before its term; without an end nobody is reminded of one."""
    agreement = example_agreement()
    assert draft(agreement, None, datetime(2025, 6, 1, tzinfo=UTC)).terms["not_before"] == NEW_YEAR
    assert agreement.effective_from == NEW_YEAR
    assert agreement.effective_to is None


def test_notice_is_to_be_given_ninety_days_ahead() -> None:
    """Reminders come 30, 7 and 1 days before the last day on which notice can be given."""
    ends_at = datetime(2026, 12, 31, 23, tzinfo=UTC)
    due = [due for due in schedule(example_agreement(), ends_at, noticed=False) if "notice" in due.occasion.reminder]
    assert [due.at.date().isoformat() for due in due] == ["2026-09-02", "2026-09-25", "2026-10-01"]


def test_the_zone_of_the_agreement_says_where_a_date_ends() -> None:
    """Ninety days from a summer evening end at midnight in Berlin, after the clocks have changed."""
    agreement = example_agreement()
    assert agreement.notice is not None
    ends_at = agreement.notice.end(datetime(2026, 8, 1, 20, tzinfo=UTC), agreement.tz)
    assert ends_at == datetime(2026, 10, 30, 23, tzinfo=UTC)


def test_publishing_says_that_no_amounts_are_computed_in_euros() -> None:
    """The currency is on record for whoever settles the credits."""
    agreement = example_agreement()
    defaults = parse(agreement.document).document["spec"]["defaults"]  # type: ignore[index] # plain JSON
    assert defaults["currency"] == "EUR"
    assert agreement.later[0] == "spec.defaults.currency is kept: no amounts are computed yet."
    assert agreed(example_text().replace(", currency: EUR", "")).later == agreement.later[1:]
