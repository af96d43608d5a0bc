"""Text messages: what is said first, what is cut, and how many parts it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.channels.provider.texting import BASIC, EXTENDED, parts, text_of, text_of_bundle
from notifications.message.bundle import Bundle, Part
from notifications.message.message import Composer, IncidentMessage
from tests.support.paging import OneAgreement, Story, page

if TYPE_CHECKING:
    from notifications.message.message import Message

LINK = "https://tocsin.acme.example/acknowledge/" + "x" * 48


def message(title: str = "Payments fail", why: str = "It was reported", link: str | None = None) -> IncidentMessage:
    """Give a page."""
    story = Story()
    story.fire(page())
    composer = Composer(OneAgreement(), "http://tocsin.example")
    found = composer.compose(story.delivery("page"), story.incident, story.clock.now())
    return replace(found, title=title, why=why, ack_link=link)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("a" * 70 + "ж", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("", 1),
    ],
)
def test_parts_are_counted_as_networks_bill_them(text: str, count: int) -> None:
    """160 or 153 septets, of which some characters take two; else 70 or 67 units; none is torn apart."""
    assert parts(text) == count


def test_all_is_said_where_there_is_room() -> None:
    """Label, severity, kind, title, reason, and the link to acknowledge it by."""
    assert text_of(message(link=LINK), 2) == f"INC-1042 S1 page: Payments fail. It was reported Ack: {LINK}"


def test_the_reason_gives_way_before_the_title_and_the_link() -> None:
    """The beginning of each stays."""
    told = text_of(message("Payments fail " * 14, "It was reported " * 20, LINK), 2)
    assert parts(told) == 2
    assert told.startswith("INC-1042 S1 page: Payments fail Payments fail Payments fail Payments fail Pa..")
    assert ". It was reported" in told
    assert told.endswith(f"Ack: {LINK}")


def test_in_one_part_a_long_link_leaves_the_title() -> None:
    """And a link for which there is no room at all is left out, never cut."""
    told = text_of(message("Payments fail " * 10, "It was reported", LINK), 1)
    assert (parts(told), told.endswith(f"Payments fail Paym.. Ack: {LINK}")) == (1, True)
    without = text_of(message("Payments fail", "It was reported", LINK + "x" * 60), 1)
    assert without == "INC-1042 S1 page: Payments fail"


def test_letters_that_phones_do_not_know_are_spelt_in_theirs() -> None:
    """So that one accent or dash costs no second part; what cannot be spelt stays."""
    assert "Zoe's cafe - ok, 50 € Über" in text_of(
        message("Zoë\N{RIGHT SINGLE QUOTATION MARK}s cafê \N{EM DASH} ok, 50 € Über"), 1
    )
    assert "Платежи" in text_of(message("Платежи"), 2)


def test_nothing_in_it_steers_what_shows_it() -> None:
    """Line breaks are blanks; other control characters lose their force."""
    told = text_of(message("Pay\nments\x1b[31m fail\u202e"), 2)
    assert "Pay ments" in told
    assert not {"\n", "\x1b", "\u202e"} & set(told)


def test_several_are_told_in_one() -> None:
    """How many, and the beginning of each."""
    story = Story()
    story.fire(page())
    several: list[Message] = [message(), message("Logins fail", "It was reported " * 30)]
    told = text_of_bundle(Bundle(tuple(Part(story.delivery("notice"), each) for each in several)), 2)
    assert told.startswith(
        "2 messages: INC-1042 S1 page: Payments fail. It was reported; INC-1042 S1 page: Logins fail."
    )
    assert parts(told) <= 2


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.one_of(st.none(), st.just(LINK)), st.integers(1, 6))
def test_it_never_takes_more_parts_than_allowed(title: str, why: str, link: str | None, segments: int) -> None:
    """Whatever people write; and it begins by what it is about."""
    told = text_of(message(title, why, link), segments)
    assert parts(told) <= segments
    assert told.startswith("INC-1042 S1 page:")
    assert link is None or "Ack" not in told or told.endswith(link)


def test_the_alphabet_has_as_many_characters_as_the_standard() -> None:
    """128 septets, one of which is the escape; and the euro among the ten that follow it."""
    assert (len(BASIC), len(EXTENDED)) == (127, 10)
