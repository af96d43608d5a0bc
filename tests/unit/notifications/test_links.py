from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.links import LASTS, LinkExpired, Links, UnknownLink
from tests.support.clock import NOON

LINKS = Links(lambda: b"a secret of this installation", "https://tocsin.example/")
DELIVERY = "0123456789abcdef0123456789abcdef"


def _token(delivery: str = DELIVERY) -> str:
    address = LINKS.address(delivery, NOON)
    assert address is not None
    return address.rpartition("/")[2]


def test_a_link_names_its_delivery_for_a_day() -> None:
    """It fits a text message, and is good until its end."""
    assert LINKS.address(DELIVERY, NOON) == f"https://tocsin.example/acknowledge/{_token()}"
    assert len(_token()) == 48
    assert LINKS.opened(_token(), NOON + LASTS - timedelta(seconds=1)) == DELIVERY
    with pytest.raises(LinkExpired):
        LINKS.opened(_token(), NOON + LASTS)


def test_without_an_address_of_ours_there_are_no_links() -> None:
    """Nobody could follow one."""
    assert Links(lambda: b"secret", "").address(DELIVERY, NOON) is None


def test_only_this_installation_makes_links() -> None:
    """Another one's secret signs another's links."""
    with pytest.raises(UnknownLink):
        Links(lambda: b"another", "https://tocsin.example").opened(_token(), NOON)


@given(place=st.integers(0, 47), character=st.sampled_from("AZaz09_-"))
def test_a_link_that_was_changed_is_none(place: int, character: str) -> None:
    """Neither its delivery nor its end can be exchanged for another."""
    token = _token()
    changed = token[:place] + character + token[place + 1 :]
    if changed == token:
        assert LINKS.opened(changed, NOON) == DELIVERY
    else:
        with pytest.raises(UnknownLink):
            LINKS.opened(changed, NOON)


@given(token=st.text(max_size=80))
def test_what_is_no_link_is_refused(token: str) -> None:
    """Whatever stands there."""
    with pytest.raises(UnknownLink):
        LINKS.opened(token, NOON)
