"""What becomes of the remedies and reviews of the worked example: they are kept as agreed, and nobody computes them."""

from __future__ import annotations

from typing import Any

from escalation.agreement.reading import parse
from tests.support.example_agreement import example_agreement


def remedies() -> dict[str, Any]:
    """Give what the version on record says of remedies."""
    found: dict[str, Any] = parse(example_agreement().document).document["spec"]["remedies"]  # type: ignore[index] # plain JSON
    return found


def test_publishing_says_that_credits_are_not_computed() -> None:
    """One line for each part that is kept and checked alone."""
    parts = [line.partition(" is kept")[0] for line in example_agreement().later]
    assert parts == ["spec.defaults.currency", "spec.remedies", "spec.governance.reviews"]


def test_the_basis_is_on_record() -> None:
    """Of what a credit is a share, per what, in which interval, and in which zone it begins."""
    assert remedies()["basis"] == {
        "amount": "monthly_service_fee",
        "per": "service",
        "interval": "P1M",
        "tz": "Europe/Berlin",
    }


def test_the_credits_are_on_record() -> None:
    """More for what is missed by more; and a share for each breach of a legal duty."""
    tiers = [(0.9, 5), (0.8, 10), (0.7, 20)]
    assert remedies()["credits"] == [
        {"for": "s1-resolve", "tiers": [{"below": below, "credit_pct": credit} for below, credit in tiers]},
        {"for": {"breach_of": "notify-client"}, "credit_pct": 10, "per": "event"},
    ]


def test_the_caps_are_on_record() -> None:
    """How much is credited at most, and which credit first."""
    caps = {"per_interval_pct": 20, "per_year_pct": 12, "order": "highest_first", "double_recovery": False}
    assert remedies()["caps"] == caps


def test_how_credits_are_claimed_is_on_record() -> None:
    """By whom, and how soon."""
    assert remedies()["claim"] == {"by": "client", "within": "P30D", "automatic": True}


def test_what_is_earned_back_is_on_record() -> None:
    """For which objective, on which condition, how much, and until when."""
    assert remedies()["earn_back"] == {
        "for": ["s1-resolve"],
        "if": {"objective_met_for": 3, "consecutive": "P1M"},
        "returns_pct": 50,
        "lapses_after": "P12M",
    }


def test_the_bonuses_are_on_record() -> None:
    """For what is better than was promised."""
    bonus = {"for": "s1-resolve", "at_or_above": 0.995, "consecutive": 3, "bonus_pct": 2, "cap_per_year_pct": 3}
    assert remedies()["bonuses"] == [bonus]


def test_the_right_to_end_it_is_on_record() -> None:
    """After how many breaches of what, and until when."""
    right = {"breaches": 3, "of": "s1-resolve", "within": "P6M", "exercise_within": "P60D"}
    assert remedies()["termination_right"] == right
    assert remedies()["sole_remedy"] is False


def test_the_reviews_are_on_record() -> None:
    """How often the parties meet, who leads, what is looked at, and who must be there."""
    spec: Any = example_agreement().document["spec"]
    assert spec["governance"]["reviews"] == [
        {
            "id": "service-review",
            "every": "P1M",
            "chair": "provider.service_manager",
            "inputs": ["clock_report", "deviations", "open_actions"],
        },
        {"id": "steering", "every": "P3M", "chair": "client.sponsor", "quorum": ["acme", "globex"]},
    ]
