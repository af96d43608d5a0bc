from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.channels.channel import SendFailed
from notifications.channels.terminal import Terminal
from notifications.message.message import Composer, IncidentMessage
from notifications.message.reminder import Reminder
from tests.support.clock import NOON
from tests.support.paging import OneAgreement, Story, page

REMINDER = Reminder(
    kind="reminder",
    reminder="renewal",
    about=None,
    partnership="acme-globex",
    record="acme-globex/agreement",
    title="The agreement renews itself",
    why="Renewal, due 2026-04-01 12:00 UTC",
    due_at=NOON + timedelta(days=30),
    at=NOON,
    sent_at=NOON,
    link="http://tocsin.example/v1/agreements/acme-globex",
    tz="America/New_York",
    to="acme-ops",
)


def _message(title: str = "Payments fail") -> tuple[Story, IncidentMessage]:
    story = Story(title=title)
    story.fire(page())
    composer = Composer(OneAgreement(), "http://tocsin.example")
    return story, composer.compose(story.delivery("page"), story.incident, story.clock.now())


def _printed(title: str = "Payments fail", *, coloured: bool | None = None) -> str:
    story, message = _message(title)
    stream = io.StringIO()
    Terminal(stream, coloured=coloured).send(message, story.delivery("page"), "")
    return stream.getvalue()


def test_where_nobody_watches_a_page_is_one_plain_line() -> None:
    """A log gets no colours and no frames."""
    printed = _printed()
    assert printed.count("\n") == 1
    assert "\x1b" not in printed
    for told in ("PAGE INC-1042 S1 for acme-duty", "Payments fail", "It was reported", "payments-api, open"):
        assert told in printed


def test_colour_can_be_forced_for_an_output_that_is_captured() -> None:
    """A panel with the same words, coloured, although the stream is no terminal."""
    printed = _printed(coloured=True)
    assert "\x1b[1;31m" in printed
    assert "╭" in printed
    for told in (
        "PAGE INC-1042 S1 for acme-duty",
        "Payments fail",
        "acknowledge running (due in 14 min 59 s, 2026-03-02 12:15 UTC)",
    ):
        assert told in printed


@pytest.mark.parametrize("coloured", [True, False])
def test_a_reminder_says_what_is_coming_and_when(coloured: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It has a partnership where a page has an incident, and no clocks."""
    stream = io.StringIO()
    delivery = replace(Story().delivery("reminder"), recipient="acme-ops")
    Terminal(stream, coloured=coloured).send(REMINDER, delivery, "")
    for told in (
        "REMINDER acme-globex for acme-ops",
        REMINDER.title,
        REMINDER.why,
        "due 2026-04-01 08:00 EDT",
        REMINDER.link,
    ):
        assert told in stream.getvalue()
    assert "clocks" not in stream.getvalue()


@pytest.mark.parametrize("coloured", [True, False])
def test_a_title_cannot_steer_the_terminal(coloured: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Escape sequences, line breaks and markup in a title come out as harmless text."""
    printed = _printed("\x1b]0;owned\x07[bold]x[/bold]\r\n\x9b2JFAKE", coloured=coloured)
    assert "\x1b]" not in printed
    assert "\x07" not in printed
    assert "\x9b" not in printed
    assert "[bold]x[/bold] " in printed


def test_a_page_that_comes_late_says_so() -> None:
    """Whoever reads it knows that it waited."""
    story, message = _message()
    stream = io.StringIO()
    late = replace(message, sent_at=story.clock.move(minutes=20))
    Terminal(stream).send(late, story.delivery("page"), "")
    assert "comes late: it was due 20 min ago" in stream.getvalue()
    assert "acknowledge running (due 5 min 1 s ago, 2026-03-02 12:15 UTC)" in stream.getvalue()


def test_what_the_terminal_cannot_write_is_replaced() -> None:
    """A terminal without Unicode still shows the page."""
    story, message = _message("支付 fails")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(stream).send(message, story.delivery("page"), "")
    assert b"?? fails" in raw.getvalue()


def test_a_closed_terminal_is_a_failed_send() -> None:
    """A page that nobody can have read is tried again."""
    story, message = _message()
    stream = io.StringIO()
    terminal = Terminal(stream)
    stream.close()
    with pytest.raises(SendFailed, match="the terminal is closed"):
        terminal.send(message, story.delivery("page"), "")
