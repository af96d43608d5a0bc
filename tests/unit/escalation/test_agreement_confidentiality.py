"""Who may read which field: what an agreement may say of it, what it may not, and what of it is secret itself."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest

from escalation.agreement import Agreement, read
from escalation.agreement.secrets import shown
from escalation.agreement.sections.confidentiality import KINDS
from escalation.terms import AgreementTerms
from incidents.disclosure import EVERYTHING, Viewer
from incidents.happenings import confidential
from incidents.terms import FieldClass

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "examples/agreements/two-sided.yaml").read_text(encoding="utf-8")
WITHOUT = TEXT[: TEXT.index("  confidentiality:")]
SECTION = "spec.confidentiality"


def agreed(text: str = TEXT) -> Agreement:
    """The agreement of a text without mistakes."""
    agreement, mistakes = read(text)
    assert mistakes == []
    assert agreement is not None
    return agreement


def test_fields_are_in_classes() -> None:
    """By the name of the field, or of kind and field; readers are named by id or by role."""
    terms = AgreementTerms(agreed())
    technical = FieldClass("technical", frozenset({"acme"}))
    assert terms.field_class("declared", "description") == technical
    assert terms.field_class("page_failed", "detail") == technical
    assert terms.field_class("classified", "flags") == FieldClass("personal", frozenset({"globex"}))
    assert terms.field_class("noted", "text") is None


def test_a_role_is_each_party_that_has_it() -> None:
    """Two parties of one role read alike."""
    text = TEXT.replace("    - {id: globex,", "    - {id: initech, role: provider}\n    - {id: globex,", 1)
    found = agreed(text).confidentiality["description"]
    assert found.readers == {"acme", "initech"}


def test_without_the_section_everybody_reads_everything() -> None:
    """It may be left out."""
    assert agreed(WITHOUT).confidentiality == {}


MISTAKES = [
    ("[provider]", "[provder]", "classes.0.readable_by.0", "no party 'provder' is declared", "'provider'?"),
    ("[provider]", "[]", "classes.0.readable_by", "nobody may read it", "at least one party"),
    ("[provider]", "[acme, acme]", "classes.0.readable_by.1", "'acme' stands here twice", "keep one"),
    ("[provider]", "3", "classes.0.readable_by", "3 is not a name", "a letter"),
    ("readable_by: [provider]", "readers: [acme]", "classes.0.readers", "unknown key 'readers'", "readable_by"),
    ("{id: technical,", "{id: on_call, readable_by: acme}\n      - {id: technical,", "classes.3.id", "twice", "own id"),
    (
        "{id: technical,",
        "{id: spare, readable_by: acme}\n      - {id: technical,",
        "classes.0.id",
        "no field",
        "remove",
    ),
    ("flags: personal", "flags: persnal", "fields.flags", "no class 'persnal' is declared", "'personal'?"),
    ("flags: personal", "flags: [personal]", "fields.flags", "is not a name", "a letter"),
    ("flags: personal", "flag: personal", "fields.flag", "a fact has no field 'flag'", "'flags'?"),
    ("flags: personal", "severity: personal", "fields.severity", "'severity' of a fact cannot be withheld", "impact"),
    ("flags: personal", "by: personal", "fields.by", "'by' of a fact cannot be withheld", "assignee, description"),
    ("flags: personal", "notd.text: personal", "fields.notd.text", "no kind of fact 'notd'", "'noted'?"),
    ("flags: personal", "a.b.c: personal", "fields.a.b.c", "no kind of fact 'a.b'", "kinds: declared"),
    ("flags: personal", "noted.txt: personal", "fields.noted.txt", "kind 'noted' has no field 'txt'", "'text'?"),
    ("flags: personal", "noted.flags: personal", "fields.noted.flags", "has no field 'flags'", "withheld: text"),
    ("flags: personal", "noted.: personal", "fields.noted.", "has no field ''", "text"),
    (
        "flags: personal",
        "clock_paused.reason: personal",
        "fields.clock_paused.reason",
        "'reason' of a fact of kind 'clock_paused' cannot be withheld",
        "withheld: evidence, note",
    ),
    ("flags: personal", "closed.text: personal", "fields.closed.text", "has no field 'text'", "withheld: none"),
]


@pytest.mark.parametrize(("old", "new", "field", "wrong", "right"), MISTAKES)
def test_a_single_mistake(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """Each has its line and field, says what is wrong and what would be right; a missing key comes beside it."""
    assert TEXT.count(old) == 1
    agreement, mistakes = read(TEXT.replace(old, new))
    (mistake,) = [each for each in mistakes if each.wrong != "missing"]
    assert agreement is None
    assert mistake.field == f"{SECTION}.{field}"
    assert wrong in mistake.wrong
    assert right in mistake.right
    assert abs((mistake.line or 0) - TEXT[: TEXT.index(old)].count("\n")) <= 4


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ("null", [""]),
        ("[]", [""]),
        ("{}", [".classes", ".fields"]),
        ("{classes: [], fields: {}}", [".classes"]),
        ("{classes: {technical: acme}, fields: {text: technical}}", [".classes"]),
        ("{classes: [3], fields: [text]}", [".fields", ".classes.0"]),
        ("{classes: [{id: a, readable_by: acme}], fields: {}}", [".classes.0.id"]),
        ("{classes: [{id: a, readable_by: acme}]}", [".fields"]),
    ],
)
def test_a_section_of_another_shape(written: str, fields: list[str]) -> None:
    """Whatever stands there is told apart from what should."""
    _, mistakes = read(f"{WITHOUT}  confidentiality: {written}\n")
    assert [mistake.field for mistake in mistakes] == [SECTION + field for field in fields]


def test_all_mistakes_are_found_at_once() -> None:
    """A class, a party, a kind and a field that are wrong are told together, in the order of the file."""
    text = TEXT.replace("[globex]}", "[globx]}").replace("assigned.assignee: on_call", "asigned.assignee: oncall")
    text = text.replace("flags: personal", "flag: personal")
    assert [mistake.field.removeprefix(f"{SECTION}.") for mistake in read(text)[1]] == [
        "classes.1.readable_by.0",
        "fields.flag",
        "fields.asigned.assignee",
        "fields.asigned.assignee",
    ]


def test_unreadable_parties_make_no_more_mistakes() -> None:
    """Nobody can say which parties there are: no reader is called undeclared."""
    found = [mistake.field for mistake in read(re.sub(r"  parties:\n.*\n.*\n", "  parties: 3\n", TEXT))[1]]
    assert [field for field in found if field.startswith(SECTION)] == []


def test_the_guide_lists_what_can_be_withheld() -> None:
    """docs/agreement.md names each kind of fact and its fields, and no others."""
    guide = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
    part = guide[guide.index("## `spec.confidentiality`") :].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", part[part.index("| Kind of fact |") :], re.MULTILINE)
    listed = {kind: tuple(re.findall(r"`(\w+)`", fields)) for kind, fields in rows}
    assert listed == {kind: confidential(happening) for kind, happening in KINDS.items() if confidential(happening)}


@pytest.mark.parametrize(
    ("viewer", "withheld"),
    [
        (Viewer("acme"), ["globex-pager"]),
        (Viewer("globex"), ["acme-pager"]),
        (Viewer(None), ["acme-pager", "globex-pager"]),
        (EVERYTHING, []),
    ],
)
def test_the_addresses_of_others_webhooks_are_secret(viewer: Viewer, withheld: list[str]) -> None:
    """Each party reads its own, whoever sees everything reads all; the rest of the document stands."""
    agreement = agreed()
    before, expected = deepcopy(agreement.document), deepcopy(agreement.document)
    for webhook in cast("dict[str, Any]", expected["spec"])["webhooks"]:
        webhook["url"] = None if webhook["id"] in withheld else webhook["url"]
    found = shown(agreement, viewer)
    assert found.document == expected
    assert found.withheld == {f"spec.webhooks.{name}.url": "class:secret" for name in withheld}
    assert agreement.document == before
