"""What ladders are held to: the clocks that may reach a rung, at the severities of a ladder, for whoever owes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model.ladders import ANY, SILENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from escalation.agreement.model import Party, Target
    from escalation.agreement.sections.references import References


@dataclass(frozen=True, slots=True)
class LadderContext:
    """What ladders refer to.

    Attributes:
        known: Names that may be referred to.
        targets: Targets by name; empty: they could not be read, so that nothing is held to them.
        legal: The duty of each legal notification (a party's id or role), by its id; their clocks run at every
            severity. None: they could not be read.
        parties: Parties by id.
        providers: The parties that provide a service, who owe what no other party does.
        always: Names of calendars that never close.
    """

    known: References
    targets: Mapping[str, Target]
    legal: Mapping[str, str] | None
    parties: Mapping[str, Party]
    providers: Collection[str]
    always: Collection[str]


@dataclass(frozen=True, slots=True)
class Served:
    """One ladder to be: the severities that it serves, and whose it is.

    Attributes:
        context: What it refers to.
        severities: Those that it serves; empty: none, or the scale could not be read.
        side: The party whose own it is; None: all share it.
        sides: The parties that have ladders of their own.
    """

    context: LadderContext
    severities: Collection[str]
    side: str | None
    sides: frozenset[str]

    def reaches(self, when: str) -> bool:
        """Whether a clock that this ladder looks at runs at one of its severities; what could not be read may."""
        context = self.context
        if context.legal is None or not self.severities or not context.targets:
            return True
        if when in context.legal:
            return self._looks_at(context.legal[when])
        return any(self._runs(target) and self._looks_at(target.duty_of) for target in self._named(when))

    def _named(self, when: str) -> Iterator[Target]:
        for target in self.context.targets.values():
            if when in {ANY, target.name} or (when == SILENT and target.repeats):
                yield target

    def _runs(self, target: Target) -> bool:
        """Whether it runs at a severity that is served; one whose `within` could not be read may run at any."""
        unread = not (target.within or target.by)
        return unread or any(target.applies_to(severity) for severity in self.severities)

    def _looks_at(self, duty_of: str | None) -> bool:
        """A party's own ladder looks at what the party owes; the shared one at what nobody else's ladder does."""
        return not (debtors := list(self._owing(duty_of))) or any(
            self.side in owing if self.side else not owing <= self.sides for owing in debtors
        )

    def _owing(self, duty_of: str | None) -> Iterator[frozenset[str]]:
        """Whoever owes it together; without a duty it is the provider of whichever service breaks."""
        if duty_of is None:
            yield from (frozenset({provider}) for provider in self.context.providers if provider)
        else:
            named = {party.id for party in self.context.parties.values() if duty_of in {party.id, party.role}}
            yield from [frozenset(named)] if named else []
