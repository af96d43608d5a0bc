from __future__ import annotations

from pathlib import Path

import pytest

from api.importing.errors import CannotImport
from api.importing.mapping import Meaning
from api.importing.mapping_file import read_mapping

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SOUND = (EXAMPLES / "network-desk" / "mapping.yaml").read_text(encoding="utf-8")
AGREEMENT = str(EXAMPLES / "network-desk" / "agreement.yaml")


def mistakes(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """Give what is wrong with the sample mapping after some changes, without the file's name."""
    text = SOUND.replace("agreement.yaml", AGREEMENT)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotImport) as refused:
        read_mapping(path)
    return [line.removeprefix(f"{path}: ") for line in refused.value.lines]


@pytest.mark.parametrize("name", ["servicenow", "network-desk"])
def test_the_examples_are_sound(name: str) -> None:
    """Each example reads without a mistake, and so does its agreement."""
    mapping, agreement = read_mapping(EXAMPLES / name / "mapping.yaml")
    assert mapping.source == name
    assert agreement.version == 1


def test_a_state_means_what_its_first_fitting_pattern_says() -> None:
    """A star fits anything, and several words make one meaning."""
    mapping, _ = read_mapping(EXAMPLES / "network-desk" / "mapping.yaml")
    assert mapping.meaning(("Completed", "Closed")) == Meaning(phase="closed")
    assert mapping.meaning(("Completed", "In Call")) == Meaning(phase="resolved")
    assert mapping.meaning(("Accepted", "Wait - Shop")) == Meaning(
        phase="active", acknowledged=True, pause="waiting_on_shop", update="partner"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("order: Seq", "oder: Seq", "line 12: columns.oder: unknown key 'oder'; did you mean 'order'?"),
        ("means: open", "means: opne", "'opne' is not understood here; did you mean 'open'?"),
        ("means: [acknowledge, mitigate]", "means: [resolve, mitigate]", "it contradicts what stands before it"),
        ("means: nothing", "means: [nothing, resolve]", "it contradicts what stands before it"),
        ("means: nothing", "means: []", "an empty list"),
        ("[Accepted, In Progress]", "Accepted", "1 values for 2 columns"),
        ("[Accepted, Workaround]", "[Accepted, In Progress]", "this state stands here twice"),
        ('delimiter: ";"', 'delimiter: ";;"', "file.delimiter: ';;' stands here"),
        ("file: {", "file: {encoding: utf-9, ", "no encoding is called 'utf-9'"),
        ("Terminal: terminals", "Terminal: terminal", "no service 'terminal' is declared"),
        ("Major: S1", "Major: S0", "no severity 'S0' is declared"),
        ("title:", "urgency: normal\ntitle:", "severity is found from severity and urgency"),
        ("format: iso", "format: '%Q'", "'%Q' is no pattern of a date and time"),
        ("format: iso", "format: iso, zone: Europe/Madird", "times.zone: 'Europe/Madird' is not a time zone"),
        (AGREEMENT, "nowhere.yaml", "cannot be read (No such file or directory)"),
    ],
)
def test_each_mistake_is_told_with_what_would_be_right(tmp_path: Path, old: str, new: str, told: str) -> None:
    """One change to the sound file, one line that names it."""
    [line] = mistakes(tmp_path, (old, new))
    assert told in line


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Nobody mends a file mistake by mistake."""
    found = mistakes(
        tmp_path, ("source: network-desk", "source: Network Desk"), ("  id: Ticket\n", ""), ("iso}", "iso-8601}")
    )
    assert [line.split(":")[1].strip() for line in found] == ["source", "times.format", "columns.id"]


def test_mistakes_of_the_agreement_are_told_under_its_own_name(tmp_path: Path) -> None:
    """The mapping names the file; what is wrong in there is not looked for here."""
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        Path(AGREEMENT).read_text(encoding="utf-8").replace("version: 1", "version: one"), encoding="utf-8"
    )
    [line] = mistakes(tmp_path, (AGREEMENT, "broken.yaml"))
    assert line.startswith(f"{broken}: line 6: metadata.version")
