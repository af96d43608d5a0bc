"""People, teams, contacts and services as clients see them. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from escalation.calendars.calendar import CalendarError
from escalation.crew.staff import PERSON
from escalation.engine.sources import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.agreement.model import Agreement, Contact, Recipient, Service
    from escalation.crew.addresses import Address
    from escalation.crew.directory import Somebody
    from escalation.crew.holders import Holder
    from escalation.crew.profile import Absence, Profile
    from escalation.crew.reaching import Reached
    from escalation.crew.roll import Member

PARTNERSHIPS = "/v1/partnerships"


def profile_view(person: str, profile: Profile | None) -> dict[str, Any]:
    """Show what somebody has said of how they are reached."""
    if profile is None:
        return {"person": person, "tz": None, "languages": [], "high": [], "low": [], "addresses": []}
    return {
        "person": person,
        "tz": profile.tz,
        "languages": list(profile.languages) if isinstance(profile.languages, tuple) else [],
        "high": list(profile.high),
        "low": list(profile.low),
        "addresses": addresses_view(profile),
    }


def addresses_view(profile: Profile) -> list[dict[str, Any]]:
    """Show the addresses that somebody gave to whoever gave them; nothing is left of what was erased."""
    return [address_view(each) for each in profile.addresses.values()]


def address_view(address: Address) -> dict[str, Any]:
    """Show an address; of one that was erased since, as a repeated request finds it, the name alone is left."""
    return {**asdict(address), "value": address.value if isinstance(address.value, str) else None}


def absence_view(absence: Absence) -> dict[str, Any]:
    """Show an absence to whoever is away."""
    return {
        "absence": absence.number,
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "note": absence.note if isinstance(absence.note, str) else None,
    }


def person_view(somebody: Somebody, on_call: Sequence[str]) -> dict[str, Any]:
    """Show somebody to their party."""
    known = somebody.known
    return {
        "person": known.person,
        "party": known.party,
        "name": known.name,
        "tz": known.tz,
        "languages": list(known.languages),
        "absent": known.absent,
        "absences": [
            {"absence": each.number, "starts_at": each.starts_at, "ends_at": each.ends_at} for each in somebody.away
        ],
        "on_call": list(on_call),
    }


def team_view(team: Any, members: Mapping[str, Member]) -> dict[str, Any]:  # noqa: ANN401 - a Team, or its row
    """Show a team, with the names of its members who are still there."""
    address = f"{team.party}.{team.name}"
    return {
        "team": address,
        "party": team.party,
        "name": team.name,
        "title": team.title if isinstance(team.title, str) else None,
        "members": [_in_team(person, members.get(person), team.party) for person in team.members],
        "created_at": team.created_at,
        "retired_at": team.retired_at,
        "links": {"self": f"{PARTNERSHIPS}/{team.partnership}/teams/{address}"},
    }


def contact_view(
    contact: Contact, held: Row[Any] | Holder | None, reached: Reached | None, members: Mapping[str, Member]
) -> dict[str, Any]:
    """Show a contact; `held` and `reached` are None where they are not for the reader to know."""
    if held is not None and held.party != contact.party:
        held = None  # a later version gave it to another party
    return {
        "contact": contact.id,
        "party": contact.party,
        "role": contact.role,
        "holder": None if held is None else held.holder,
        "since": None if held is None else held.since,
        "reaches": None if reached is None else [_reached(ways, members) for ways in reached.people],
        "gaps": None if reached is None else list(reached.gaps),
    }


def service_view(service: Service, agreement: Agreement, at: datetime) -> dict[str, Any]:
    """Show a service with its support as it stands at an instant."""
    support = service.support
    return {
        "service": service.id,
        "provided_by": service.provided_by,
        "used_by": list(service.used_by),
        "tier": service.tier,
        "depends_on": list(service.depends_on),
        "support": None
        if support is None
        else {
            "channels": [{"kind": each.kind, "address": each.address} for each in support.channels],
            "hours": None if support.hours is None else _hours(support.hours, agreement, at),
            "languages": list(support.languages),
        },
    }


def _in_team(person: str, member: Member | None, party: str) -> dict[str, Any]:
    there = member is not None and member.party == party
    return {"person": person, "name": member.name if member is not None and there else None, "there": there}


def _reached(ways: Sequence[Recipient], members: Mapping[str, Member]) -> dict[str, Any]:
    recipient = ways[0].contact
    member = members.get(recipient.removeprefix(PERSON)) if recipient.startswith(PERSON) else None
    return {
        "recipient": recipient,
        "name": None if member is None else member.name,
        "ways": [{"via": way.via, "after": way.after} for way in ways],
    }


def _hours(name: str, agreement: Agreement, at: datetime) -> dict[str, Any]:
    calendar, now = agreement.calendars[name], int(at.timestamp())
    is_open = calendar.is_open(now)
    try:
        opens_at = None if is_open else instant(calendar.next_open(now))
    except CalendarError:
        opens_at = None
    return {"calendar": name, "tz": str(calendar.tz), "open": is_open, "opens_at": opens_at}


def by_person(members: Iterable[Member]) -> dict[str, Member]:
    """Give members by their ids."""
    return {member.person: member for member in members}
