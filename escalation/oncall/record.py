"""A schedule as its facts tell it: whose it is, what stood when, what people changed in it (on-call rule 5).

Its stream is `schedule/<id>`, in the operator's log; its first fact says to which partnership and party it belongs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from escalation.calendars.zones import zone
from escalation.engine.reminders import Reminding
from escalation.oncall import happenings
from escalation.oncall.overriding import Overridable
from escalation.oncall.settings import Settings, checked
from escalation.oncall.standing import Standing
from escalation.oncall.swapping import Swappable
from escalation.oncall.writing import Written, checked_layers, hours_of, layers_of
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

STREAM = "schedule/"
GAP = "gap"
LONGEST_TOLD = timedelta(days=366)
"""A gap that goes on for longer is told without its end."""


def days_of(reminder: str) -> int:
    """Give how many days ahead a reminder of a gap is: `gap_in_7_days`."""
    return int(reminder.split("_")[2])


class OnCallSchedule(Overridable, Swappable, Reminding):
    """A party's schedule in a partnership. Its name is for good: agreements and holders name it."""

    # --- what can happen (each told in happenings.py) ----------------------------------------------------------------

    Event = happenings.ScheduleEvent
    Created = happenings.Created
    Edited = happenings.Edited
    LayersChanged = happenings.LayersChanged
    OverrideAdded = Overridable.OverrideAdded
    OverrideRemoved = Overridable.OverrideRemoved
    SwapProposed = Swappable.SwapProposed
    SwapAccepted = Swappable.SwapAccepted
    SwapDeclined = Swappable.SwapDeclined
    SwapWithdrawn = Swappable.SwapWithdrawn
    LookedAhead = happenings.LookedAhead
    Retired = happenings.Retired
    SubjectErased = happenings.SubjectErased

    # --- what may be asked -------------------------------------------------------------------------------------------

    settings: Settings
    layers: list[Written]
    """As they were written: the ones that hold, or held last."""

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

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.Created)
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
        self._set(_settings(title, tz, warn, must_cover))
        self._take_turns(layers)
        self._begin_overrides()
        self._begin_swaps()
        self.standings, self._definitions = [], {}
        self.looked_until: datetime | None = None
        self.created_at = timestamp
        self.retired_at = None
        self._changed(timestamp)

    @event(happenings.Edited)
    def _edited(
        self,
        title: str | Hidden | None,
        tz: str,
        warn: list[str],
        must_cover: list[Written] | None,
        timestamp: datetime,
    ) -> None:
        self._set(_settings(title, tz, warn, must_cover))
        self._changed(timestamp)

    @event(happenings.LayersChanged)
    def _layers_changed(self, layers: list[Written], timestamp: datetime) -> None:
        self._take_turns(layers)
        self._changed(timestamp)

    @event(happenings.LookedAhead)
    def _looked_ahead(self, until: datetime) -> None:
        self.looked_until = until

    @event(happenings.Retired)
    def _retired(self, timestamp: datetime) -> None:
        self.retired_at = timestamp
        self._changed(timestamp)

    @event(happenings.SubjectErased)
    def _erased(self) -> None:
        self.settings = replace(self.settings, title=self.settings.title and ERASED)
        self.overrides = {
            number: replace(each, reason=each.reason and ERASED) for number, each in self.overrides.items()
        }

    def _changed(self, since: datetime) -> None:
        if self.retired_at is None:
            self.standings.append(Standing(since, self.settings.tz, self._turns, self._must_cover))
        else:
            self.standings.append(Standing(since, self.settings.tz, layers=(), must_cover=()))

    def _set(self, settings: Settings) -> None:
        hours = settings.must_cover
        self.settings, self._must_cover = settings, None if hours is None else hours_of(hours)

    def _take_turns(self, layers: list[Written]) -> None:
        self.layers, self._turns = layers, layers_of(layers)


def _settings(title: str | Hidden | None, tz: str, warn: list[str], must_cover: list[Written] | None) -> Settings:
    return Settings(title, tz, tuple(warn), None if must_cover is None else tuple(must_cover))
