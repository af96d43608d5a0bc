from __future__ import annotations

from datetime import timedelta

import pytest

from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from incidents.terms import Assessment, Verdict
from tests.support.clocked import agreed, rule, the_agreement

TERMS = AgreementTerms(the_agreement())


def test_terms_name_their_agreement() -> None:
    """Partnership, version, and how far back a fact may be reported (clock rule 13)."""
    assert (TERMS.partnership, TERMS.version, TERMS.accept_backdated_by) == ("acme-globex", 1, timedelta(hours=4))


def test_the_services_tier_counts_for_the_floors() -> None:
    """The severity comes from the matrix, and says so."""
    assert TERMS.classify(Assessment("low", "now"), "payments") == Verdict("S2", "impact low, urgency now")


@pytest.mark.parametrize(
    ("check", "known", "unknown"),
    [("check_service", "payments", "mail"), ("check_severity", "S3", "S4"), ("check_party", "globex", "initech")],
)
def test_what_the_agreement_does_not_name_is_refused(check: str, known: str, unknown: str) -> None:
    """The message lists what it does name."""
    getattr(TERMS, check)(known)
    with pytest.raises(InvalidField, match=known):
        getattr(TERMS, check)(unknown)


def test_a_reason_pauses_what_lists_it() -> None:
    """Clock rule 5: all of those clocks, or the ones that were asked for."""
    assert TERMS.paused_by("waiting", None) == ("update", "resolve")
    assert TERMS.paused_by("waiting", ("resolve",)) == ("resolve",)
    assert TERMS.paused_by("window", None) == ("resolve",)


@pytest.mark.parametrize(
    ("reason", "clocks", "field"),
    [
        ("lunch", None, "reason"),
        ("window", ("update",), "clocks"),
        ("waiting", ("acknowledge",), "clocks"),
        ("waiting", (), "clocks"),
    ],
)
def test_what_cannot_be_paused_is_refused(reason: str, clocks: tuple[str, ...] | None, field: str) -> None:
    """Clock rule 5: an unknown reason, a clock that does not list it, and no clock at all."""
    with pytest.raises(InvalidField) as refused:
        TERMS.paused_by(reason, clocks)
    assert refused.value.field == field


def test_a_reason_that_no_clock_lists_pauses_nothing() -> None:
    """Somebody would believe that the clocks stand still."""
    terms = AgreementTerms(agreed(pauses=rule("lonely")))
    with pytest.raises(InvalidField, match="no clock"):
        terms.paused_by("lonely", None)
