"""Subscriptions on a real database, with their follower and sender: wired as in production, only time is moved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from escalation.changes import Sender
from incidents.incidents import Asked
from incidents.ledger.connections import connect
from incidents.ledger.followers import FollowerRunner
from incidents.ledger.reach import SEQUENCER
from incidents.ledger.sequencer import Sequencer
from notifications.posting.poster import Poster
from notifications.webhooks.body import Bodies
from notifications.webhooks.book import Place, Subscriptions
from notifications.webhooks.fan_out import FanOut
from notifications.webhooks.record import Settings
from notifications.webhooks.sender import Ports, WebhookSender
from notifications.webhooks.tables import webhook_attempts, webhook_lanes, webhook_messages, webhook_subscriptions
from tests.support.desk import Desk
from tests.support.receiver import HERE

if TYPE_CHECKING:
    from sqlalchemy import Row

    from tests.support.receiver import Receiver

PUBLIC = "https://tocsin.example"
OWNER = Sender("key:1")


class Subscribed(Desk):
    """A desk whose partners subscribe to what happens."""

    def __init__(self, database_url: str, *, longest_send: float = 5.0) -> None:
        """Build it."""
        super().__init__(database_url)
        self._sequencing = connect(database_url, SEQUENCER, pool_size=1)
        self._sequencer = Sequencer(self._sequencing, self.clock)
        tocsin = self.tocsin
        self._follower = FollowerRunner(
            tocsin.database, tocsin.ledger.mapper, FanOut(tocsin.ledger.catalogue, self.clock)
        )
        self.webhooks = Subscriptions(tocsin.ledger, tocsin.book, tocsin.crew, tocsin.feed, HERE)
        self._poster = Poster(HERE)
        self._senders: list[WebhookSender] = []
        self._longest_send = longest_send
        self.sender = self.another_sender()

    def another_sender(self, bodies: Bodies | None = None) -> WebhookSender:
        """Build what another worker would have."""
        ports = Ports(self._poster, bodies or Bodies(self.tocsin.feed, PUBLIC), self.webhooks.disable)
        made = WebhookSender(
            self.tocsin.database, self.clock, ports, longest_send=self._longest_send, chance=lambda: 0.5
        )
        self._senders.append(made)
        return made

    def close(self) -> None:
        """Let go of everything."""
        for sender in self._senders:
            sender.close()
        self._poster.close()
        self._sequencing.dispose()
        super().close()

    def subscribe(self, receiver: Receiver | str, *types: str, party: str = "acme") -> str:
        """Make a subscription; give its stream."""
        url = receiver if isinstance(receiver, str) else f"{receiver.url}/hook"
        self.follow()
        place = Place(self.agreement.partnership, party)
        return self.webhooks.create(place, Settings(url, "ops", types), OWNER).record.id

    def follow(self) -> None:
        """Sequence what was committed, and fan it out."""
        self._sequencer.run_until_idle()
        while self._follower.run_once():
            pass

    def work(self, **later: float) -> None:
        """Move the clock, fan out, and send until nothing more is due."""
        self.clock.move(**later)
        self.follow()
        self.send()

    def send(self) -> None:
        """Send until nothing more is due."""
        for _ in range(1000):
            found = self.sender.run_once()
            self.sender.drain()
            if not found:
                return
        raise AssertionError("the sender runs hot")

    def send_with(self, bodies: Bodies) -> None:
        """Send what is due, once, with other bodies."""
        sender = self.another_sender(bodies)
        sender.run_once()
        sender.drain()

    def state(self, subscription: str) -> tuple[str, str | None]:
        """Read whether it is active, and why not."""
        row = webhook_subscriptions.c
        with self.tocsin.database.connect() as connection:
            found = connection.execute(select(row.state, row.state_why).where(row.stream == subscription)).one()
        return found.state, found.state_why

    def messages(self, subscription: str) -> list[Row[Any]]:
        """Read the messages of a subscription, in the order of the log."""
        query = select(webhook_messages).where(webhook_messages.c.subscription == subscription)
        with self.tocsin.database.connect() as connection:
            return list(connection.execute(query.order_by(webhook_messages.c.place)))

    def attempts(self, message: str) -> list[Row[Any]]:
        """Read the attempts at a message."""
        query = select(webhook_attempts).where(webhook_attempts.c.message == message)
        with self.tocsin.database.connect() as connection:
            return list(connection.execute(query.order_by(webhook_attempts.c.nth)))

    def lane(self, subscription: str) -> Row[Any] | None:
        """Read what is known of a receiver."""
        query = select(webhook_lanes).where(webhook_lanes.c.subscription == subscription)
        with self.tocsin.database.connect() as connection:
            return connection.execute(query).one_or_none()

    def note(self, stream: str, words: str, *visible_to: str) -> None:
        """Note something on behalf of globex, for all parties or some."""
        self.incidents.note(stream, words, Asked("key:2", party="globex", visible_to=visible_to or None))


def types(receiver: Receiver) -> list[str]:
    """Give the types of what came in, in order."""
    return [json.loads(content)["type"].removeprefix("tocsin.") for _, content in receiver.requests]
