"""What the parts that say how clocks run may not be together, and that nothing in them is ever a traceback."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import check_document, read
from escalation.agreement.sections.recurrence import trouble
from tests.support.example_agreement import PATH, agreed

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = PATH.read_text(encoding="utf-8")
REVIEW = "review_due:  {from: resolved, until: pir_published, applies_to: [S1, S2], pausable: false,"
ANSWER = (
    "answer: {from: request_sent_to_client, until: client_replied, duty_of: client, within: PT8H, calendar: always}"
)
SUNDAYS = '{rrule: "FREQ=MONTHLY;BYDAY=1SU", start: "02:00", duration: PT4H, tz: Europe/Berlin}'


def test_business_days_need_a_calendar_with_weekly_hours() -> None:
    """In a calendar that opens by exceptions alone nobody could count days."""
    text = TEXT.replace(
        "    berlin-office:\n",
        '    rare: {hours: {mon: []}, exceptions: {"2026-03-02": [["09:00", "10:00"]]}}\n    berlin-office:\n',
        1,
    )
    start = text.index(REVIEW)
    text = text[:start] + text[start:].replace("calendar: berlin-office", "calendar: rare", 1)
    (mistake,) = read(text)[1]
    assert (mistake.field, "no business days" in mistake.wrong) == ("spec.targets.review_due.calendar", True)


@pytest.mark.parametrize(
    ("other", "index"),
    [
        ('{rrule: "FREQ=MONTHLY;BYMONTHDAY=7", start: "05:59", duration: PT1H}', 1),
        ('{rrule: "FREQ=WEEKLY;BYDAY=SA", start: "23:00", duration: PT3H1S}', 1),
        ('{rrule: "FREQ=DAILY", start: "12:00", duration: PT24H1S}', 1),
        ('{rrule: "FREQ=WEEKLY;BYDAY=SA", start: "21:00", duration: PT1H, tz: America/New_York}', 1),
    ],
)
def test_windows_that_overlap(other: str, index: int) -> None:
    """No minute of maintenance stands in two windows, whatever their rules and zones; nor twice in one."""
    (mistake,) = read(TEXT.replace(SUNDAYS, f"{SUNDAYS}, {other}"))[1]
    assert mistake.field == f"spec.exclusions.3.windows.{index}"
    assert "overlaps" in mistake.wrong


def test_windows_side_by_side() -> None:
    """Where one ends, another may begin."""
    other = '{rrule: "FREQ=WEEKLY;BYDAY=SU", start: "06:00", duration: PT1H}'
    assert read(TEXT.replace(SUNDAYS, f"{SUNDAYS}, {other}"))[1] == []


def test_a_clock_of_ones_own_and_a_legal_one_can_have_rungs() -> None:
    """Rungs hang on any clock that runs at one of their severities."""
    for clock in ("answer", "notify-client", "review_due"):
        text = TEXT.replace("    review_due:", f"    {ANSWER}\n    review_due:", 1).replace(
            "{clock: resolve, at: 50%}", f"{{clock: {clock}, at: 50%}}", 1
        )
        assert read(text)[1] == []


def test_a_rung_on_a_clock_that_its_severities_do_not_have() -> None:
    """review_due applies to S1 and S2: the default ladder serves S2, one for S3 alone never gets there."""
    rung = "      - {when: {clock: review_due, at: 50%}, to: acme-duty}\n"
    (mistake,) = read(TEXT.replace("    default:\n", f"    S3:\n{rung}    default:\n", 1))[1]
    assert mistake.wrong == "never reached: no review_due clock at severity S3"


PARTS = ("parties", "contacts", "bodies", "services", "calendars", "pauses", "targets", "exclusions", "notifications")


def example() -> dict[str, Any]:
    """Give the document of the worked example, to be changed."""
    return copy.deepcopy(agreed(TEXT).document)


@pytest.mark.parametrize("part", PARTS)
def test_an_unreadable_part_blames_no_other(part: str) -> None:
    """What cannot be read is named; nothing that refers to it is called undeclared."""
    document = example()
    document["spec"][part] = 5
    assert {mistake.field for mistake in check_document(document)} == {f"spec.{part}"}


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the path of each value of a document."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from places(inner, (*path, key))


RUNNING = ("severity", "clock_rules", "targets", "pauses", "exclusions", "tolerance", "ladders")
PLACES = [path for path in places(example()) if path[0] == "spec" and path[1:2] and path[1] in RUNNING]
WORDS = st.sampled_from(["", "x", "S1", "PT5M", "P1M", "10%", "resolve", "always", "relapse", "FREQ=DAILY"])
KEYS = st.sampled_from(["id", "reason", "target", "by", "S1", "when", "clock", "within"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), ANYTHING)
@settings(max_examples=300, deadline=None)
def test_no_value_is_a_traceback(path: tuple[str | int, ...], value: object) -> None:
    """Whatever stands in place of a value, the document is right, or each mistake says what would be right."""
    document = example()
    here: Any = document
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    assert all(mistake.field and mistake.wrong and mistake.right for mistake in check_document(document))


@given(st.text("FREQ=DAILYWKMONH;BUS123456789-+,0", max_size=40))
@settings(max_examples=200)
def test_no_rule_is_a_traceback(tail: str) -> None:
    """Whatever stands behind a valid beginning, a rule is right, or it is said why it is not, within a moment."""
    for rule in (tail, f"FREQ=MONTHLY;BYDAY={tail}", f"FREQ=YEARLY;BYMONTHDAY=1;BYMONTH={tail}"):
        found = trouble(rule)
        assert found is None or all(found)
