"""What people say of how they are reached. Their facts are in the operator's log, whichever partnership they are of."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from escalation.agreement.model import WEBHOOK
from escalation.changes import once
from escalation.crew.profile import Profile
from escalation.crew.ways import EMAIL
from incidents.errors import InvalidField, NotFound
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.profile import Leave
    from escalation.crew.roll import Roll
    from escalation.crew.staff import Step
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger


class Profiles:
    """The use cases, for whoever was found to be that person or to manage them. All raise Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook, roll: Roll) -> None:
        """Take the ledger, where webhooks are found, and who belongs where."""
        self._ledger = ledger
        self._book = book
        self._roll = roll

    def of(self, person: str) -> Profile | None:
        """Give what somebody has said; None: nothing yet."""
        with reaching_all(), suppress(NotFound):
            return self._ledger.get(Profile, _stream(person))
        return None

    def describe(self, person: str, tz: str | None, languages: Sequence[str], sender: Sender) -> Changed[Profile]:
        """Say where somebody lives and what they speak. InvalidField."""
        return self._change(person, sender, lambda it, at: it.describe(tz, languages, by=sender.by, at=at))

    def change_rules(self, person: str, high: Sequence[Step], low: Sequence[Step], sender: Sender) -> Changed[Profile]:
        """Say in which ways somebody is paged and informed. InvalidField, also for an address that is not theirs."""

        def act(profile: Profile, at: datetime) -> None:
            profile.change_rules(high, low, by=sender.by, at=at)
            theirs = self._webhooks(person, at)
            email = self._roll.email_of(person)
            for field, steps in (("high", high), ("low", low)):
                _check_webhooks(field, steps, theirs)
                _check_email(field, steps, email)

        return self._change(person, sender, act)

    def give_address(self, person: str, address: str, kind: str, value: str, sender: Sender) -> Changed[Profile]:
        """Say where somebody can be reached, by a name. InvalidField; TooManyAddresses; AddressInUse."""
        return self._change(person, sender, lambda it, at: it.give_address(address, kind, value, by=sender.by, at=at))

    def remove_address(self, person: str, address: str, sender: Sender) -> Changed[Profile]:
        """Say that somebody is not to be reached there any more. NotFound; AddressInUse, by a contact rule."""
        return self._change(person, sender, lambda it, at: it.remove_address(address, by=sender.by, at=at))

    def add_absence(self, person: str, leave: Leave, sender: Sender) -> Changed[Profile]:
        """Say when somebody is away; it is the last of the record's absences. InvalidField; TooManyAbsences."""
        return self._change(person, sender, lambda it, at: it.add_absence(leave, by=sender.by, at=at))

    def remove_absence(self, person: str, number: int, sender: Sender, within: str | None = None) -> Changed[Profile]:
        """Say that somebody is not away after all, or back; others, of what was said `within`. NotFound."""
        return self._change(
            person, sender, lambda it, at: it.remove_absence(number, by=sender.by, at=at, within=within)
        )

    def _change(self, person: str, sender: Sender, act: Callable[[Profile, datetime], object]) -> Changed[Profile]:
        def decide(command: Command) -> tuple[Profile, tuple[()]]:
            profile = self._begun(person, sender, command)
            act(profile, command.recorded_at)
            return profile, ()

        with reaching_all():
            return once(self._ledger, Profile, sender, decide)

    def _begun(self, person: str, sender: Sender, command: Command) -> Profile:
        try:
            return self._ledger.get(Profile, _stream(person))
        except NotFound:
            return Profile._create(Profile.Begun, id=_stream(person), by=sender.by, at=command.recorded_at)  # noqa: SLF001 - the library's way

    def _webhooks(self, person: str, at: datetime) -> set[str]:
        """Give the names of all webhooks that agreements give to somebody's parties."""
        found: set[str] = set()
        for partnership, party in self._roll.memberships(person):
            with suppress(NotFound):
                webhooks = [
                    each for agreement in self._book.named(partnership, at) for each in agreement.webhooks.values()
                ]
                found |= {WEBHOOK + webhook.id for webhook in webhooks if webhook.party == party}
        return found


def _check_webhooks(field: str, steps: Iterable[Step], theirs: set[str]) -> None:
    for place, step in enumerate(steps):
        if step.via.startswith(WEBHOOK) and step.via not in theirs:
            known = ", ".join(sorted(theirs))
            right = f"Use one of: {known}." if known else "No agreement names one of your party's. Use `terminal`."
            raise InvalidField(f"{field}.{place}.via", right)


def _check_email(field: str, steps: Iterable[Step], email: str | None) -> None:
    """Refuse mail to whoever signs in without an address: a service."""
    for place, step in enumerate(steps):
        if step.via == EMAIL and email is None:
            raise InvalidField(f"{field}.{place}.via", f"You sign in without a mail address. Use `{EMAIL}:ID`.")


def _stream(person: str) -> str:
    return f"profile/{person}"
