"""`tocsin agreement diff|show|propose-holidays` on files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from api.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples/agreements"
OFFICE = str(EXAMPLES / "acme-globex.yaml")
LEVELS = str(EXAMPLES / "multi-level.yaml")
PROPOSE = ("propose-holidays", "--country", "DE", "--subdivision", "BY")


def run(*arguments: str) -> Result:
    """Run `tocsin agreement`."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["agreement", *arguments])


@pytest.fixture
def changed(tmp_path: Path) -> str:
    """An agreement that is tighter and has one party less to tell."""
    text = Path(OFFICE).read_text(encoding="utf-8")
    text = text.replace("within: {S1: PT8H,", "within: {S1: PT6H,").replace(
        "notify: [acme-duty]}", "notify: [acme-sm]}"
    )
    file = tmp_path / "changed.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("name", ["diff", "show", "propose-holidays"])
def test_each_has_help_with_an_example(name: str) -> None:
    """An example is a line of its own that can be copied."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "\n  Example: " in result.output
    assert f"\n    tocsin agreement {name} " in result.output


def test_a_difference_is_told_in_words_by_section(changed: str) -> None:
    """With the number of them, and exit code 0."""
    result = run("diff", OFFICE, changed)
    assert result.exit_code == 0
    assert "resolve, S1: 8 h → 6 h" in result.output
    assert "rung 1 of ladder default: now also notifies acme-sm" in result.output
    assert result.output.index("targets") < result.output.index("resolve, S1")
    assert result.output.endswith("3 differences.\n")


def test_no_difference_is_said(changed: str) -> None:
    """Layout does not count."""
    result = run("diff", changed, changed)
    assert (result.exit_code, result.output) == (0, "No difference.\n")
    assert run("diff", changed, changed, "--json").output == "[]\n"


def test_differences_for_programs(changed: str) -> None:
    """Each with its path, its values and its words."""
    found = json.loads(run("diff", OFFICE, changed, "--json").output)
    assert found[0] == {
        "path": "spec.targets.resolve.within.S1",
        "section": "targets",
        "before": "PT8H",
        "after": "PT6H",
        "words": "resolve, S1: 8 h → 6 h",
    }


def test_what_is_neither_a_file_nor_a_version_is_named() -> None:
    """With what would be."""
    result = run("diff", "nowhere.yaml", OFFICE)
    assert result.exit_code == 2
    assert "nowhere.yaml is no file" in result.stderr
    assert "acme-globex@3" in result.stderr


def test_a_file_with_mistakes_is_not_compared(tmp_path: Path) -> None:
    """Its mistakes are told instead."""
    file = tmp_path / "broken.yaml"
    file.write_text("kind: [", encoding="utf-8")
    result = run("diff", OFFICE, str(file))
    assert result.exit_code == 1
    assert "this is not YAML" in result.stderr


def test_what_holds_for_a_service_is_shown_with_where_it_came_from() -> None:
    """A line a value; what no layer says is the agreement's."""
    result = run("show", LEVELS, "--service", "payments-api")
    lines = [[cell.strip() for cell in line.split("│")[2:-1]] for line in result.output.splitlines() if "│" in line]
    assert result.exit_code == 0
    assert ["resolve, S1", "2 h", "payments"] in lines
    assert ["resolve, calendar of S1", "always", "globex-gold"] in lines
    assert ["resolve, S2", "40 h", "agreement"] in lines
    assert ["clock rules, warn at", "50%, 75%, 90%", "group-policy"] in lines


def test_what_holds_for_programs() -> None:
    """The base's own values have no origin."""
    found = json.loads(run("show", LEVELS, "--service", "archive", "--json").output)
    assert {"path": "spec.targets.resolve.within.S1", "value": "PT16H", "origin": None, "removed": False} in found
    assert {each["origin"] for each in found} == {None, "group-policy"}


def test_a_service_that_is_not_there_is_named_with_those_that_are() -> None:
    """Exit code 2, as for any wrong option."""
    result = run("show", LEVELS, "--service", "nix")
    assert result.exit_code == 2
    assert "payments-api, reporting, archive" in result.stderr


def test_proposed_holidays_can_be_pasted() -> None:
    """They are the YAML of a calendar's holidays, each date with its name beside it."""
    result = run(*PROPOSE, "--years", "2026-2027")
    said = yaml.load(result.output, Loader=yaml.BaseLoader)["holidays"]  # noqa: S506 - it builds text alone
    assert result.exit_code == 0
    assert '    - "2026-01-06" # Epiphany\n' in result.output
    assert said["known_until"] == "2027-12-31"
    assert said["proposed_by"].items() >= {"tool": "holidays", "country": "DE", "subdivision": "BY"}.items()
    assert "added_by_hand" not in said
    assert (min(said["dates"]), max(said["dates"])) == ("2026-01-01", "2027-12-26")


def test_a_proposal_keeps_what_was_added_by_hand() -> None:
    """It says beside the block what is new and what is not the library's; pasting it loses nothing."""
    result = run(*PROPOSE, "--years", "2026", "--calendar", "berlin-office", OFFICE)
    said = yaml.load(result.stdout, Loader=yaml.BaseLoader)["holidays"]  # noqa: S506 - it builds text alone
    assert said["added_by_hand"] == ["2026-08-15"]
    assert "2026-08-15" in said["dates"]
    assert result.stderr.splitlines() == [
        "new: none",
        "not known to the library, said to be added by hand: 2026-08-15",
        "not known to the library: added by hand?: none",
    ]


def test_new_dates_are_told_with_their_names() -> None:
    """A year that the calendar does not have yet, while the years that it has stay."""
    result = run(*PROPOSE, "--years", "2027", "--calendar", "berlin-office", OFFICE)
    assert result.stderr.startswith("new: 2027-01-01 New Year's Day, 2027-01-06 Epiphany, ")
    assert '    - "2026-12-26" # of a year not asked for\n' in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--years", "2026", "--category", "nix"), 1, "category: The library does not know nix. It knows: catholic,"),
        (("--years", "nix"), 2, "nix are no years. Write 2026, or 2026-2028."),
        (("--years", "2027-2026"), 2, "2027-2026 are no years."),
        (("--years", "3000"), 1, "years: Give at most 50 years from 1991 to 2100"),
        (("--years", "2026", "--calendar", "always"), 2, "Give FILE and --calendar together"),
        (("--years", "2026", "--calendar", "nix", OFFICE), 2, "It has: always, berlin-office."),
    ],
)
def test_a_mistake_is_one_message(arguments: tuple[str, ...], code: int, said: str) -> None:
    """That says what is possible."""
    result = run(*PROPOSE, *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout == ""
