"""Which clocks are wanted: a moment that starts them has come, and none that stops them since. Pure.

Whether a wanted clock runs is another question: the severity may have no target for it, or the incident may be over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from escalation.agreement.model import Target

_AT_REPORT = frozenset({"reported", "severity_set"})


class Wanted:
    """The clocks that are wanted, by name."""

    def __init__(self) -> None:
        """Begin with none."""
        self._now: dict[str, Target] = {}
        self._begun: set[str] = set()
        self._suspended: dict[str, Target] = {}
        self._last: dict[str, int] = {}
        self._moments = 0

    def __contains__(self, name: str) -> bool:
        return name in self._now

    def targets(self) -> list[Target]:
        """Give what is wanted."""
        return list(self._now.values())

    def add(self, target: Target, *, again: bool = False) -> None:
        """Want a clock: once only, unless it repeats or is wanted `again`."""
        if target.repeats or again or target.name not in self._begun:
            self._now[target.name] = target
            self._begun.add(target.name)

    def drop(self, target: Target) -> None:
        """Want it no more."""
        self._now.pop(target.name, None)
        self._suspended.pop(target.name, None)

    def forget(self, target: Target) -> None:
        """Want it no more, and anew when its moment comes again."""
        self.drop(target)
        self._begun.discard(target.name)

    def reached(self, moments: Iterable[str]) -> None:
        """Remember moments, for a version of the agreement that may ask for them later."""
        self._moments += 1
        for moment in moments:
            self._last[moment] = self._moments

    def unless(self, answered: Collection[str]) -> dict[str, Target]:
        """Give what is wanted, but for what is answered for good."""
        return {name: target for name, target in self._now.items() if target.until not in answered}

    def suspend(self, targets: Mapping[str, Target]) -> None:
        """Keep what is wanted no more, unless it was not over."""
        self._suspended = dict(targets)

    def resume(self, targets: Iterable[Target], answered: Collection[str], *, anew: bool) -> None:
        """Want again what was suspended; `anew`, all that is wanted of a new incident and not answered for good."""
        self._now |= self._suspended
        self._suspended = {}
        for target in targets if anew else ():
            if target.until not in answered and _AT_REPORT & {*target.starts}:
                self.add(target, again=True)
            elif target.until not in answered and target.name not in self._now:
                self._begun.discard(target.name)

    def migrate(self, before: Mapping[str, Target], after: Mapping[str, Target]) -> None:
        """Let another version say what is wanted: of what it adds, that whose moments say so."""
        self._now = {name: after[name] for name in self._now if name in after}
        for name in after.keys() - before.keys():
            started = max((self._last.get(moment, 0) for moment in after[name].starts), default=0)
            if started > self._last.get(after[name].until, 0):
                self.add(after[name])
