"""A page by mail, a click, and everybody else left alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from incidents import happenings as h
from notifications.channels.email.channel import Email
from tests.support.http import OURS, PUBLIC_URL
from tests.support.linked import Paged
from tests.support.mail import letterbox, server_at
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.support.mail import Letterbox
    from tests.support.rota import Rota

NIGHT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
RULES = {"high": [{"via": "email"}, {"via": "terminal", "after": 300}], "low": [{"via": "email"}]}
LINK = re.compile(rf"^{re.escape(PUBLIC_URL)}(/acknowledge/\S+)", re.MULTILINE)


class _Form(HTMLParser):
    """Finds what a page's form would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.values[str(given["name"])] = str(given["value"])


@pytest.fixture
def box() -> Iterator[Letterbox]:
    """Yield a mail server."""
    with letterbox() as box:
        yield box


@pytest.fixture
def rota(database_url: str) -> Iterator[Rota]:
    """Yield a party in the night: Ann is on call, by mail and five minutes later on the terminal; Ben would be next."""
    with rota_at(database_url, NIGHT) as rota:
        rota.join("acme", "ann", "ben")
        rota.schedule("acme", "first", "Europe/Berlin", "2026-03-03T09:00", "ann")
        rota.schedule("acme", "second", "Europe/Berlin", "2026-03-03T09:00", "ben")
        for name in ("ann", "ben"):
            rota.must(rota.people[name].post("/v1/me/contact-rules", RULES))
        yield rota


@pytest.fixture
def paged(rota: Rota, box: Letterbox) -> Iterator[Paged]:
    """Yield a sender with a real way to the mail server."""
    email = Email(server_at(box.port))
    paged = Paged(rota.site, email)
    yield paged
    paged.close()
    email.close()


def _to(box: Letterbox, name: str) -> list[EmailMessage]:
    return [mail for mail in box.mails() if mail["To"] == f"{name}@acme.example"]


def test_a_page_by_mail_is_taken_by_a_click(rota: Rota, paged: Paged, box: Letterbox) -> None:
    """Scanners change nothing; one click takes it; the terminal stays silent; a second click says so."""
    incident = rota.declare()
    paged.turn()
    [mail] = _to(box, "ann")
    assert mail["Subject"] == "[INC-1001] S1 page: Card payments fail"
    plain = mail.get_body(["plain"])
    assert plain is not None
    [link] = LINK.findall(plain.get_content())

    for method in ("HEAD", "GET", "GET"):
        assert paged.open(link, method).status == 200
    assert paged.told(f"{OURS}/incident/{incident}") == []

    form = _Form(paged.open(link).raw.decode()).values
    assert b"You have acknowledged INC-1001" in paged.press(link, form).raw
    ann = f"person:{rota.people['ann'].id}"
    [taken] = rota.told(incident, h.Acknowledged)
    assert (taken.by, taken.via, taken.for_party) == (ann, "email", "acme")

    paged.turn(minutes=5)
    assert ann not in paged.terminal.recipients()
    withdrawn = [(fact.recipient, fact.channel, fact.why) for fact in rota.told(incident, h.PageWithdrawn)]
    assert (ann, "terminal", "acknowledged") in withdrawn

    paged.turn(minutes=10)
    assert b"by this link before" in paged.press(link, form).raw
    assert len(rota.told(incident, h.Acknowledged)) == 1
    assert _to(box, "ben") == [], "the ladder has stopped"


def test_who_was_told_too_hears_who_has_it(rota: Rota, paged: Paged, box: Letterbox) -> None:
    """Ann does not answer, Ben is paged and takes it by his link; Ann's mail says so, in the same thread."""
    incident = rota.declare()
    paged.turn()
    for _ in range(33):
        paged.turn(minutes=1)
    [*_, asked] = _to(box, "ben")
    plain = asked.get_body(["plain"])
    assert plain is not None
    [link] = LINK.findall(plain.get_content())
    assert paged.press(link).status == 200
    paged.turn()
    [taken] = rota.told(incident, h.Acknowledged)
    assert taken.by == f"person:{rota.people['ben'].id}"
    first, *_, last = _to(box, "ann")
    assert last["Subject"] == "[INC-1001] S1 taken: Card payments fail"
    told = last.get_body(["plain"])
    assert told is not None
    assert "Taken by Ben" in told.get_content()
    assert first["References"] == last["References"] == asked["References"]
    assert first["Message-ID"] != last["Message-ID"]
