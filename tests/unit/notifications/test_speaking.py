"""Calls: what is read out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from escalation.crew.trial import TEST
from notifications.channels.provider.filling import values_for
from notifications.channels.provider.speaking import LONGEST_SAID, speech_of, speech_of_bundle, spelt
from notifications.message.bundle import Bundle, Part
from notifications.message.reminder import Reminder
from notifications.queue.delivery import REMINDER
from tests.support.paging import Story, page
from tests.unit.notifications.test_texting import LINK, message

if TYPE_CHECKING:
    from notifications.message.message import Message


def test_it_is_said_twice_with_its_number_spelt() -> None:
    """In sentences; the link is not read out."""
    once = "This is Tocsin. Please answer incident I N C, 1 0 4 2. Severity S 1. Payments fail. It was reported."
    assert speech_of(message(link=LINK)) == f"{once} I repeat. {once}"


@pytest.mark.parametrize(
    ("name", "heard"), [("INC-1042", "I N C, 1 0 4 2"), ("S1", "S 1"), ("catastrophically", "catastrophically")]
)
def test_short_names_are_spelt(name: str, heard: str) -> None:
    """A long one is a word."""
    assert spelt(name) == heard


@pytest.mark.parametrize(("kind", "said"), [("notice", "for your information"), ("taken", "Nothing more to do")])
def test_what_kind_it_is_is_heard_first(kind: str, said: str) -> None:
    """Nobody gets up for what is no page."""
    assert said in speech_of(replace(message(), kind=kind)).split(".")[1]


@pytest.mark.parametrize(("kind", "said"), [(REMINDER, "This is a reminder"), (TEST, "This is a test call")])
def test_what_is_of_no_incident_is_said_too(kind: str, said: str) -> None:
    """A reminder and a test page have no number and no severity to read out."""
    once = f"This is Tocsin. {said}. The backup. Test page."
    assert speech_of(_of_no_incident(kind)) == f"{once} I repeat. {once}"


def _of_no_incident(kind: str) -> Reminder:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    return Reminder(
        kind=kind,
        reminder="r1",
        about=None,
        partnership="acme-globex",
        record="test_page/1",
        title="The backup",
        why="Test page",
        due_at=None,
        at=at,
        sent_at=at,
        link="http://tocsin.example",
        tz="UTC",
        to="Ann",
    )


def test_nobody_listens_for_minutes() -> None:
    """Title and reason are cut; of several messages the first three are read out."""
    story = Story()
    story.fire(page())
    assert len(speech_of(message("x" * 5000, "y" * 5000))) < 4 * LONGEST_SAID + 300
    several: list[Message] = [message(f"Title {nth}") for nth in range(5)]
    told = speech_of_bundle(Bundle(tuple(Part(story.delivery("notice"), each) for each in several)))
    assert told.startswith("This is Tocsin, with 5 messages.")
    assert ("Title 2" in told, "Title 3" in told) == (True, False)


def test_a_title_cannot_steer_the_call() -> None:
    """Where the text stands in XML it is text, and no instruction."""
    spoken = speech_of(message('</Say><Dial>+4930123456</Dial><Say> & \x07 "quoted"'))
    written = values_for("+49301", spoken, "d1")["text_xml"]
    assert "&lt;/Say&gt;&lt;Dial&gt;" in written
    assert not {"<", ">", "\x07", '"'} & set(written)
