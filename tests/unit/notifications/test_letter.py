from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.channel import SendFailed
from notifications.channels.email.letter import LONGEST_SUBJECT, bundled, letter, mailbox, subject
from notifications.message.bundle import Bundle, Part
from notifications.message.message import ClockLine, IncidentMessage
from notifications.message.reminder import Reminder
from notifications.message.words import printable
from notifications.queue.delivery import Delivery
from tests.support.clock import NOON

if TYPE_CHECKING:
    from email.message import EmailMessage

    from notifications.message.message import Message

SENDER = Address("Tocsin der Acme", addr_spec="pages@tocsin.example")
ANN = Address(addr_spec="ann@acme.example")
LINK = "https://tocsin.example/acknowledge/" + "a" * 48
PAGE = IncidentMessage(
    kind="page",
    incident="5f0c",
    label="INC-1042",
    partnership="acme-globex",
    title="Card payments fail",
    severity="S1",
    service="payments-api",
    status="open",
    why="It was reported (rung 1 of ladder S1)",
    at=NOON,
    sent_at=NOON,
    clocks=(ClockLine("acknowledge", "running", NOON + timedelta(minutes=15)),),
    link="https://tocsin.example/v1/incidents/5f0c",
    tz="Europe/Berlin",
    to="Ann",
    ack_link=LINK,
)
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
    link="https://tocsin.example/v1/agreements/acme-globex",
    tz="America/New_York",
    to="acme-ops",
)
TITLES = st.text(max_size=300) | st.text(st.sampled_from("aé支\r\n\t =?_-.<>&\"'\x1b\u202e😀"), max_size=300)


class _Page(HTMLParser):
    """Collects what a reader sees and can follow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.links: list[str | None] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def _delivery(identity: str = "d" * 32, tries: int = 1) -> Delivery:
    return Delivery(
        id=identity,
        stream="acme-globex/incident/5f0c",
        version=2,
        kind="page",
        recipient="person:ann",
        channel="email",
        destination="person:ann/email",
        urgency=0,
        tries=tries,
        leased_until=NOON,
        partnership="acme-globex",
        owed_at=NOON,
        party="acme",
    )


def _sent(message: Message, delivery: Delivery | None = None) -> EmailMessage:
    """Give a mail as whoever gets it reads it."""
    return message_from_bytes(letter(message, delivery or _delivery(), ANN, SENDER).as_bytes(), policy=default)


def _texts(message: Message) -> tuple[str, _Page]:
    mail = _sent(message)
    plain, html = (mail.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return plain.get_content(), _Page(html.get_content())


def test_the_headers_say_what_machines_need() -> None:
    """Nobody answers automatically, the date is that of the send, and the mail names its delivery."""
    mail = _sent(PAGE)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Tocsin-Delivery"] == "d" * 32
    assert mail["Date"].datetime == NOON
    assert mail["Importance"] == "high"
    assert mail["Subject"] == "[INC-1042] S1 page: Card payments fail"
    assert mail.get_content_type() == "multipart/alternative"
    assert _sent(replace(PAGE, kind="taken"))["Importance"] is None


def test_all_tries_are_one_mail() -> None:
    """A mail program that gets it twice shows it once, if it can tell: by the Message-ID."""
    first, second = _sent(PAGE), _sent(replace(PAGE, sent_at=NOON + timedelta(minutes=5)), _delivery(tries=2))
    assert first["Message-ID"] == second["Message-ID"] == f"<{'d' * 32}@tocsin.example>"
    assert _sent(PAGE, _delivery("e" * 32))["Message-ID"] != first["Message-ID"]


def test_an_incident_is_one_thread() -> None:
    """Page, notice and what becomes of it answer one root, which is no mail's own; another incident has another."""
    mails = [_sent(replace(PAGE, kind=kind), _delivery(kind[0] * 32)) for kind in ("page", "notice", "taken")]
    [root] = {mail["References"] for mail in mails}
    assert {mail["In-Reply-To"] for mail in mails} == {root}
    assert root not in {mail["Message-ID"] for mail in mails}
    assert _sent(replace(PAGE, incident="77aa"))["References"] != root
    assert _sent(REMINDER)["References"] != root
    assert all(mail["Subject"].startswith("[INC-1042] S1 ") for mail in mails)


def test_both_forms_say_the_same_in_the_readers_zone() -> None:
    """Title, why, how it stands, when it is due by the reader's own clock, and both links."""
    plain, page = _texts(PAGE)
    for told in (
        "PAGE INC-1042 S1 for Ann",
        "Card payments fail",
        "It was reported (rung 1 of ladder S1)",
        "payments-api, open",
        "acknowledge running (due in 15 min, 2026-03-02 13:15 CET)",
        "works once, and until 2026-03-03 13:00 CET",
        "https://tocsin.example/v1/incidents/5f0c",
    ):
        assert told in plain
        assert told in page.text
    assert LINK in plain.splitlines()
    assert page.links == [LINK, "https://tocsin.example/v1/incidents/5f0c"]


