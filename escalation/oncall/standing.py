"""What stands once a schedule was changed: noted while its facts are read, made a definition when somebody asks. Pure.

So a replay costs as much as there are facts, and not facts times overrides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.oncall.definition import Definition
from escalation.oncall.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from escalation.oncall.definition import Substitution
    from escalation.oncall.schedule import Hours, Layer
    from escalation.oncall.settings import KnownOverride


@dataclass(frozen=True, slots=True)
class Standing:
    """What is set from `since` on, beside overrides and swaps; see `Definition`."""

    since: datetime
    tz: str
    layers: tuple[Layer, ...]
    must_cover: tuple[Hours, ...] | None

    def definition(
        self,
        overrides: Iterable[KnownOverride],
        substitutions: Iterable[Substitution],
        until: datetime | None = None,
    ) -> Definition:
        """Give what stood then: of the overrides and swaps that ever were, those that held and were not over.

        Overrides that begin at `until` or later are left out, for whoever asks of nothing later.
        """
        near = overrides if until is None else (each for each in overrides if each.start < until)
        standing = tuple(each.override for each in near if each.stood(self.since))
        return Definition(
            since=self.since,
            schedule=Schedule(self.tz, self.layers, standing),
            substitutions=tuple(each for each in substitutions if each.since <= self.since < each.end),
            must_cover=self.must_cover,
        )
