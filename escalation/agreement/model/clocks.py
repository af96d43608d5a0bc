"""What runs: targets, and what may stop them. Durations are whole seconds of counted time unless they are spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.spans import Dates, Span


@dataclass(frozen=True, slots=True)
class ClockRules:
    """The engine's semantics as far as they can be chosen (spec.clock_rules).

    Attributes:
        warn_at: Percentages of a target at which it warns, ascending.
        reopen_within_days: Local dates in the agreement's zone within which the same clock goes on (clock rule 4).
        accept_backdated_by: Seconds by which a fact may be reported late without authority (clock rule 13).
        min_remaining_on_raise: Seconds that are left at least when a worse severity brings a shorter target.
        late_facts_need_authority: Whether the body of `backdate_fact` may accept an older time; else nobody can.
    """

    warn_at: tuple[int, ...]
    reopen_within_days: int
    accept_backdated_by: int
    min_remaining_on_raise: int = 0
    late_facts_need_authority: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One clock (spec.targets).

    Attributes:
        name: acknowledge, respond, update, workaround, resolve, review_due, action_due, or a name of its own.
        starts: The moments it starts from (see agreement/moments.py).
        until: The moment that stops it.
        within: Seconds per severity; a severity that is neither here nor in `by` has no such clock.
        by: Business days per severity (per priority where `per_action`), due at the close of business of the last
            (clock rule 10). Either `within` or `by` is empty.
        calendar: The calendar's name per severity or priority, for each key of `within` or `by`.
        pausable: Reasons that pause it.
        repeats: Whether each period has a clock of its own (clock rule 6).
        warn_at: Percentages at which it warns, ascending.
        duty_of: The role or id of the party that owes it; None: the provider of the incident's service.
        per_action: Whether each corrective action has a clock of its own.
    """

    name: str
    starts: tuple[str, ...]
    until: str
    within: Mapping[str, int]
    calendar: Mapping[str, str]
    pausable: frozenset[str]
    repeats: bool
    warn_at: tuple[int, ...]
    by: Mapping[str, int] = field(default_factory=dict)
    duty_of: str | None = None
    per_action: bool = False

    def applies_to(self, severity: str) -> bool:
        """Whether an incident of that severity (an action of that priority) has this clock."""
        return severity in self.within or severity in self.by


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A reason to pause (spec.pauses), with its limits in counted seconds; None is no limit (clock rule 5).

    Attributes:
        reason: Its name.
        title: For people.
        max_each: After which one such pause ends by itself.
        max_total: The same for all of them together.
        starts: The moment that begins it by itself; None: by the pause command alone.
        ends: The moments that end it by themselves.
        evidence: What must be given as evidence, by name (`message_id`); None: nothing.
        counts_in: `target_calendar`, or the name of the calendar in which its limits count.
        veto_by: `party.role` of whoever may strike it out, with the time it took; None: nobody.
        relapse_counts: Whether a pause that ends by `relapse` turns out to have been none (`on_relapse`).
        authority: The body that must grant it; None: nobody's consent is needed.
    """

    reason: str
    title: str
    max_each: int | None = None
    max_total: int | None = None
    starts: str | None = None
    ends: tuple[str, ...] = ()
    evidence: str | None = None
    counts_in: str = "target_calendar"
    veto_by: str | None = None
    relapse_counts: bool = False
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A time of planned maintenance that comes again and again: an RFC 5545 rule, local start, length in seconds."""

    rrule: str
    start: int
    """Seconds from local midnight."""
    duration: int
    tz: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Time, or a breach, that does not count against whoever owes it (spec.exclusions; clock rule 14).

    Attributes:
        id: Its name.
        excuses: True: a breach stays on record and is excused (`excuse`); False: time is taken out (`stop_clock`).
        targets: The clocks that it concerns; empty: all but the legal ones.
        notify_within: How soon after its beginning it must be claimed.
        claim_within: The same, where the agreement calls it so.
        evidence: What must be given: None: nothing; `required`: anything; else by name.
        authority: The body that grants it; None: it holds by itself, by its windows.
        longest: The longest time that one claim may take (`max`).
        unless_supplier_of: Not claimable where the third party at fault supplies the party of this role or id.
        services: Only for incidents of these services; empty: all.
        announced: How long the agreement must have been in force before a window counts (`conditions.notice`).
        max_per_month: Seconds of windows that count in a calendar month.
        windows: Times at which it holds by itself.
    """

    id: str
    excuses: bool
    targets: tuple[str, ...] = ()
    notify_within: Span | None = None
    claim_within: Span | None = None
    evidence: str | None = None
    authority: str | None = None
    longest: Span | None = None
    unless_supplier_of: str | None = None
    services: tuple[str, ...] = ()
    announced: Dates | None = None
    max_per_month: int | None = None
    windows: tuple[Window, ...] = ()
