"""The projections of the crew: by these rows people, teams and holders are found when somebody is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.crew.contact_rules import written
from escalation.crew.holders import Holders, partnership_of_holders
from escalation.crew.profile import Absence, Profile
from escalation.crew.tables import contact_holders, profiles, rung_turns, teams
from escalation.crew.team import Team
from incidents.happenings import RungFired
from incidents.incident import Incident
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.dialects.postgresql import Insert

    from escalation.crew.holders import Holder
    from incidents.ledger.facts import Fact, Record


def _anew(table: Table) -> Insert:
    """Give the statement that writes a row, in the place of the one that was there."""
    statement = upsert(table)
    changing = [column.name for column in table.c if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: statement.excluded[name] for name in changing}
    )


_PROFILE, _TEAM, _HOLDER = _anew(profiles), _anew(teams), _anew(contact_holders)
_NO_HOLDER = delete(contact_holders).where(
    (contact_holders.c.partnership == bindparam("of_partnership")) & (contact_holders.c.contact == bindparam("of"))
)
_turn = upsert(rung_turns)
# Streams are read in any order where rows are rebuilt, so the latest wins, whichever comes first.
_TURN = _turn.on_conflict_do_update(
    index_elements=list(rung_turns.primary_key),
    set_={name: _turn.excluded[name] for name in ("recipient", "at")},
    where=tuple_(rung_turns.c.at, rung_turns.c.recipient) < tuple_(_turn.excluded.at, _turn.excluded.recipient),
)


class ProfileRows:
    """One row a person of whom something was said."""

    table = profiles
    compared = tuple(column.name for column in profiles.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the row anew."""
        if isinstance(record, Profile) and new:
            row = {
                "person": record.person,
                "tz": record.tz if isinstance(record.tz, str) else None,
                "languages": list(record.languages) if isinstance(record.languages, tuple) else [],
                "rules": {
                    "high": [written(step) for step in record.high],
                    "low": [written(step) for step in record.low],
                },
                "absences": {str(number): _absence(each) for number, each in record.absences.items()},
                "addresses": {
                    name: {"kind": each.kind, "value": each.value}
                    for name, each in record.addresses.items()
                    if isinstance(each.value, str)
                },
            }
            yield Write(_PROFILE, [row])


class TeamRows:
    """One row a team, retired ones too."""

    table = teams
    compared = tuple(column.name for column in teams.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the row anew."""
        if isinstance(record, Team) and new:
            row = {
                "stream": record.id,
                "partnership": record.partnership,
                "party": record.party,
                "name": record.name,
                "title": record.title if isinstance(record.title, str) else None,
                "members": list(record.members),
                "created_at": record.created_at,
                "retired_at": record.retired_at,
            }
            yield Write(_TEAM, [row])


class HolderRows:
    """One row a contact that somebody holds."""

    table = contact_holders
    compared = tuple(column.name for column in contact_holders.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give or remove the rows of the contacts whose holder has changed."""
        if not isinstance(record, Holders):
            return
        partnership = partnership_of_holders(record)
        touched = {fact.contact for fact in new if isinstance(fact, (Holders.HolderNamed, Holders.HolderRemoved))}
        gone, there = sorted(touched - record.holders.keys()), sorted(touched & record.holders.keys())
        yield Write(_NO_HOLDER, [{"of_partnership": partnership, "of": contact} for contact in gone])
        yield Write(_HOLDER, [_holder(partnership, record.holders[contact]) for contact in there])


class TurnRows:
    """One row a rung that pages one at a time: whom it began with last."""

    table = rung_turns
    compared = tuple(column.name for column in rung_turns.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give a row for each rung that began; one that began twice has its latest beginning."""
        if isinstance(record, Incident):
            began = [fact for fact in new if isinstance(fact, RungFired) and _begins_a_turn(fact)]
            latest = {(fact.ladder, fact.rung): fact for fact in sorted(began, key=_turn_order)}
            # In the order of their places: engines that write the same rows wait for each other, and not in a circle.
            yield Write(_TURN, [_turn_row(record.partnership, latest[place]) for place in sorted(latest)])


def _begins_a_turn(fact: RungFired) -> bool:
    return fact.of is not None and fact.round == 0 and bool(fact.pages)


def _turn_order(fact: RungFired) -> tuple[datetime, str]:
    return fact.timestamp, fact.pages[0]["recipient"]


def _turn_row(partnership: str, fact: RungFired) -> Mapping[str, Any]:
    at, recipient = _turn_order(fact)
    return {"partnership": partnership, "ladder": fact.ladder, "rung": fact.rung, "recipient": recipient, "at": at}


def _absence(absence: Absence) -> dict[str, float | str | None]:
    until = absence.removed_at
    return {
        "starts_at": absence.starts_at.timestamp(),
        "ends_at": absence.ends_at.timestamp(),
        "since": absence.since.timestamp(),
        "until": None if until is None else until.timestamp(),
        "within": absence.within,
    }


def _holder(partnership: str, holder: Holder) -> Mapping[str, Any]:
    return {
        "partnership": partnership,
        "contact": holder.contact,
        "party": holder.party,
        "holder": holder.holder,
        "since": holder.since,
    }
