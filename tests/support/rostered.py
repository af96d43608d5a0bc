"""People with ids that are known beforehand, and a schedule whose turns they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.members import Grant
from api.access.person import PERSON, Person
from api.http.resources.schedules import EXAMPLE_PEOPLE
from escalation.changes import Sender
from escalation.oncall.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.bootstrap import Tocsin
    from escalation.oncall.book import Place
    from escalation.oncall.record import OnCallSchedule
    from escalation.oncall.writing import Written

ANN, BOB = EXAMPLE_PEOPLE
WEEKLY: Written = {"rotation": "weekly", "start": "2026-03-02T09:00", "participants": [ANN, BOB]}
"""Ann and Bob in turn, from 2 March 2026 on, which is a Monday."""


def let_in(tocsin: Tocsin, partnership: str, party: str = "acme", roles: Sequence[str] = ("coordinator",)) -> None:
    """Let Ann and Bob be members of a party; whoever is registered already stays so."""
    for person, name in ((ANN, "Ann"), (BOB, "Bob")):
        if person not in tocsin.people.described([person]):
            _register(tocsin, person, name)
        tocsin.members.grant(partnership, Grant(person, party, list(roles)), by="test")


def scheduled(tocsin: Tocsin, place: Place, layers: Sequence[Written] = (WEEKLY,)) -> OnCallSchedule:
    """Make a schedule in Berlin's time, whose participants are members already."""
    settings = Settings(None, "Europe/Berlin")
    return tocsin.schedules.create(place, settings, layers, Sender("test", place.party)).record


def _register(tocsin: Tocsin, person: str, name: str) -> None:
    with tocsin.ledger.command() as command:
        known = Person._create(  # noqa: SLF001 - the library's way to create with a given id
            Person.Registered,
            id=f"person/{person}",
            kind=PERSON,
            name=name,
            email=f"{name.lower()}@people.example",
            by="test",
            at=command.recorded_at,
        )
        tocsin.ledger.save(known)
