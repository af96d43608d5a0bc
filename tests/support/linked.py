"""People who are paged by mail and follow the link in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import happenings as h
from notifications.links import Links
from notifications.message.message import Composer, IncidentMessage
from notifications.queue.sender import Sender
from tests.support.http import PUBLIC_URL, Reply
from tests.support.sending import FakeChannel, work

if TYPE_CHECKING:
    from typing import Any

    from notifications.channels.channel import Channel
    from tests.support.http import Site

PRESSED = {"acknowledge": "yes"}
"""What the page's form sends."""


SENDS = 4
"""Mails to one mailbox are at least a second apart."""


class Paged:
    """An engine, and a sender that has e-mail."""

    def __init__(self, site: Site, email: Channel | None = None) -> None:
        """Take the site, and what sends mails; None: they are kept."""
        self.site = site
        self.kept, self.terminal = FakeChannel("email"), FakeChannel("terminal")
        tocsin = site.tocsin
        links = Links(lambda: tocsin.secret("links"), PUBLIC_URL)
        composer = Composer(tocsin.book, PUBLIC_URL, tocsin.crew.directory, links=links)
        self._sender = Sender(tocsin.incidents, composer, {"email": email or self.kept, "terminal": self.terminal})

    def close(self) -> None:
        """Let the sender's threads go."""
        self._sender.close()

    def turn(self, **later: float) -> None:
        """Move the clock; let engine and sender work until nothing is due."""
        self.site.clock.move(**later)
        for _ in range(SENDS):
            while self.site.tocsin.engine.run_once() + work(self._sender):
                continue
            self.site.clock.move(seconds=1)

    def link(self, stream: str | None = None, recipient: str | None = None) -> str:
        """Give the path of the link in the last page that was kept: of an incident, or to somebody."""
        links = [
            message.ack_link
            for delivery, message in self.kept.sent
            if isinstance(message, IncidentMessage)
            and message.ack_link is not None
            and stream in {None, delivery.stream}
            and recipient in {None, delivery.recipient}
        ]
        return links[-1].removeprefix(PUBLIC_URL)

    def open(self, link: str, method: str = "GET") -> Reply:
        """Follow a link."""
        return Reply(self.site.app.test_client().open(link, method=method, base_url=PUBLIC_URL))

    def press(self, link: str, form: dict[str, str] | None = None) -> Reply:
        """Press the button of its page."""
        sent = PRESSED if form is None else form
        return Reply(self.site.app.test_client().post(link, data=sent, base_url=PUBLIC_URL))

    def told(self, stream: str) -> list[Any]:
        """Give the acknowledgements of an incident."""
        history = self.site.tocsin.incidents.get(stream).history
        return [fact for fact in history if isinstance(fact, h.Acknowledged)]
