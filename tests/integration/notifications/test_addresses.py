"""Pages to people's own addresses on a real database: found when they are sent, and written down nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import NullPool, create_engine, inspect, text

from api.access.members import Grant
from escalation.changes import Sender as Asking
from escalation.crew.staff import Step
from notifications.message.message import Composer
from notifications.queue.sender import Sender
from tests.support.desk import Desk
from tests.support.sending import work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery

NUMBER, OTHER, HOME = "+4915112345678", "+4915187654321", "ann@home.example"


@dataclass
class Exchange:
    """A channel that keeps where it was told to send."""

    name: str
    reached: list[str] = field(default_factory=list)

    def send(self, message: Message, delivery: Delivery, address: str) -> None:  # noqa: ARG002 - the port's
        """Take it."""
        self.reached.append(address)


class Mobile(Desk):
    """A desk whose duty Ann holds, who is paged by her own addresses."""

    def __init__(self, database_url: str) -> None:
        """Let her say how she is reached."""
        super().__init__(database_url)
        within, crew = self.agreement.partnership, self.tocsin.crew
        self.ann = self.tocsin.people.register("Ann", "ann@acme.example", by="test")
        self.by = Asking(f"person:{self.ann}")
        self.tocsin.members.grant(within, Grant(self.ann, "acme", ["responder"]), by="test")
        crew.contacts.name_holder(within, "duty", f"person:{self.ann}", Asking("test", "acme"))
        crew.profiles.give_address(self.ann, "mobile", "phone", NUMBER, self.by)
        crew.profiles.give_address(self.ann, "home", "email", HOME, self.by)
        self.channels = {name: Exchange(name) for name in ("sms", "voice", "email", "terminal")}
        composer = Composer(self.tocsin.book, "http://tocsin.example", crew.directory)
        self.sender = Sender(self.tocsin.incidents, composer, dict(self.channels))

    def rules(self, *vias: str) -> None:
        """Let her be paged in these ways at once."""
        self.tocsin.crew.profiles.change_rules(self.ann, [Step(via) for via in vias], [], self.by)

    def reached(self) -> dict[str, list[str]]:
        """Send what is due; give where it went, without what went to the terminal."""
        work(self.sender)
        return {
            name: channel.reached for name, channel in self.channels.items() if channel.reached and name != "terminal"
        }

    def outcomes(self) -> list[tuple[str, str, str | None]]:
        """Give what became of what was owed to her."""
        query = text("SELECT destination, status, detail FROM deliveries WHERE recipient = :ann ORDER BY destination")
        with self.tocsin.database.connect() as connection:
            rows = connection.execute(query, {"ann": f"person:{self.ann}"})
            return [(row.destination.removeprefix(f"person:{self.ann}"), row.status, row.detail) for row in rows]


@pytest.fixture
def desk(database_url: str) -> Iterator[Mobile]:
    """Yield it on a database of its own."""
    made = Mobile(database_url)
    yield made
    made.sender.close()
    made.close()


def test_a_page_goes_to_the_persons_own_addresses(desk: Mobile) -> None:
    """By each way to where it leads; the row names the way alone."""
    desk.rules("sms:mobile", "voice:mobile", "email:home", "email")
    desk.declare()
    desk.turn()
    found = {name: sorted(reached) for name, reached in desk.reached().items()}
    assert found == {"sms": [NUMBER], "voice": [NUMBER], "email": ["ann@acme.example", HOME]}
    assert desk.outcomes() == [
        ("/email", "sent", None),
        ("/email:home", "sent", None),
        ("/sms:mobile", "sent", None),
        ("/voice:mobile", "sent", None),
    ]


def test_what_they_change_acts_on_what_waits_already(desk: Mobile) -> None:
    """A new number takes the page that was owed to the old one; a removed one takes none, for good."""
    desk.rules("sms:mobile", "email:home")
    desk.declare()
    desk.turn()
    profiles = desk.tocsin.crew.profiles
    profiles.give_address(desk.ann, "mobile", "phone", OTHER, desk.by)
    desk.rules("sms:mobile")
    profiles.remove_address(desk.ann, "home", desk.by)
    assert desk.reached() == {"sms": [OTHER]}
    assert desk.outcomes() == [
        ("/email:home", "failed", "they have no such address any more"),
        ("/sms:mobile", "sent", None),
    ]


def test_an_address_stands_in_one_table_alone(desk: Mobile) -> None:
    """In the row of whose it is: in no delivery, attempt or lane, and in the record only sealed."""
    desk.rules("sms:mobile", "email:home")
    desk.declare()
    desk.turn()
    desk.reached()
    with create_engine(desk.url, poolclass=NullPool).connect() as connection:  # as their owner, who reads all
        tables = [name for name in inspect(connection).get_table_names() if name != "profiles"]
        for table in tables:
            stored = str(connection.execute(text(f"SELECT to_jsonb(t) FROM {table} AS t")).scalars().all())  # noqa: S608 - a name from the schema
            for address in (NUMBER, NUMBER.removeprefix("+"), HOME):
                assert address not in stored, table
        assert NUMBER in str(connection.execute(text("SELECT addresses FROM profiles")).scalars().all())
