"""A mapping: how one system's log is to be read. mapping_file.py makes it of YAML, docs/import.md explains it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from api.importing.errors import Unusable
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from api.importing.dates import Instants

ANY = "*"
_PLACE = re.compile(r"\{([^{}]+)\}")

Cell = str | None
"""A value of the log, without surrounding blanks; None where it is missing."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state says of an incident. Saying it again says nothing new.

    Attributes:
        phase: What the incident is in that state; None leaves it as it is.
        acknowledged: Whether somebody has it; None leaves it as it is.
        mitigated: The users no longer feel it.
        pause: The reason for which clocks stand still; None in an active phase: they run.
        update: Entering it is a status update for this audience.
        ignored: The row means nothing at all.
    """

    phase: Literal["active", "resolved", "closed", "cancelled"] | None = None
    acknowledged: bool | None = None
    mitigated: bool = False
    pause: str | None = None
    update: str | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """How a word of the agreement is found: from a column, or always the same.

    Attributes:
        column: None: always `otherwise`.
        values: The agreement's word for each value of the column; None: the column holds the words themselves.
        otherwise: For a value that is not listed, and where nothing was said before; None: such a row cannot be used.
        allowed: The words that the agreement knows.
    """

    column: str | None
    values: Mapping[str, str] | None
    otherwise: str | None
    allowed: frozenset[str]

    def of(self, value: Cell) -> str | None:
        """Give the word; None for a missing value, which leaves what earlier rows said. Unusable."""
        if self.column is None:
            return self.otherwise
        if value is None:
            return None
        word = value if self.values is None else self.values.get(value)
        if word in self.allowed:
            return word
        if self.otherwise is None:
            raise Unusable(f"column {self.column}: the mapping has no meaning for '{value[:60]}'")
        return self.otherwise


@dataclass(frozen=True, slots=True)
class Assignee:
    """Where it stands who has a role, and for which party."""

    column: str
    role: str
    party: str


@dataclass(frozen=True, slots=True)
class Template:
    """Words with places for columns: `{category} / {symptom}`."""

    text: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(_PLACE.findall(self.text))

    def fill(self, cell: Callable[[str], Cell]) -> str:
        """Put values in; a missing one leaves a question mark."""
        return _PLACE.sub(lambda place: cell(place[1]) or "?", self.text)


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad it is: a severity, or impact and urgency for the agreement's matrix."""

    severity: Choice | None
    impact: Choice | None
    urgency: Choice | None

    def unsaid(self) -> Assessment:
        """Give what holds until a row says something."""
        return Assessment(
            severity=self.severity.otherwise if self.severity else None,
            impact=self.impact.otherwise if self.impact else None,
            urgency=self.urgency.otherwise if self.urgency else None,
        )

    def choices(self) -> Iterator[Choice]:
        """Those that are given."""
        yield from (choice for choice in (self.severity, self.impact, self.urgency) if choice is not None)


@dataclass(frozen=True)
class LogMapping:
    """Everything that a mapping file says, checked against its agreement.

    Attributes:
        source: The other system's name: provenance, and the actor `import:<source>`.
        missing: Texts that stand for a missing value, beside the empty one.
        order: Column that orders rows of the same instant; None: the order of the file.
        reported: Column with the instant of the report; None: the first row is the report.
        state: Columns that together make the state.
        states: What each state means; the first pattern that fits counts.
        text: Column with notes; None: there are none.
        party: Whose log it is: what is internal is so to this party. None: nobody's; then only auditors see that.
    """

    source: str
    encoding: str
    delimiter: str
    missing: frozenset[str]
    instants: Instants
    id: str
    time: str
    order: str | None
    reported: str | None
    state: tuple[str, ...]
    states: tuple[tuple[tuple[str, ...], Meaning], ...]
    text: str | None
    title: Template
    description: Template | None
    service: Choice
    severity: Severity
    assignee: Assignee | None
    party: str | None

    @property
    def actor(self) -> str:
        """Who says what is imported."""
        return f"import:{self.source}"

    def columns(self) -> list[str]:
        """Every column that must be there, in the order of the mapping file."""
        found = [self.id, self.time, self.order, self.reported, *self.state, self.text]
        found += [*self.title.columns, *(self.description.columns if self.description else ())]
        found += [choice.column for choice in (self.service, *self.severity.choices())]
        found += [self.assignee.column if self.assignee else None]
        return list(dict.fromkeys(column for column in found if column is not None))

    def meaning(self, state: tuple[str, ...]) -> Meaning:
        """Give what a state means; a missing value is the empty text. Unusable."""
        for pattern, meaning in self.states:
            if all(wanted in {ANY, value} for wanted, value in zip(pattern, state, strict=True)):
                return meaning
        shown = " / ".join(f"'{value[:60]}'" for value in state)
        raise Unusable(f"the mapping has no meaning for the state {shown}: add it to `states`")
