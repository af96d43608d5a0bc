"""How `tocsin attainment` shows shares."""

from __future__ import annotations

from fractions import Fraction

import pytest

from api.cli.attainment import per_cent


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(19_999, 20_000), "99.99%"),
        (Fraction(2, 3), "66.66%"),
        (Fraction(19, 20), "95.00%"),
        (Fraction(1, 200), "0.50%"),
        (Fraction(1), "100.00%"),
    ],
)
def test_a_share_is_cut_off(share: Fraction, said: str) -> None:
    """Rounded up, one that misses its objective might seem to meet it."""
    assert per_cent(share) == said
