from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importing.mapping import Assignee, Meaning
from api.importing.mapping_file import read_mapping
from api.importing.plan import Plan, Unsaid, plan
from api.importing.record import carry_out
from api.importing.rows import Row
from escalation.terms import AgreementTerms
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from incidents.terms import Assessment

if TYPE_CHECKING:
    from random import Random

START = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
NOTHING = Unsaid(Assessment(), None)
MEANINGS = {
    "new": Meaning(phase="active"),
    "working": Meaning(phase="active", acknowledged=True),
    "given back": Meaning(phase="active", acknowledged=False),
    "shop": Meaning(phase="active", acknowledged=True, pause="waiting_on_shop"),
    "carrier": Meaning(phase="active", pause="waiting_on_carrier", update="partner"),
    "works again": Meaning(phase="active", mitigated=True),
    "resolved": Meaning(phase="resolved"),
    "closed": Meaning(phase="closed"),
    "cancelled": Meaning(phase="cancelled"),
    "note": Meaning(),
}


def row(line: int, state: str, minutes: int = 0, **said: str | None) -> Row:
    """Make a row; what is not said of it is ordinary."""
    return Row(
        line=line,
        at=START + timedelta(minutes=minutes),
        order=0,
        state=(state,),
        meaning=MEANINGS[state],
        reported=None,
        service="lines",
        severity=said.get("severity", "S2"),
        impact=None,
        urgency=None,
        assignee=said.get("assignee"),
        text=said.get("text"),
        title="Line down at Lugo",
        description=None,
    )


def told(*rows: Row) -> list[str]:
    """Give the names of the planned steps."""
    return [step.fact for step in plan("T-1", rows, NOTHING).steps]


@pytest.mark.parametrize(
    ("states", "steps"),
    [
        (["new", "new", "working", "working"], ["Acknowledged"]),
        (["working", "given back"], ["Acknowledged", "Unacknowledged"]),
        (["working", "shop", "shop", "working"], ["Acknowledged", "ClockPaused", "ClockResumed"]),
        (["shop", "carrier"], ["Acknowledged", "ClockPaused", "ClockResumed", "ClockPaused", "UpdatePosted"]),
        (["shop", "resolved", "closed"], ["Acknowledged", "ClockPaused", "Resolved", "Closed"]),
        (["resolved", "working", "resolved"], ["Resolved", "Reopened", "Acknowledged", "Resolved"]),
        (["closed", "new"], ["Resolved", "Closed", "Reopened"]),
        (["closed", "resolved"], ["Resolved", "Closed"]),
        (["works again", "working"], ["Mitigated", "Acknowledged"]),
        (["cancelled", "closed"], ["Cancelled"]),
    ],
)
def test_what_happened_is_the_difference_between_states(states: list[str], steps: list[str]) -> None:
    """A repeated state says nothing; leaving a pause resumes, leaving an end reopens."""
    assert told(*(row(nth, state, minutes=nth) for nth, state in enumerate(states))) == steps


def test_rows_of_one_instant_act_in_their_order() -> None:
    """The order column decides, then the line."""
    assert told(row(3, "resolved"), row(2, "working")) == ["Acknowledged", "Resolved"]


def test_the_report_opens_the_incident_and_a_row_before_it_counts_as_the_report() -> None:
    """The earlier of the two is the beginning, and the plan says where the log contradicts itself."""
    first = row(2, "working")
    before, after = (replace(first, reported=START + timedelta(minutes=by)) for by in (-30, 30))
    assert (plan("T-1", [before], NOTHING).facts[0], plan("T-1", [before], NOTHING).early) == (
        ("Declared", before.reported),
        False,
    )
    assert (plan("T-1", [after], NOTHING).facts[0], plan("T-1", [after], NOTHING).early) == (("Declared", START), True)


def test_severity_and_assignee_change_only_while_it_is_active() -> None:
    """What changed after the end is said when it is reopened, and before the step that ends it."""
    made = plan(
        "T-1",
        [
            row(1, "new", 0, severity="S3", assignee="a"),
            row(2, "resolved", 1, severity="S2", assignee="b"),
            row(3, "resolved", 2, severity="S1", assignee="c"),
            row(4, "working", 3, severity=None, assignee=None),
            row(5, "working", 4, severity="S1", assignee="c"),
        ],
        NOTHING,
    )
    assert [(step.fact, step.detail) for step in made.steps if step.fact in {"Classified", "Assigned"}] == [
        ("Assigned", "a"),
        ("Classified", Assessment(severity="S2")),
        ("Assigned", "b"),
        ("Classified", Assessment(severity="S1")),
        ("Assigned", "c"),
    ]
    assert made.used == {1, 2, 4, 5}


