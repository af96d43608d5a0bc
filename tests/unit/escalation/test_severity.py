from __future__ import annotations

import pytest

from escalation.severity import Floor, SeverityRules, classify, worse
from incidents.errors import InvalidField
from incidents.terms import Assessment, Verdict

RULES = SeverityRules(
    scale=("S1", "S2", "S3"),
    impact=("major", "minor"),
    urgency=("high", "normal"),
    matrix={("major", "high"): "S1", ("major", "normal"): "S2", ("minor", "high"): "S3", ("minor", "normal"): "S3"},
    floors=(
        Floor("S2", service_tier="critical", users_affected_pct=25),
        Floor("S1", flag="personal_data_breach"),
    ),
)


def test_the_matrix_decides() -> None:
    """Without a floor the matrix gives the severity, and the reason names its row and column."""
    found = classify(RULES, Assessment("major", "normal"))
    assert found == Verdict("S2", "impact major, urgency normal")


@pytest.mark.parametrize(
    ("tier", "share", "expected"),
    [
        ("critical", 25, "S2"),
        ("critical", 24, "S3"),
        ("critical", None, "S3"),
        ("standard", 90, "S3"),
        (None, 90, "S3"),
    ],
)
def test_a_floor_needs_each_of_its_conditions(tier: str | None, share: int | None, expected: str) -> None:
    """The tier and the share of users must both be known and hold; the share counts from its bound on."""
    found = classify(RULES, Assessment("minor", "high", users_affected_pct=share), tier)
    assert found.severity == expected


def test_a_floor_never_makes_it_better() -> None:
    """A floor of S2 leaves an S1 alone, with the matrix as its reason."""
    found = classify(RULES, Assessment("major", "high", users_affected_pct=100), "critical")
    assert found == Verdict("S1", "impact major, urgency high")


def test_the_worst_floor_wins_and_is_the_reason() -> None:
    """Of several floors that hold the worst one decides, whatever their order."""
    assessment = Assessment("minor", "normal", users_affected_pct=30, flags=("personal_data_breach",))
    found = classify(RULES, assessment, "critical")
    assert found == Verdict("S1", "flag personal_data_breach: at least S1")


def test_a_floor_in_words() -> None:
    """The reason names each condition."""
    found = classify(RULES, Assessment("minor", "high", users_affected_pct=25), "critical")
    assert found.because == "service tier critical and at least 25% of users affected: at least S2"


def test_a_given_severity_stands_instead_of_the_matrix() -> None:
    """Whoever states the severity needs no impact or urgency; a floor can still make it worse."""
    assert classify(RULES, Assessment(severity="S3")) == Verdict("S3", "severity as given")
    flagged = Assessment(severity="S3", flags=("personal_data_breach",))
    assert classify(RULES, flagged).severity == "S1"
    with pytest.raises(InvalidField, match="Use one of: S1, S2, S3"):
        classify(RULES, Assessment(severity="S9"))


@pytest.mark.parametrize(
    ("impact", "urgency", "share", "field", "said"),
    [
        ("huge", "high", None, "impact", "Use one of: major, minor."),
        ("major", "now", None, "urgency", "Use one of: high, normal."),
        ("major", "high", 101, "users_affected_pct", "from 0 to 100"),
        ("major", "high", -1, "users_affected_pct", "from 0 to 100"),
    ],
)
def test_what_the_agreement_does_not_know(impact: str, urgency: str, share: int | None, field: str, said: str) -> None:
    """A wrong value is refused by its field, with the values that would be right."""
    with pytest.raises(InvalidField, match=said) as refused:
        classify(RULES, Assessment(impact, urgency, users_affected_pct=share))
    assert refused.value.field == field


def test_worse() -> None:
    """The first of the scale is the worst; none is worse than itself; strangers are refused."""
    assert worse(RULES, "S1", "S2")
    assert not worse(RULES, "S2", "S1")
    assert not worse(RULES, "S2", "S2")
    with pytest.raises(InvalidField, match="Use one of: S1, S2, S3"):
        worse(RULES, "S9", "S1")
