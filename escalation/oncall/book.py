"""What people do with schedules: make them, change them, swap their turns, and ask who is on call.

Schedules' facts are in the operator's log. Their rows name the partnership and are read within reach: whoever finds a
row may have the record that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select

from escalation.addressing import check_addressee, parties_addressed
from escalation.changes import once
from escalation.crew.staff import PERSON, SCHEDULE, TEAM, OnCall
from escalation.crew.team import NameTaken
from escalation.oncall.record import STREAM, OnCallSchedule
from escalation.oncall.settings import Settings, checked
from escalation.oncall.tables import schedules
from escalation.oncall.writing import checked_layers
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.roll import Roll
    from escalation.oncall.swaps import Span
    from escalation.oncall.writing import Written
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""What names a schedule, behind its party: no dot, so that the last one parts the two."""
MOST_SCHEDULES = 50
"""Schedules of one party in a partnership."""

_name = re.compile(NAME, re.ASCII)


class NotAPerson(Refused):
    """Turns are swapped by those who have them. Sign in as yourself, or add an override."""

    code = "not_a_person"


class TooManySchedules(Refused):
    """Your party has so many schedules that no more are taken. Retire some of them first."""

    code = "too_many_schedules"


@dataclass(frozen=True)
class Place:
    """Where a schedule is: its partnership, its party, and its name there."""

    partnership: str
    party: str
    name: str


