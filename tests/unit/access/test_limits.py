"""What a bucket's standing says: whole tokens, and when there is one more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.access.limits import TOKEN, Limit, Standing

LIMITS = st.builds(Limit, st.integers(1, 100_000), st.integers(1, 1_000_000))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Give a bucket after a request: never full, for the request took a token or found none."""
    limit = draw(LIMITS)
    return Standing(limit, taken=draw(st.booleans()), millionths=draw(st.integers(0, limit.burst * TOKEN - 1)))


@given(standings())
def test_after_the_seconds_told_there_is_one_token_more_and_not_before(standing: Standing) -> None:
    """`next_in` is the least whole number of seconds, from 1 on, that refills to the next whole token."""

    def whole_after(seconds: int) -> int:
        return (standing.millionths + seconds * TOKEN * standing.limit.per_second) // TOKEN

    assert standing.next_in >= 1
    assert whole_after(standing.next_in) >= standing.left + 1
    assert standing.next_in == 1 or whole_after(standing.next_in - 1) == standing.left


@given(standings())
def test_only_whole_tokens_are_left(standing: Standing) -> None:
    """A request needs a whole one."""
    assert standing.left * TOKEN <= standing.millionths < (standing.left + 1) * TOKEN


@given(LIMITS)
def test_an_empty_bucket_is_full_after_the_window_and_not_before(limit: Limit) -> None:
    """The window is the least whole number of seconds."""
    assert limit.window * limit.per_second >= limit.burst > (limit.window - 1) * limit.per_second
