"""All that is known of people as pages reach them, in one place: the directory, and what people do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from escalation.crew.contacts import Contacts
from escalation.crew.directory import Directory
from escalation.crew.profiles import Profiles
from escalation.crew.teams import Teams
from escalation.crew.trials import Trials

if TYPE_CHECKING:
    from escalation.book import AgreementBook
    from escalation.crew.directory import Duty
    from escalation.crew.roll import Roll
    from incidents.ledger.ledger import Ledger


@dataclass(frozen=True)
class Crew:
    """People, teams and contacts of all partnerships."""

    roll: Roll
    directory: Directory
    profiles: Profiles
    teams: Teams
    contacts: Contacts
    trials: Trials

    @classmethod
    def of(cls, ledger: Ledger, book: AgreementBook, roll: Roll, duty: Duty) -> Self:
        """Make it over a ledger."""
        directory = Directory(ledger, roll, duty)
        return cls(
            roll=roll,
            directory=directory,
            profiles=Profiles(ledger, book, roll),
            teams=Teams(ledger, book, roll),
            contacts=Contacts(ledger, book, directory, roll),
            trials=Trials(ledger, book, directory, roll),
        )