def test_it_asks_nobody_for_anything() -> None:
    """No pictures, scripts or style sheets: nobody learns that it was opened."""
    _, page = _texts(PAGE)
    assert page.tags <= {"html", "head", "meta", "title", "body", "div", "p", "h1", "a", "br"}


def _bundle(*messages: Message) -> EmailMessage:
    parts = tuple(Part(_delivery(f"{number}" * 32), each) for number, each in enumerate(messages))
    return message_from_bytes(bundled(Bundle(parts), ANN, SENDER).as_bytes(), policy=default)


def test_several_notices_are_one_mail() -> None:
    """All of them, with the deliveries that they are; about one incident, it is in that one's thread."""
    notice = replace(PAGE, kind="notice", ack_link=None)
    same, other = _bundle(notice, replace(notice, why="Later")), _bundle(notice, REMINDER)
    assert same["Subject"] == "[INC-1042] 2 messages: Card payments fail"
    assert other["Subject"] == "[INC-1042, acme-globex] 2 messages: Card payments fail"
    assert (same["References"], other["References"]) == (_sent(PAGE)["References"], None)
    assert other.get_all("X-Tocsin-Delivery") == ["0" * 32, "1" * 32]
    assert same["Message-ID"] == _bundle(notice, notice)["Message-ID"]
    for kind in ("plain", "html"):
        body = other.get_body([kind])
        assert body is not None
        for told in ("NOTICE INC-1042 S1 for Ann", "REMINDER acme-globex for acme-ops", REMINDER.title, PAGE.title):
            assert told in body.get_content()


def test_what_cannot_be_taken_has_no_link_to_take_it() -> None:
    """Notices, and reminders, which have no such thing."""
    for message in (replace(PAGE, kind="notice", ack_link=None), REMINDER):
        plain, page = _texts(message)
        assert "cknowledge it" not in plain
        assert page.links == [message.link]


def test_a_reminder_says_what_is_coming_and_when() -> None:
    """By the reader's own clock too."""
    plain, page = _texts(REMINDER)
    assert _sent(REMINDER)["Subject"] == "[acme-globex] reminder: The agreement renews itself"
    for told in ("REMINDER acme-globex for acme-ops", REMINDER.title, REMINDER.why, "due 2026-04-01 08:00 EDT"):
        assert told in plain
        assert told in page.text


def test_a_title_is_text_and_nothing_else() -> None:
    """Neither markup nor a header of its own."""
    title = '<img src=x onerror=alert(1)>\r\nBcc: bob@globex.example "&amp;'
    mail, (_, page) = _sent(replace(PAGE, title=title)), _texts(replace(PAGE, title=title))
    assert "img" not in page.tags
    assert '<img src=x onerror=alert(1)> Bcc: bob@globex.example "&amp;' in page.text
    assert mail["Bcc"] is None
    assert mail["To"] == "ann@acme.example"


@given(title=TITLES)
def test_any_title_arrives_as_it_was(title: str) -> None:
    """On one line, cleaned as for terminals, cut where it is long; no header comes or goes with it."""
    message = replace(PAGE, title=title)
    content = letter(message, _delivery(), ANN, SENDER).as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998  # RFC 5322, section 2.1.1
    mail = message_from_bytes(content, policy=default)
    assert mail.keys() == _sent(PAGE).keys()
    assert mail["Subject"] == subject(message)
    assert len(subject(message)) <= LONGEST_SUBJECT
    shown = printable(title)
    plain, page = _texts(message)
    assert shown in plain
    assert shown in page.text
    assert subject(message).startswith("[INC-1042] S1 page:")
    if len(shown) < 100:
        assert subject(message) == f"[INC-1042] S1 page: {shown}".rstrip()


@given(name=st.text(max_size=60))
def test_nobody_is_reached_by_an_address_that_is_none(name: str) -> None:
    """Whatever stands before the at sign: it is an address as it is, or refused."""
    try:
        found = mailbox(f"{name}@acme.example")
    except SendFailed:
        return
    assert found.addr_spec == f"{name}@acme.example"
    assert found.addr_spec.isascii()
    assert not set(name) & set(' \t\r\n<>,;:"()[]\\@')


@pytest.mark.parametrize("address", ["ann@acme.example", "ann.b+pages@mail.acme.example", "o'neill@acme.example"])
def test_usual_addresses_are_taken(address: str) -> None:
    """With dots, pluses and apostrophes."""
    assert mailbox(address).addr_spec == address