def test_notes_are_kept_once() -> None:
    """A log repeats its text column in each row; a note is one where the text is new, also after the end."""
    rows = [
        row(1, "working", 0, text="Looking."),
        row(2, "working", 1, text="Looking."),
        row(3, "closed", 2, text="Done."),
    ]
    assert [step.detail for step in plan("T-1", rows, NOTHING).steps if step.fact == "Noted"] == ["Looking.", "Done."]


def test_a_row_that_nothing_can_be_made_of_is_rejected_with_its_reason() -> None:
    """The first row that says how bad it is opens the incident; a cancelled one stays cancelled."""
    made = plan(
        "T-1", [row(1, "new", 0, severity=None), row(2, "new", 1), row(3, "cancelled", 2), row(4, "new", 3)], NOTHING
    )
    assert made.facts == [("Declared", START + timedelta(minutes=1)), ("Cancelled", START + timedelta(minutes=2))]
    assert sorted(made.rejected) == [1, 4]
    assert "how bad it is" in made.rejected[1]
    assert "cancelled before" in made.rejected[4]


def test_what_no_row_says_is_as_the_mapping_says() -> None:
    """It holds from the beginning until a row says something else, and a missing value changes nothing then."""
    rows = [row(nth, "new", nth, severity=severity) for nth, severity in enumerate([None, "S1", None])]
    made = plan("T-1", rows, Unsaid(Assessment(severity="S3"), "lines"))
    assert made.opening is not None
    assert made.opening.assessment == Assessment(severity="S3")
    assert [(step.detail, step.at) for step in made.steps] == [(Assessment(severity="S1"), rows[1].at)]


rows_of_one_incident = st.lists(
    st.tuples(
        st.sampled_from(sorted(MEANINGS)),
        st.integers(0, 5),
        st.sampled_from([None, "S1", "S2", "S3"]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, "one", "two"]),
    ),
    max_size=12,
).map(
    lambda drawn: [
        row(nth, state, minutes, severity=severity, assignee=assignee, text=text)
        for nth, (state, minutes, severity, assignee, text) in enumerate(drawn)
    ]
)

SAMPLE, AGREEMENT = read_mapping(Path(__file__).resolve().parents[3] / "examples" / "network-desk" / "mapping.yaml")
MAPPING = replace(SAMPLE, assignee=Assignee(column="Owner", role="responder", party="netco"))
TERMS = AgreementTerms(AGREEMENT)


def opened(made: Plan) -> Incident:
    """Open the planned incident, in memory."""
    assert made.opening is not None
    return Incident._create(  # noqa: SLF001 - the library's own way to create with a given id
        Incident.Declared,
        id="netco-shops/incident/1",
        number=1,
        title="",
        description=None,
        service="lines",
        agreement_version=1,
        impact=None,
        urgency=None,
        users_affected_pct=None,
        flags=[],
        severity=made.opening.assessment.severity,
        because="",
        source="network-desk",
        source_id="T-1",
        by="import:network-desk",
        at=made.opening.at,
    )


@given(rows_of_one_incident)
def test_an_incident_refuses_no_plan(rows: list[Row]) -> None:
    """Whatever a log says, in whatever order, the incident's guards let each step pass, as the fact that it names."""
    made = plan("T-1", rows, NOTHING)
    if made.opening is None:
        return
    with in_command(Command(recorded_at=datetime(2026, 1, 1, tzinfo=UTC))):
        incident = opened(made)
        for step in made.steps:
            carry_out(incident, step, TERMS, MAPPING)
    assert [(type(fact).__name__, fact.at) for fact in incident.history] == made.facts
    assert made.facts[0][1] <= min((at for _, at in made.facts), default=START)


@given(rows_of_one_incident, st.randoms(use_true_random=False))
def test_the_order_of_the_file_does_not_matter(rows: list[Row], random: Random) -> None:
    """Rows in any order, each of them twice, come to the same plan."""
    twice = [*rows, *rows]
    random.shuffle(twice)
    assert plan("T-1", twice, NOTHING).steps == plan("T-1", rows, NOTHING).steps
    assert plan("T-1", twice, NOTHING).used == plan("T-1", rows, NOTHING).used
