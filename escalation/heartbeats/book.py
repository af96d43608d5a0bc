"""What people do with heartbeats: make one, set it, pause it, give it another address, remove it.

Their facts are in the operator's log. Their rows name the partnership and are read within reach: whoever finds a row
may have the record that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from sqlalchemy import select

from escalation.changes import once
from escalation.crew.team import NAME, NameTaken
from escalation.heartbeats.record import STREAM, Heartbeat
from escalation.heartbeats.settings import check
from escalation.heartbeats.tables import heartbeats
from escalation.secret_addresses import AddressShownBefore, hash_of, new_secret
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.reach import reaching_all
from incidents.ledger.recorder import ReceiptExists
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.heartbeats.settings import Settings
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

MOST_HEARTBEATS = 1000
"""Heartbeats of one party in a partnership."""

_name = re.compile(NAME, re.ASCII)


class TooManyHeartbeats(Refused):
    """Your party has so many heartbeats that no more are taken. Remove some of them first."""

    code = "too_many_heartbeats"


@dataclass(frozen=True)
class Place:
    """Where a heartbeat is: its partnership, its party, and its name there."""

    partnership: str
    party: str
    name: str


class NewAddress(NamedTuple):
    """A heartbeat, and the token of its address, which nobody can read again."""

    heartbeat: Heartbeat
    token: str


class Heartbeats:
    """The use cases, for whoever was found to manage the party. All raise NotFound, Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take the ledger, and where agreements are found."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book

    def listed(self, partnership: str, party: str | None = None) -> list[Row[Any]]:
        """Give the rows of a partnership's heartbeats that are there, of one party or of all, by party and name."""
        query = select(heartbeats).where(heartbeats.c.partnership == partnership, heartbeats.c.removed_at.is_(None))
        if party is not None:
            query = query.where(heartbeats.c.party == party)
        with self._reading.connect() as connection:
            return [*connection.execute(query.order_by(heartbeats.c.party, heartbeats.c.name))]

    def found(self, partnership: str, public_id: str) -> Row[Any]:
        """Give the row of a heartbeat, a removed one too. NotFound."""
        query = select(heartbeats).where(
            heartbeats.c.partnership == partnership, heartbeats.c.stream == STREAM + public_id
        )
        with self._reading.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound
        return row

    def make(self, place: Place, settings: Settings, sender: Sender) -> NewAddress:
        """Make a heartbeat, which begins to count.

        InvalidField; NameTaken; TooManyHeartbeats; AddressShownBefore.
        """

        def decide(secret_hash: str, at: datetime) -> Heartbeat:
            if not _name.fullmatch(place.name):
                raise InvalidField("name", "Send small letters, digits and '-', at most 63, such as nightly-backup.")
            self._book.check_party(place.partnership, place.party, at)
            self._check(place.partnership, settings, at)
            self._check_room(place)
            return Heartbeat._create(  # noqa: SLF001 - the library's way
                Heartbeat.Made,
                id=f"{STREAM}{uuid4().hex}",
                partnership=place.partnership,
                party=place.party,
                name=place.name,
                secret_hash=secret_hash,
                **settings.values(),
                by=sender.by,
                at=at,
            )

        return self._addressed(sender, decide)

    def change_address(self, stream: str, sender: Sender) -> NewAddress:
        """Give it another address; what calls the one before is not heard any more. AddressShownBefore."""

        def decide(secret_hash: str, at: datetime) -> Heartbeat:
            heartbeat = self._ledger.get(Heartbeat, stream)
            heartbeat.change_address(secret_hash, by=sender.by, at=at)
            return heartbeat

        return self._addressed(sender, decide)

    def edit(self, stream: str, settings: Settings, sender: Sender) -> Changed[Heartbeat]:
        """Give it other settings. InvalidField."""

        def act(heartbeat: Heartbeat, at: datetime) -> None:
            self._check(heartbeat.partnership, settings, at)
            heartbeat.edit(settings, by=sender.by, at=at)

        return self._change(stream, sender, act)

    def pause(self, stream: str, sender: Sender) -> Changed[Heartbeat]:
        """Let its silence mean nothing."""
        return self._change(stream, sender, lambda it, at: it.pause(by=sender.by, at=at))

    def resume(self, stream: str, sender: Sender) -> Changed[Heartbeat]:
        """Let it count again, from now on."""
        return self._change(stream, sender, lambda it, at: it.resume(by=sender.by, at=at))

    def remove(self, stream: str, sender: Sender) -> Changed[Heartbeat]:
        """Let it be no more."""
        return self._change(stream, sender, lambda it, at: it.remove(by=sender.by, at=at))

    def _change(self, stream: str, sender: Sender, act: Callable[[Heartbeat, datetime], None]) -> Changed[Heartbeat]:
        def decide(command: Command) -> tuple[Heartbeat, tuple[()]]:
            heartbeat = self._ledger.get(Heartbeat, stream)
            act(heartbeat, command.recorded_at)
            return heartbeat, ()

        with reaching_all():
            return once(self._ledger, Heartbeat, sender, decide)

    def _addressed(self, sender: Sender, decide: Callable[[str, datetime], Heartbeat]) -> NewAddress:
        """Save a heartbeat with a new address, which is shown once."""
        secret = new_secret()
        with reaching_all(), self._ledger.command() as command:
            if self._ledger.answered(sender.request):
                raise AddressShownBefore
            heartbeat = decide(hash_of(secret), command.recorded_at)
            try:
                self._ledger.save(heartbeat, request=sender.request)
            except ReceiptExists:
                raise AddressShownBefore from None
        return NewAddress(heartbeat, f"{heartbeat.public_id}_{secret}")

    def _check(self, partnership: str, settings: Settings, at: datetime) -> None:
        """Refuse what the agreement in force would not take, so that it is known now and not in the night."""
        check(settings)
        terms = self._book.in_force(partnership, at)
        terms.check_service(settings.service)
        terms.classify(Assessment(settings.impact, settings.urgency), settings.service)

    def _check_room(self, place: Place) -> None:
        taken = {row.name for row in self.listed(place.partnership, place.party)}
        if place.name in taken:
            raise NameTaken(name=place.name)
        if len(taken) >= MOST_HEARTBEATS:
            raise TooManyHeartbeats(most=MOST_HEARTBEATS)
