from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.clocks.cases import read, results
from incidents.errors import InvalidField

DATA = Path(__file__).parents[2] / "data"
CASE: dict[str, object] = {
    "id": "one",
    "calendar": {
        "tz": "Europe/Berlin",
        "hours": [["mon", "09:00", "17:00"], ["Tuesday", "09:00", "17:00:30"]],
        "holidays": ["2026-01-19"],
        "overrides": {"2026-01-13": [["10:00", "14:00"]]},
        "breaks": {"2026-01-12": [["12:00", "13:00"]]},
    },
    "kind": "add",
    "start": "2026-01-12T08:00:00Z",
    "minutes": 60,
    "pauses": [["2026-01-12T08:10:00+00:00", "2026-01-12T08:20:00+00:00"]],
}
ALWAYS = {"tz": "UTC", "hours": [[day, "00:00", "24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]}


def case(**changes: object) -> dict[str, object]:
    """The case above with other values; one that is None is taken away."""
    return {key: value for key, value in (CASE | changes).items() if value is not None}


def result(of: object) -> object:
    """The result of a single case, which must not be an error."""
    (found,) = results([of])
    return found["result"]


def error(of: object) -> str:
    """The error of a single case, which must have no result."""
    (found,) = results([of])
    assert "result" not in found
    return str(found["error"])


def load(name: str, expected: str) -> list[object]:
    """The cases of a file, each with what it expects."""
    cases = json.loads((DATA / name).read_text())
    return [pytest.param(c, c[expected], id=c.get("id") or c.get("name") or f"{i}") for i, c in enumerate(cases)]


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        *load("clock_cases.json", "expected"),
        *load("clock_scenarios.json", "expected_due"),
        *load("clock_cases_disputed.json", "oracle_interval_rfc5545"),
    ],
)
def test_known_case(given_case: dict[str, object], expected: object) -> None:
    """What the test suites of others expect, and the rules' own answer where they are not of one mind."""
    found = result(given_case)
    if isinstance(expected, str):
        assert isinstance(found, str)
        assert found.endswith("+00:00")
        assert datetime.fromisoformat(found) == datetime.fromisoformat(expected)
    else:
        assert found == expected


def test_answers_keep_the_order_and_the_name() -> None:
    """One answer a case, under its id or else its name, a broken one between two good ones included."""
    scenario = {"name": "two", "segments": [], "pauses": []}
    found = list(results([case(), scenario, "nonsense", case(id=None, name="four")]))
    assert [answer["id"] for answer in found] == ["one", "two", None, "four"]
    assert [sorted(answer) for answer in found] == [
        ["id", "result"],
        ["error", "id"],
        ["error", "id"],
        ["id", "result"],
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "2026-01-12T09:10:00+00:00"),
        ({"pauses": None}, "2026-01-12T09:00:00+00:00"),
        ({"minutes": 0.5}, "2026-01-12T08:00:30+00:00"),
        ({"minutes": 410}, "2026-01-12T16:00:00+00:00"),
        ({"minutes": 411}, "2026-01-13T09:01:00+00:00"),
        ({"pauses": [["2026-01-12T08:10:00+00:00", None]]}, None),
        ({"kind": "elapsed", "end": "2026-01-20T09:00:00+00:00"}, 410 + 240 + 60),
        ({"kind": "elapsed", "end": "2026-01-12T08:00:20+00:00"}, 0.333333),
        ({"kind": "elapsed", "end": "2026-01-12T08:01:00+00:00"}, 1),
    ],
)
def test_every_part_of_a_case_counts(changes: dict[str, object], expected: object) -> None:
    """Holidays, overrides, breaks and pauses all change the answer; null means that it is never due."""
    found = result(case(**changes))
    assert (found, type(found)) == (expected, type(expected))