class Schedules:
    """The use cases, for whoever was found to manage the party. All raise NotFound, Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook, roll: Roll) -> None:
        """Take the ledger, where parties are found, and who belongs to them."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book
        self._roll = roll

    # --- found -------------------------------------------------------------------------------------------------------

    def found(self, place: Place) -> OnCallSchedule:
        """Read a schedule that is there by its name. NotFound."""
        return self._read(_there(place.partnership, place.party).where(schedules.c.name == place.name))

    def found_by_id(self, partnership: str, public_id: str) -> OnCallSchedule:
        """Read a schedule by its id, a retired one too. NotFound."""
        wanted = (schedules.c.partnership == partnership) & (schedules.c.stream == STREAM + public_id)
        return self._read(select(schedules.c.stream).where(wanted))

    def listed(self, partnership: str | None, party: str | None = None) -> list[OnCallSchedule]:
        """Read the schedules that are there, of a party or of all (None), by partnership, party and name."""
        query = _there(partnership, party)
        query = query.order_by(schedules.c.partnership, schedules.c.party, schedules.c.name)
        with self._reading.connect() as connection:
            streams = list(connection.execute(query).scalars())
        if not streams:
            return []
        with reaching_all(), self._reading.connect() as connection:
            records = self._ledger.get_many(streams, connection)
        return [record for stream in streams if isinstance(record := records[stream], OnCallSchedule)]

    def on_call(self, partnership: str, party: str, name: str, at: datetime) -> OnCall | None:
        """Give who is on call, and whom to warn of a gap, as a staff does; None: there is no such schedule."""
        try:
            record = self.found(Place(partnership, party, name))
        except NotFound:
            return None
        return OnCall(record.on_call(at), record.settings.warn)

    def on_call_now(self, partnership: str, parties: Iterable[str], at: datetime) -> dict[str, list[str]]:
        """Give the schedules (`acme.first`) of some parties for which people are on call at an instant, by person."""
        found: dict[str, list[str]] = {}
        for party in parties:
            for record in self.listed(partnership, party):
                for person in record.on_call(at):
                    found.setdefault(person, []).append(record.label)
        return found

    # --- changed -----------------------------------------------------------------------------------------------------

    def create(
        self, place: Place, settings: Settings, layers: Sequence[Written], sender: Sender
    ) -> Changed[OnCallSchedule]:
        """Make a schedule for a party. InvalidField; NameTaken; TooManySchedules."""

        def decide(command: Command) -> tuple[OnCallSchedule, tuple[()]]:
            self._check_place(place, command.recorded_at)
            written = self._checked_layers(place, layers, command.recorded_at)
            record = OnCallSchedule._create(  # noqa: SLF001 - the library's way
                OnCallSchedule.Created,
                id=f"{STREAM}{uuid4().hex}",
                partnership=place.partnership,
                party=place.party,
                name=place.name,
                **self._checked(place, settings, command.recorded_at).values(),
                layers=written,
                by=sender.by,
                at=command.recorded_at,
            )
            return record, ()

        with reaching_all():
            return once(self._ledger, OnCallSchedule, sender, decide)

    def edit(self, stream: str, settings: Settings, sender: Sender) -> Changed[OnCallSchedule]:
        """Give a schedule other settings. InvalidField."""

        def act(record: OnCallSchedule, at: datetime) -> None:
            record.edit(self._checked(_place(record), settings, at), by=sender.by, at=at)

        return self._change(stream, sender, act)

    def change_layers(self, stream: str, layers: Sequence[Written], sender: Sender) -> Changed[OnCallSchedule]:
        """Put other layers in the place of a schedule's. InvalidField."""

        def act(record: OnCallSchedule, at: datetime) -> None:
            record.change_layers(self._checked_layers(_place(record), layers, at), by=sender.by, at=at)

        return self._change(stream, sender, act)

    def add_override(
        self, stream: str, span: Span, people: Sequence[str], reason: str | None, sender: Sender
    ) -> Changed[OnCallSchedule]:
        """Put people of the party, or nobody, on call for a time. InvalidField; TooManyOverrides."""

        def act(record: OnCallSchedule, at: datetime) -> None:
            self._check_people(_place(record), ((f"people.{nth}", person) for nth, person in enumerate(people)))
            record.add_override(span, people, reason, by=sender.by, at=at)

        return self._change(stream, sender, act)

    def remove_override(self, stream: str, number: int, sender: Sender) -> Changed[OnCallSchedule]:
        """Take an override back."""
        return self._change(stream, sender, lambda it, at: it.remove_override(number, by=sender.by, at=at))

    def propose_swap(
        self, stream: str, taker: str, give: Span, take: Span | None, sender: Sender
    ) -> Changed[OnCallSchedule]:
        """Offer hours of one's own to somebody. NotAPerson; InvalidField; TooManySwaps."""
        giver = person_of(sender)

        def act(record: OnCallSchedule, at: datetime) -> None:
            self._check_people(_place(record), [("with", taker)])
            record.propose_swap(giver, taker, give, take, by=sender.by, at=at)

        return self._change(stream, sender, act)

    def accept_swap(self, stream: str, number: int, sender: Sender) -> Changed[OnCallSchedule]:
        """Accept a swap that was proposed to one. NotAPerson; NotYourSwap; SwapSettled."""
        person = person_of(sender)
        return self._change(stream, sender, lambda it, at: it.accept_swap(number, person, by=sender.by, at=at))

    def decline_swap(self, stream: str, number: int, sender: Sender) -> Changed[OnCallSchedule]:
        """Decline a swap that was proposed to one. NotAPerson; NotYourSwap; SwapSettled."""
        person = person_of(sender)
        return self._change(stream, sender, lambda it, at: it.decline_swap(number, person, by=sender.by, at=at))

    def withdraw_swap(self, stream: str, number: int, sender: Sender) -> Changed[OnCallSchedule]:
        """Take one's own proposal back. NotAPerson; NotYourSwap; SwapSettled."""
        person = person_of(sender)
        return self._change(stream, sender, lambda it, at: it.withdraw_swap(number, person, by=sender.by, at=at))

    def retire(self, stream: str, sender: Sender) -> Changed[OnCallSchedule]:
        """Let nobody be on call by a schedule any more; its name is free again."""
        return self._change(stream, sender, lambda it, at: it.retire(by=sender.by, at=at))

    # --- checked -----------------------------------------------------------------------------------------------------

    def _change(
        self, stream: str, sender: Sender, act: Callable[[OnCallSchedule, datetime], object]
    ) -> Changed[OnCallSchedule]:
        def decide(command: Command) -> tuple[OnCallSchedule, tuple[()]]:
            record = self._ledger.get(OnCallSchedule, stream)
            act(record, command.recorded_at)
            return record, ()

        with reaching_all():
            return once(self._ledger, OnCallSchedule, sender, decide)

    def _check_place(self, place: Place, at: datetime) -> None:
        if not _name.fullmatch(place.name):
            raise InvalidField("name", "Send small letters, digits and '-', at most 63, such as first.")
        self._book.check_party(place.partnership, place.party, at)
        with self._reading.connect() as connection:
            taken = set(connection.scalars(_names(place)))
        if place.name in taken:
            raise NameTaken(name=place.name)
        if len(taken) >= MOST_SCHEDULES:
            raise TooManySchedules(most=MOST_SCHEDULES)

    def _checked(self, place: Place, settings: Settings, at: datetime) -> Settings:
        """Check them. Of the other party the agreement's own names may be warned, but none of its people."""
        agreement = self._book.named(place.partnership, at)[0]
        for nth, name in enumerate(settings.warn):
            check_addressee(agreement, f"warn.{nth}", name)
            if name.startswith((SCHEDULE, TEAM)) and parties_addressed(agreement, name) != {place.party}:
                raise InvalidField(f"warn.{nth}", f"Name a schedule or team of {place.party}.")
        warned = ((f"warn.{nth}", name) for nth, name in enumerate(settings.warn) if name.startswith(PERSON))
        self._check_people(place, ((field, name.removeprefix(PERSON)) for field, name in warned))
        return checked(settings)

    def _checked_layers(self, place: Place, layers: Sequence[Written], at: datetime) -> list[Written]:
        written = checked_layers(layers, at)
        self._check_people(
            place,
            (
                (f"layers.{nth}.participants.{turn}", person)
                for nth, layer in enumerate(written)
                for turn, person in enumerate(layer["participants"])
            ),
        )
        return written

    def _check_people(self, place: Place, named: Iterable[tuple[str, str]]) -> None:
        """Refuse whoever is no active member of the schedule's party. InvalidField."""
        active = {each.person for each in self._roll.members(place.partnership) if each.party == place.party}
        for field, person in named:
            if person not in active:
                raise InvalidField(field, f"Give the id of an active member of {place.party}.")

    def _read(self, query: Select[Any]) -> OnCallSchedule:
        with self._reading.connect() as connection:
            stream: str | None = connection.scalar(query)
        if stream is None:
            raise NotFound
        with reaching_all():
            return self._ledger.get(OnCallSchedule, stream)


def person_of(sender: Sender) -> str:
    """Give the id of the person who asks. NotAPerson."""
    if not sender.by.startswith(PERSON):
        raise NotAPerson
    return sender.by.removeprefix(PERSON)


def _place(record: OnCallSchedule) -> Place:
    return Place(record.partnership, record.party, record.name)


def _there(partnership: str | None, party: str | None) -> Select[Any]:
    wanted = ((schedules.c.partnership, partnership), (schedules.c.party, party))
    query = select(schedules.c.stream).where(schedules.c.retired_at.is_(None))
    return query.where(*(column == value for column, value in wanted if value is not None))


def _names(place: Place) -> Select[Any]:
    return select(schedules.c.name).where(
        schedules.c.partnership == place.partnership,
        schedules.c.party == place.party,
        schedules.c.retired_at.is_(None),
    )
