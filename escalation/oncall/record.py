"""A schedule as its facts tell it: whose it is, what stood when, what people changed in it (on-call rule 5).

Its stream is `schedule/<id>`, in the operator's log; its first fact says to which partnership and party it belongs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from eventsourcing.domain import event

from escalation.calendars.zones import zone
from escalation.engine.reminders import Reminding
from escalation.oncall import swaps
from escalation.oncall.definition import Definition, Substitution, definition_at, final_of
from escalation.oncall.schedule import Override, Schedule
from escalation.oncall.settings import KnownOverride, Settings, checked
from escalation.oncall.swaps import Span, Swap, SwapState
from escalation.oncall.writing import Written, checked_layers, hours_of, layers_of
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.facts import FirstFact, FreeText
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.oncall.schedule import Shift

STREAM = "schedule/"
GAP = "gap"
MOST_OVERRIDES = 500
"""Overrides that are not over."""
LONGEST_OVERRIDE = timedelta(days=366)
MOST_PEOPLE = 20
"""On call at once by an override."""
LONGEST_TOLD = timedelta(days=366)
"""A gap that goes on for longer is told without its end."""


class ScheduleRetired(Refused):
    """That schedule is retired: nothing more can be done with it."""

    code = "retired"


class TooManyOverrides(Refused):
    """So many overrides are not over yet that no more are taken. Remove some of them first."""

    code = "too_many_overrides"


def days_of(reminder: str) -> int:
    """Give how many days ahead a reminder of a gap is: `gap_in_7_days`."""
    return int(reminder.split("_")[2])


class OnCallSchedule(Reminding):
    """A party's schedule in a partnership. Its name is for good: agreements and holders name it."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Reminding.Event):
        """Something that happened to a schedule."""

    class Created(FirstFact):
        """A party made it; see `Settings`, and writing.py for `layers`."""

        partnership: str
        party: str
        name: str
        title: FreeText | None
        tz: str
        warn: list[str]
        must_cover: list[dict[str, Any]] | None
        layers: list[dict[str, Any]]

    class Edited(Event):
        """Its settings are these from now on."""

        title: FreeText | None
        tz: str
        warn: list[str]
        must_cover: list[dict[str, Any]] | None

    class LayersChanged(Event):
        """Turns are taken by these layers from now on."""

        layers: list[dict[str, Any]]

    class OverrideAdded(Event):
        """These people, or nobody, are on call during [start, end), whatever else it says."""

        override: int
        start: datetime
        end: datetime
        people: list[str]
        reason: FreeText | None

    class OverrideRemoved(Event):
        """An override holds no more."""

        override: int

    class SwapProposed(Event):
        """Somebody offers hours of theirs to somebody else, who may give some in turn."""

        swap: int
        giver: str
        taker: str
        give_start: datetime
        give_end: datetime
        take_start: datetime | None
        take_end: datetime | None

    class SwapAccepted(Event):
        """It holds, from now on."""

        swap: int

    class SwapDeclined(Event):
        """It does not come about."""

        swap: int

    class SwapWithdrawn(Event):
        """Whoever proposed it does not want it any more."""

        swap: int

    class LookedAhead(Event):
        """No gap was found until an instant but those that were told; from now on it is looked further."""

        SYSTEM = True

        until: datetime

    class Retired(Event):
        """Nobody is on call by it any more, and its name is free."""

    class SubjectErased(Event):
        """What people wrote in it was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def public_id(self) -> str:
        """The id that clients use."""
        return self.id.removeprefix(STREAM)

    @property
    def label(self) -> str:
        """The name by which agreements and people call it: `acme.first`."""
        return f"{self.party}.{self.name}"

    @property
    def partnership(self) -> str:
        """The partnership that it belongs to."""
        return self._partnership

    @property
    def path(self) -> str:
        """Where people read it, beneath `/v1/`."""
        return f"partnerships/{self.partnership}/schedules/{self.label}"

    @property
    def definition(self) -> Definition:
        """What holds for all that is to come."""
        return self.definitions[-1]

    def definition_at(self, at: datetime) -> Definition | None:
        """Give what stood at an instant; None before it was made."""
        return definition_at(self.definitions, at)

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Give who is, was or will be on call at an instant; InvalidField outside the years 1900 to 2199."""
        definition = self.definition_at(at)
        return definition.on_call(at) if definition else ()

    def final(self, start: datetime, end: datetime) -> list[Shift]:
        """Give who is on call during [start, end), each definition for its own time."""
        return final_of(self.definitions, start, end)

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say from when until when nobody is on call."""
        start = reminded.due_at or reminded.timestamp
        found = self.definition.gaps(start, start + LONGEST_TOLD)
        until = found[0].end if found and found[0].start == start else start
        tz = zone(self.settings.tz)
        ends = "" if until in {start, start + LONGEST_TOLD} else f" until {until.astimezone(tz):%Y-%m-%d %H:%M}"
        days = days_of(reminded.reminder)
        more = sum(start < gap.start <= start + timedelta(days=days) for gap in found)
        times, within = "once" if more == 1 else f"{more} times", "a day" if days == 1 else f"{days} days"
        again = f", and {times} more within {within}" if more else ""
        return f"Nobody is on call for {self.label} from {start.astimezone(tz):%Y-%m-%d %H:%M}{ends} ({tz.key}){again}"

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """Say whether nobody is on call then, as it stands now, and somebody should be."""
        start = reminded.due_at or reminded.timestamp
        return self.retired_at is None and bool(self.definition.gaps(start, start + timedelta(seconds=1)))

    def edit(self, settings: Settings, *, by: str, at: datetime) -> None:
        """Give it other settings; the same again changes nothing. InvalidField; ScheduleRetired."""
        self._must_be_there()
        settings = checked(settings)
        if settings != self.settings:
            self.trigger_event(OnCallSchedule.Edited, **settings.values(), by=by, at=at)

    def change_layers(self, layers: Sequence[Written], *, by: str, at: datetime) -> None:
        """Let turns be taken otherwise; the same again changes nothing. InvalidField; ScheduleRetired."""
        self._must_be_there()
        written = checked_layers(layers, at)
        if written != self.layers:
            self.trigger_event(OnCallSchedule.LayersChanged, layers=written, by=by, at=at)

    def add_override(self, span: Span, people: Sequence[str], reason: str | None, *, by: str, at: datetime) -> int:
        """Put people, or nobody, on call for a time; give its number. InvalidField; TooManyOverrides."""
        self._must_be_there()
        swaps.check_span("", span, at, LONGEST_OVERRIDE)
        if len(people) > MOST_PEOPLE or len(set(people)) < len(people):
            raise InvalidField("people", f"Give at most {MOST_PEOPLE}, each once; none: nobody is on call.")
        if len(self.overrides_ahead(at)) >= MOST_OVERRIDES:
            raise TooManyOverrides(most=MOST_OVERRIDES)
        number = len(self.overrides) + 1
        told = {"start": span.start, "end": span.end, "people": list(people), "reason": reason}
        self.trigger_event(OnCallSchedule.OverrideAdded, override=number, **told, by=by, at=at)
        return number

    def remove_override(self, number: int, *, by: str, at: datetime) -> None:
        """Take an override back, from now on. NotFound where it is over or removed; ScheduleRetired."""
        self._must_be_there()
        if number not in {each.number for each in self.overrides_ahead(at)}:
            raise NotFound
        self.trigger_event(OnCallSchedule.OverrideRemoved, override=number, by=by, at=at)

    def overrides_ahead(self, at: datetime) -> list[KnownOverride]:
        """Give the overrides that are not over at an instant, the first to begin first."""
        left = (each for each in self.overrides.values() if at < each.end and each.number not in self.removed)
        return sorted(left, key=lambda each: (each.start, each.number))

    def propose_swap(self, giver: str, taker: str, give: Span, take: Span | None, *, by: str, at: datetime) -> int:
        """Offer hours to somebody; give the swap's number. InvalidField; TooManySwaps; ScheduleRetired."""
        self._must_be_there()
        if giver == taker:
            raise InvalidField("with", "Name somebody else.")
        swaps.check_room(self.swaps.values(), at)
        for field, span, person in (("give", give, giver), ("take", take, taker)):
            if span is not None:
                swaps.check_span(field, span, at, swaps.LONGEST_SWAP)
                swaps.check_theirs(field, person, self.final(max(span.start, at), span.end))
        number = len(self.swaps) + 1
        told = {"giver": giver, "taker": taker, "give_start": give.start, "give_end": give.end}
        told |= {"take_start": take.start if take else None, "take_end": take.end if take else None}
        self.trigger_event(OnCallSchedule.SwapProposed, swap=number, **told, by=by, at=at)
        return number

    def accept_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Let a swap hold that was proposed to them. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=False, at=at)
        self.trigger_event(OnCallSchedule.SwapAccepted, swap=number, by=by, at=at)

    def decline_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Refuse a swap that was proposed to them. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=False, at=at)
        self.trigger_event(OnCallSchedule.SwapDeclined, swap=number, by=by, at=at)

    def withdraw_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Take one's own proposal back. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=True, at=at)
        self.trigger_event(OnCallSchedule.SwapWithdrawn, swap=number, by=by, at=at)

    def look_ahead(self, until: datetime, *, by: str, at: datetime) -> None:
        """Record until when gaps have been looked for."""
        self.trigger_event(OnCallSchedule.LookedAhead, until=until, by=by, at=at)

    def retire(self, *, by: str, at: datetime) -> None:
        """Let nobody be on call by it any more. ScheduleRetired."""
        self._must_be_there()
        self.trigger_event(OnCallSchedule.Retired, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote in it was erased (see ledger/erasure.py)."""
        self.trigger_event(OnCallSchedule.SubjectErased, by=by, at=at)

    def _must_be_there(self) -> None:
        if self.retired_at is not None:
            raise ScheduleRetired

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Created)
    def __init__(
        self,
        partnership: str,
        party: str,
        name: str,
        title: str | Hidden | None,
        tz: str,
        warn: list[str],
        must_cover: list[Written] | None,
        layers: list[Written],
        timestamp: datetime,
    ) -> None:
        """Begin without overrides and swaps."""
        self._partnership, self.party, self.name = partnership, party, name
        self.settings, self.layers = _settings(title, tz, warn, must_cover), layers
        self.overrides: dict[int, KnownOverride] = {}
        self.removed: set[int] = set()
        self.swaps: dict[int, Swap] = {}
        self.substitutions: tuple[Substitution, ...] = ()
        self.definitions: list[Definition] = []
        self.looked_until: datetime | None = None
        self.created_at = timestamp
        self.retired_at: datetime | None = None
        self._define(timestamp)

    @event(Edited)
    def _edited(
        self,
        title: str | Hidden | None,
        tz: str,
        warn: list[str],
        must_cover: list[Written] | None,
        timestamp: datetime,
    ) -> None:
        self.settings = _settings(title, tz, warn, must_cover)
        self._define(timestamp)

    @event(LayersChanged)
    def _layers_changed(self, layers: list[Written], timestamp: datetime) -> None:
        self.layers = layers
        self._define(timestamp)

    @event(OverrideAdded)
    def _override_added(
        self,
        override: int,
        start: datetime,
        end: datetime,
        people: list[str],
        reason: str | Hidden | None,
        by: str,
        timestamp: datetime,
    ) -> None:
        self.overrides[override] = KnownOverride(override, start, end, tuple(people), reason, by, timestamp)
        self._define(timestamp)

    @event(OverrideRemoved)
    def _override_removed(self, override: int, timestamp: datetime) -> None:
        self.removed.add(override)
        self._define(timestamp)

    @event(SwapProposed)
    def _swap_proposed(
        self,
        swap: int,
        giver: str,
        taker: str,
        give_start: datetime,
        give_end: datetime,
        take_start: datetime | None,
        take_end: datetime | None,
        timestamp: datetime,
    ) -> None:
        take = Span(take_start, take_end) if take_start and take_end else None
        self.swaps[swap] = Swap(swap, giver, taker, Span(give_start, give_end), take, timestamp)

    @event(SwapAccepted)
    def _swap_accepted(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.ACCEPTED, timestamp)
        self.substitutions += self.swaps[swap].substitutions(timestamp)
        self._define(timestamp)

    @event(SwapDeclined)
    def _swap_declined(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.DECLINED, timestamp)

    @event(SwapWithdrawn)
    def _swap_withdrawn(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.WITHDRAWN, timestamp)

    @event(LookedAhead)
    def _looked_ahead(self, until: datetime) -> None:
        self.looked_until = until

    @event(Retired)
    def _retired(self, timestamp: datetime) -> None:
        self.retired_at = timestamp
        self._define(timestamp)

    @event(SubjectErased)
    def _erased(self) -> None:
        self.settings = replace(self.settings, title=self.settings.title and ERASED)
        self.overrides = {
            number: replace(each, reason=each.reason and ERASED) for number, each in self.overrides.items()
        }

    def _define(self, since: datetime) -> None:
        """Let what is set now hold from an instant on; what is over by then is left behind."""
        left = self.overrides_ahead(since) if self.retired_at is None else []
        left.sort(key=lambda each: each.number)
        self.substitutions = tuple(each for each in self.substitutions if since < each.end)
        overrides = (Override(each.start, each.end, each.people, str(each.number)) for each in left)
        hours = self.settings.must_cover if self.retired_at is None else ()
        layers = layers_of(self.layers) if self.retired_at is None else ()
        self.definitions.append(
            Definition(
                since=since,
                schedule=Schedule(self.settings.tz, layers, tuple(overrides)),
                substitutions=self.substitutions,
                must_cover=None if hours is None else hours_of(hours),
            )
        )


def _settings(title: str | Hidden | None, tz: str, warn: list[str], must_cover: list[Written] | None) -> Settings:
    return Settings(title, tz, tuple(warn), None if must_cover is None else tuple(must_cover))