def test_segments_in_any_order() -> None:
    """The later one is the one in force, wherever it stands."""
    segments = [
        {"from": "2026-01-13T11:00:00+00:00", "target_minutes": 120, "calendar": ALWAYS},
        {"from": "2026-01-13T10:00:00+00:00", "target_minutes": 180, "calendar": ALWAYS},
    ]
    assert result({"name": "n", "segments": segments}) == "2026-01-13T12:00:00+00:00"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("kind",), "ad", "kind: must be"),
        (("kind",), None, "kind: must be"),
        (("start",), "2026-01-12T08:00:00", "start: must be an instant with its offset"),
        (("start",), "soon", "start: must be"),
        (("start",), None, "start: missing"),
        (("minutes",), -1, "minutes: must be"),
        (("minutes",), "60", "minutes: must be"),
        (("minutes",), True, "minutes: must be"),
        (("minutes",), float("nan"), "minutes: must be"),
        (("minutes",), 10**9, "Never reached"),
        (("calendar",), None, r"calendar\.tz: missing"),
        (("calendar",), [1], "calendar: must be an object"),
        (("calendar", "tz"), "Europe/Belrin", "calendar: Unknown time zone 'Europe/Belrin'"),
        (("calendar",), {"tz": "UTC", "hours": []}, "calendar: This calendar is never open"),
        (("calendar", "hours"), {"mon": []}, r"calendar\.hours: must be a list"),
        (("calendar", "hours", 1), ["mon", "09:00"], r"calendar\.hours\[1\]: must be a list \[weekday, from, to\]"),
        (("calendar", "hours", 1), ["monkey", "09:00", "10:00"], r"calendar\.hours\[1\]: must be a weekday"),
        (("calendar", "hours", 1), ["mon", "09:00", "24:01"], r"calendar\.hours\[1\]: must be a time of day"),
        (("calendar", "hours", 1), ["mon", "9", "10:00"], r"calendar\.hours\[1\]: must be a time of day"),
        (("calendar", "hours", 1), ["mon", "22:00", "06:00"], "calendar: Monday: .*past midnight as two"),
        (("calendar", "holidays", 0), "2026-02-30", r"calendar\.holidays\[0\]: must be a date"),
        (("calendar", "overrides", "soon"), [["09:00", "10:00"]], r"calendar\.overrides: must be a date"),
        (("calendar", "overrides", "2026-01-13"), ["09:00", "10:00"], r"calendar\.overrides\.2026-01-13\[0\]: must be"),
        (("calendar", "breaks", "2026-01-12"), 3, r"calendar\.breaks\.2026-01-12: must be a list"),
        (("pauses", 0), ["2026-01-12T08:10:00+00:00"], r"pauses\[0\]: must be a list \[from, to\]"),
        (("pauses", 0), [None, None], r"pauses\[0\]\[0\]: missing"),
        (("segments",), [], "segments: must have at least one"),
        (("segments",), [{}], r"segments\[0\]\.from: missing"),
    ],
)
def test_error_names_the_field(path: tuple[str | int, ...], value: object, message: str) -> None:
    """A case that cannot be used says which field, and what would be right."""
    broken = deepcopy(CASE)
    holder: Any = broken
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    assert re.search(message, error(broken))


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["mon", "09:00", "UTC", "2026-01-12"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
PLACES = [
    *((key,) for key in ("kind", "start", "end", "minutes", "calendar", "pauses", "segments")),
    *(("calendar", key) for key in ("tz", "hours", "holidays", "overrides", "breaks")),
]


@given(st.sampled_from(PLACES), JSON)
def test_no_value_whatever_makes_it_fall(place: tuple[str, ...], value: object) -> None:
    """Any JSON in any field yields an answer or an error, never an exception."""
    broken = deepcopy(CASE)
    holder = broken["calendar"] if place[0] == "calendar" and len(place) > 1 else broken
    assert isinstance(holder, dict)
    holder[place[-1]] = value
    (found,) = results([broken])
    assert found.keys() in ({"id", "result"}, {"id", "error"})


def test_reading_a_file(tmp_path: Path) -> None:
    """A list, also with a byte-order mark, and a single case are read; anything else says what is wrong."""
    file = tmp_path / "cases.json"
    file.write_text("\ufeff" + json.dumps([CASE]), encoding="utf-8")
    assert read(file) == [CASE]
    file.write_text(json.dumps(CASE))
    assert read(file) == [CASE]
    file.write_text("3")
    with pytest.raises(InvalidField, match=r"cases\.json: must be a list"):
        read(file)
    file.write_text("[")
    with pytest.raises(InvalidField, match=r"cases\.json is not JSON"):
        read(file)
