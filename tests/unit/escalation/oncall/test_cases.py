from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from api.cli import main
from escalation.oncall.cases import results

DATA = Path(__file__).parents[3] / "data"
EVERY_DAY = [[day, "22:00", "06:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
LAYER: dict[str, object] = {
    "rotation": "daily",
    "interval": 1,
    "start": "2026-01-12T08:00:00",
    "participants": ["a", "b", "c"],
    "restrictions": [["Monday", "09:00", "17:00:30"]],
}
CASE: dict[str, object] = {
    "id": "one",
    "schedule": {
        "tz": "Europe/Berlin",
        "layers": [LAYER],
        "overrides": [{"start": "2026-01-12T10:00:00Z", "end": "2026-01-12T11:00:00+00:00", "person": "x"}],
    },
    "at": "2026-01-12T09:00:00+01:00",
}


def case(at: str, override: dict[str, object] | None = None, **layer: object) -> dict[str, object]:
    """The case above at another instant, with other fields in its layer or its override; one that is None is left."""
    changed = {key: value for key, value in (LAYER | layer).items() if value is not None}
    span = {"start": "2026-01-12T10:00:00Z", "end": "2026-01-12T11:00:00Z"}
    overrides = [span | override] if override is not None else []
    return {"id": "c", "schedule": {"tz": "Europe/Berlin", "layers": [changed], "overrides": overrides}, "at": at}


def result(of: object) -> object:
    """The result of a single case, which must not be an error."""
    (found,) = results([of])
    return found["result"]


def load(name: str, expected: str) -> list[object]:
    """The cases of a file that have an answer, each with it."""
    cases = json.loads((DATA / name).read_text())
    return [pytest.param(each, each[expected], id=each["id"]) for each in cases if each[expected] is not None]


@pytest.mark.parametrize(
    ("given_case", "expected"), [*load("oncall_cases.json", "expected"), *load("oncall_cases_disputed.json", "ours")]
)
def test_known_case(given_case: dict[str, object], expected: object) -> None:
    """What the test suites of others expect, and the rules' own answer where they are not of one mind."""
    assert result(given_case) == expected


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        (case("2026-01-12T17:00:29+01:00"), ["a"]),
        (case("2026-01-12T16:00:30Z"), []),
        (case("2026-01-12T20:00:00.999+01:00", restrictions=None), ["a"]),
        (case("2026-01-19T09:00:00+01:00"), ["b"]),
        (case("2026-01-19T09:00:00+01:00", turns="calendar"), ["b"]),
        (case("2026-01-26T09:00:00+01:00", turns="worked"), ["c"]),
        (case("2026-01-26T09:00:00+01:00", turns="calendar"), ["c"]),
        (case("2026-02-02T09:00:00+01:00", turns="worked"), ["a"]),
        (case("2026-02-02T09:00:00+01:00", interval=2, turns="worked"), ["a"]),
        (case("2026-02-02T09:00:00+01:00", interval=2), ["b"]),
        (case("2026-01-13T05:59:59+01:00", start="2026-01-12T00:00", restrictions=EVERY_DAY), ["b"]),
        (case("2026-01-13T05:59:59+01:00", start="2026-01-12", restrictions=EVERY_DAY, finish_window=True), ["a"]),
        (case("2026-01-13T22:00:00+01:00", start="2026-01-12", restrictions=EVERY_DAY, finish_window=True), ["b"]),
        (case("2026-01-13T06:00:00+01:00", restrictions=EVERY_DAY), []),
        (case("2026-01-12T23:59:59+01:00", restrictions=[["mon", "09:00", "00:00"]]), ["a"]),
        (case("2026-01-13T00:00:00+01:00", restrictions=[["mon", "09:00", "00:00"]]), []),
        (case("2026-01-13T08:59:59+01:00", restrictions=[["mon", "09:00", "09:00"]]), ["b"]),
        (case("2026-01-14T08:00:00+01:00", rotation="custom", interval=None, lengths=[2, 5], restrictions=None), ["b"]),
        (case("2026-01-19T07:59:59+01:00", rotation="custom", lengths=[2, 5], restrictions=None), ["b"]),
        (case("2026-01-19T08:00:00+01:00", rotation="custom", lengths=[2, 5], restrictions=None), ["c"]),
        (case("2026-01-12T10:30:00Z", {"person": "x"}), ["x"]),
        (case("2026-01-12T10:30:00Z", {"people": ["x", "y"]}), ["x", "y"]),
        (case("2026-01-12T10:30:00Z", {"people": []}), []),
        (case("2026-01-12T10:30:00Z", {"person": None}), []),
        (case("2026-01-12T10:30:00Z"), ["a"]),
        (case("2026-01-12T11:00:00Z", {"people": []}), ["a"]),
    ],
)
def test_every_part_of_a_case_counts(given_case: dict[str, object], expected: list[str]) -> None:
    """Turns, windows over midnight, who finishes them, lengths, and overrides by several or by nobody."""
    assert result(given_case) == expected


def test_a_later_override_goes_before_an_earlier_one() -> None:
    """Where two of them hold at once, the one that stands later in the list is the one."""
    both = case("2026-01-12T10:30:00Z", {"person": "x"})
    overrides: Any = both["schedule"]
    overrides["overrides"].append({"start": "2026-01-12T10:15:00Z", "end": "2026-01-12T10:45:00Z", "person": "y"})
    assert [result(both | {"at": f"2026-01-12T10:{minute}:00Z"}) for minute in (14, 15, 44, 45)] == [
        ["x"],
        ["y"],
        ["y"],
        ["x"],
    ]


