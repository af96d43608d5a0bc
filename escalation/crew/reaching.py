"""From the names of addressees to people, and to the ways in which each is reached. Pure, given a staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import TERMINAL, WEBHOOK, Recipient, holders
from escalation.crew.leading import leading_contacts, owners_of
from escalation.crew.staff import BODY, PERSON, SCHEDULE, TEAM, OnCall, Step
from escalation.crew.ways import channel_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from escalation.agreement.model import Agreement, Contact
from escalation.crew.staff import Known, Staff

PAGE, NOTICE = 0, 1
"""Urgencies: somebody must answer, or is informed."""

_AT_ONCE = (Step(TERMINAL),)


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom names reach.

    Attributes:
        people: The ways to reach each, one tuple a person, webhook or contact, in the order of the names; nobody twice.
        gaps: The schedules (`schedule:acme.first`) for which nobody is on call, and contacts whose holder is not there.
        warn: Whom the owners of those want warned, as names of addressees.
    """

    people: tuple[tuple[Recipient, ...], ...] = ()
    gaps: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calling:
    """An agreement version with its staff, at an instant: what turns a name into people."""

    agreement: Agreement
    staff: Staff
    at: datetime

    def reach(self, names: Iterable[str], urgency: int) -> Reached:
        """Find whom names reach. Whoever is away, has left, or is not on call is not reached."""
        walk = _Walk(self, urgency)
        for name in names:
            walk.follow(name, name)
        return Reached(tuple(walk.people.values()), tuple(dict.fromkeys(walk.gaps)), tuple(dict.fromkeys(walk.warn)))


class _Walk:
    """One look at names, which may lead to others: a contact's holder may be a team."""

    def __init__(self, calling: Calling, urgency: int) -> None:
        self._agreement, self._staff, self._at = calling.agreement, calling.staff, calling.at
        self._urgency = urgency
        self.people: dict[str, tuple[Recipient, ...]] = {}
        self.gaps: list[str] = []
        self.warn: list[str] = []

    def follow(self, name: str, called: str) -> None:
        """Take whomever a name leads to; `called`: what they were called by first."""
        if name.startswith(WEBHOOK):
            self._webhook(name)
        elif name.startswith(BODY):
            body = self._agreement.bodies.get(name.removeprefix(BODY))
            for member in body.members if body else ():
                self._contact(self._agreement.contacts[member])
        elif name.startswith((SCHEDULE, TEAM, PERSON)):
            self._people(name, called)
        else:
            for contact in self._named(name):
                self._contact(contact)

    def _people(self, name: str, called: str, of: str | None = None) -> bool:
        """Take the people of a schedule or team, or one person, of a party where one is given; say whether any came."""
        if name.startswith(SCHEDULE):
            return self._schedule(name, called, of)
        if name.startswith(PERSON):
            return self._take([name.removeprefix(PERSON)], called, of=of)
        party, _, team = name.removeprefix(TEAM).rpartition(".")
        there = False
        for side in self._parties(party, of):
            there |= self._take(self._staff.team(self._agreement.partnership, side, team) or (), called, of=side)
        return there

    def _named(self, name: str) -> list[Contact]:
        known = self._agreement.contacts
        return [known[name]] if name in known else holders(name, self._agreement.parties, known)

    def _contact(self, contact: Contact) -> None:
        """Whoever holds it is reached in their own ways; a contact that nobody was named for, as the agreement says.

        A later version may give the contact to another party: whoever holds it for the first one is not meant then.
        Where its holder is away or has left, that is a gap like one in a schedule.
        """
        holder = self._staff.holder(self._agreement.partnership, contact.id)
        if holder is not None:
            if not self._people(holder, contact.id, contact.party) and not holder.startswith(SCHEDULE):
                self.gaps.append(contact.id)
                self.warn += [each for each in leading_contacts(contact.party, self._agreement) if each != contact.id]
        elif contact.via:
            self.people.setdefault(contact.id, tuple(self._agreement.recipients(contact.id)))

    def _webhook(self, name: str) -> None:
        found = self._agreement.recipients(name)
        if found:
            self.people.setdefault(name, found)

    def _schedule(self, name: str, called: str, of: str | None) -> bool:
        party, _, schedule = name.removeprefix(SCHEDULE).rpartition(".")
        reached = False
        for side in self._parties(party, of):
            on_call = self._staff.on_call(self._agreement.partnership, side, schedule, self._at) or OnCall(())
            there = self._take(on_call.people, called, of=side)
            reached |= there
            if not there:
                self.warn += on_call.warn or owners_of(schedule, side, self._agreement, self._staff)
        if not reached:
            self.gaps.append(name)
        return reached

    def _parties(self, name: str, of: str | None) -> list[str]:
        meant = self._agreement.parties_named(name)
        return [party for party in self._agreement.parties if party in meant and of in {None, party}]

    def _take(self, people: Collection[str], called: str, *, of: str | None = None) -> bool:
        """Take those of some people who are there, of a party where one is given; say whether there was any."""
        there = False
        found = self._staff.among(self._agreement.partnership, people, self._at)
        for each in people:
            known = found.get(each)
            if known is not None and not known.absent and of in {None, known.party}:
                there = True
                self.people.setdefault(PERSON + each, self._ways(known, called))
        return there

    def _ways(self, known: Known, called: str) -> tuple[Recipient, ...]:
        """Their rules, without the steps that lead nowhere: an address that they have no more, a webhook not theirs."""
        steps = known.high if self._urgency == PAGE else known.low
        usable = [step for step in steps if self._leads_somewhere(step.via, known)]
        return tuple(
            Recipient(
                contact=PERSON + known.person,
                party=known.party,
                channel=channel_of(step.via),
                via=step.via,
                after=step.after,
                called=called,
            )
            for step in usable or _AT_ONCE
        )

    def _leads_somewhere(self, via: str, known: Known) -> bool:
        if via.startswith(WEBHOOK):
            webhook = self._agreement.webhooks.get(via.removeprefix(WEBHOOK))
            return webhook is not None and webhook.party == known.party
        return via == TERMINAL or via in known.addresses