def test_answers_keep_the_order_and_the_name() -> None:
    """One answer a case, under its id, a broken one between two good ones included."""
    found = list(results([CASE, "nonsense", CASE | {"id": 3}]))
    assert [(each["id"], sorted(each)) for each in found] == [
        ("one", ["id", "result"]),
        (None, ["error", "id"]),
        (3, ["id", "result"]),
    ]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("at",), None, "at: missing"),
        (("at",), "2026-01-12T08:00:00", "at: must be an instant with its offset"),
        (("at",), "1899-12-31T23:59:59Z", "at: must be in the years 1900 to 2199"),
        (("at",), "0001-01-01T00:00:00+14:00", "at: must be in the years 1900 to 2199"),
        (("schedule",), None, r"schedule\.tz: missing"),
        (("schedule",), [1], "schedule: must be an object"),
        (("schedule", "tz"), "Europe/Belrin", r"schedule\.tz: Unknown time zone 'Europe/Belrin': did you mean"),
        (("schedule", "layers"), {}, r"schedule\.layers: must be a list"),
        (("schedule", "layers", 0), 1, r"schedule\.layers\[0\]: must be an object"),
        (
            ("schedule", "layers", 0, "rotation"),
            "monthly",
            r"layers\[0\]\.rotation: must be one of hourly, daily, week",
        ),
        (("schedule", "layers", 0, "interval"), 0, r"layers\[0\]\.interval: must be a whole number, one or more"),
        (("schedule", "layers", 0, "interval"), True, r"layers\[0\]\.interval: must be a whole number"),
        (("schedule", "layers", 0, "interval"), 10**9, r"schedule\.layers\[0\]\.interval: must be from 1 to 36525"),
        (("schedule", "layers", 0, "start"), "2026-01-12T08:00Z", r"layers\[0\]\.start: must be a local time"),
        (("schedule", "layers", 0, "start"), "1066-01-12T08:00", r"layers\[0\]\.start: must be a local time .* 1900"),
        (("schedule", "layers", 0, "participants", 1), 7, r"layers\[0\]\.participants\[1\]: must be a text"),
        (
            ("schedule", "layers", 0, "restrictions", 0),
            ["mon", "09:00"],
            r"restrictions\[0\]: must be a list \[weekday",
        ),
        (("schedule", "layers", 0, "restrictions", 0, 0), "m", r"restrictions\[0\]: must be a weekday"),
        (("schedule", "layers", 0, "restrictions", 0, 2), "24:01", r"restrictions\[0\]: must be a time of day"),
        (("schedule", "layers", 0, "turns"), "paid", r"layers\[0\]\.turns: must be one of calendar, worked"),
        (("schedule", "layers", 0, "finish_window"), "yes", r"layers\[0\]\.finish_window: must be true or false"),
        (("schedule", "layers", 0, "lengths"), [1], r"layers\[0\]\.lengths: only a custom rotation"),
        (("schedule", "layers", 0, "rotation"), "custom", r"layers\[0\]\.lengths: must be one or more days"),
        (("schedule", "overrides", 0, "end"), "noon", r"overrides\[0\]\.end: must be an instant"),
        (("schedule", "overrides", 0, "start"), "1066-01-12T08:00Z", r"overrides\[0\]\.start: must be in the years"),
        (("schedule", "overrides", 0, "people"), "x", r"overrides\[0\]\.people: must be a list"),
        (("schedule", "overrides", 0, "person"), 7, r"overrides\[0\]\.person: must be a text"),
    ],
)
def test_error_names_the_field(path: tuple[str | int, ...], value: object, message: str) -> None:
    """A case that cannot be used says which field, and what would be right."""
    broken = deepcopy(CASE)
    holder: Any = broken
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (found,) = results([broken])
    assert re.search(message, str(found["error"]))


@pytest.mark.parametrize("path", [("schedule", "layers"), ("schedule", "layers", 0, "participants")])
def test_what_is_missing_is_not_taken_for_empty(path: tuple[str | int, ...]) -> None:
    """A list that is left out is an error that names it: a typing error must not read as nobody."""
    broken = deepcopy(CASE)
    holder: Any = broken
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    (found,) = results([broken])
    assert re.search(rf"{path[-1]}: missing", str(found["error"]))


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.sampled_from(["mon", "09:00", "UTC", "2026-01-12T08:00Z", "custom"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
PLACES = [
    ("at",),
    *(("schedule", key) for key in ("tz", "layers", "overrides")),
    *(("schedule", "layers", 0, key) for key in (*LAYER, "turns", "finish_window", "lengths")),
    *(("schedule", "overrides", 0, key) for key in ("start", "end", "person", "people")),
]


@given(st.sampled_from(PLACES), JSON)
def test_no_value_whatever_makes_it_fall(place: tuple[str | int, ...], value: object) -> None:
    """Any JSON in any field yields an answer or an error, never an exception."""
    broken = deepcopy(CASE)
    holder: Any = broken
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    (found,) = results([broken])
    assert found.keys() in ({"id", "result"}, {"id", "error"})


def test_the_command_prints_an_object_a_line() -> None:
    """`tocsin oncall at --cases FILE` answers every case of a file, in its order."""
    file = DATA / "oncall_cases.json"
    printed = CliRunner().invoke(main, ["oncall", "at", "--cases", str(file)])
    assert printed.exit_code == 0
    expected = [{"id": each["id"], "result": each["expected"]} for each in json.loads(file.read_text())]
    assert [json.loads(line) for line in printed.output.splitlines()] == expected


def test_the_command_says_what_to_give() -> None:
    """With neither an instant nor a file it is wrong usage, and says so."""
    printed = CliRunner().invoke(main, ["oncall", "at"])
    assert printed.exit_code == 2
    assert "--cases FILE" in printed.output
