"""Reading a mapping file and the agreement that it names; every mistake of both is told at once, with its line."""

from __future__ import annotations

import codecs
from datetime import datetime
from typing import TYPE_CHECKING

from api.importing.dates import FORMS, Instants
from api.importing.errors import CannotImport
from api.importing.mapping import Assignee, Choice, LogMapping, Severity, Template
from api.importing.meanings import read_meaning
from escalation import agreement as agreements
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, show
from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.plain import root_of
from escalation.agreement.text.yaml_source import load
from escalation.calendars.zones import zone
from incidents.incident.staffing import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from api.importing.mapping import Meaning
    from escalation.agreement import Agreement
    from escalation.agreement.text.fields import Section

_KEYS = (
    "source", "agreement", "file", "times", "columns", "states", "title", "description", "service",
    "severity", "impact", "urgency", "assignee", "party",
)  # fmt: skip
_COLUMNS = ("id", "time", "state", "order", "reported", "text")
_DEFAULT_ROLE = "responder"


def read_mapping(path: Path) -> tuple[LogMapping, Agreement]:
    """Read a mapping, and the agreement beside it that it names. CannotImport, with every mistake."""
    findings = Findings()
    section = root_of(load(path.read_bytes(), findings), findings).section(_KEYS)
    agreement, foreign = _agreement(section.need("agreement"), path.parent)
    mapping = _mapping(section, agreement)
    lines = [f"{path}: {mistake}" for mistake in findings.in_order()] + foreign
    if lines or agreement is None:
        raise CannotImport(lines)
    return mapping, agreement


def _agreement(field: Field, directory: Path) -> tuple[Agreement | None, list[str]]:
    """Read the agreement; its own mistakes are told under its own name."""
    name = values.text(field)
    if not name:
        return None, []
    path = directory / name
    try:
        agreement, mistakes = agreements.read(path.read_bytes())
    except OSError as error:
        field.mistake(f"{path} cannot be read ({error.strerror})", "name the agreement's file, seen from this one")
        return None, []
    return agreement, [f"{path}: {mistake}" for mistake in mistakes]


def _mapping(section: Section, agreement: Agreement | None) -> LogMapping:
    file = section.get("file", {}).section(("encoding", "delimiter", "missing"))
    columns = section.need("columns").section(_COLUMNS)
    state = tuple(values.text(item) for item in columns.need("state").one_or_many())
    return LogMapping(
        source=values.partnership_id(section.need("source")),
        encoding=_encoding(file.get("encoding", "utf-8")),
        delimiter=_delimiter(file.get("delimiter", ",")),
        missing=frozenset(_cell(item) for item in file.get("missing", []).items()),
        instants=_instants(section.need("times").section(("format", "zone"))),
        id=values.text(columns.need("id")),
        time=values.text(columns.need("time")),
        order=_maybe(columns, "order"),
        reported=_maybe(columns, "reported"),
        state=state,
        states=_states(section.need("states"), len(state), agreement.pauses if agreement else None),
        text=_maybe(columns, "text"),
        title=Template(values.text(section.need("title"))),
        description=Template(found) if (found := _maybe(section, "description")) else None,
        service=_choice(section.need("service"), agreement.services if agreement else None, "service"),
        severity=_severity(section, agreement),
        assignee=_assignee(section.get("assignee"), agreement.parties if agreement else None),
        party=values.refer(section.get("party"), agreement.parties if agreement else None, "party") or None,
    )


def _maybe(section: Section, key: str) -> str | None:
    return values.text(section.get(key)) or None


def _encoding(field: Field) -> str:
    """Give the codec; with UTF-8 a byte-order mark is read over, be there one or not."""
    name = values.text(field)
    try:
        codec = codecs.lookup(name).name if name else "utf-8"
    except LookupError:
        field.mistake(f"no encoding is called {show(name)}", "write utf-8, cp1252, latin-1 or the like")
        return "utf-8"
    return "utf-8-sig" if codec == "utf-8" else codec


def _delimiter(field: Field) -> str:
    if field.value == "tab":
        return "\t"
    if isinstance(field.value, str) and len(field.value) == 1 and field.value not in '"\r\n ':
        return field.value
    if field.given:
        field.mistake(f"{show(field.value)} stands here", "write one character in quotes, such as ';', or tab")
    return ","


def _cell(field: Field) -> str:
    """Read a value as it stands in the log; whole numbers need no quotes."""
    if isinstance(field.value, str) or type(field.value) is int:
        return str(field.value).strip()
    if field.given:
        field.mistake(f"{show(field.value)} stands here", "write the value as in the log, in quotes")
    return ""


def _instants(section: Section) -> Instants:
    forms = [_form(item) for item in section.need("format").one_or_many()]
    name = values.zone(section.get("zone"), "")
    return Instants(forms, zone(name) if name else None)


def _form(field: Field) -> str:
    value = field.value
    if isinstance(value, str) and "%" in value:
        try:
            datetime.strptime(datetime(2026, 1, 2, 3, 4).strftime(value), value)  # noqa: DTZ001, DTZ007 - only the pattern is tried
        except ValueError:
            field.mistake(f"{show(value)} is no pattern of a date and time", "write such as '%d.%m.%y %I:%M %p'")
    elif field.given and value not in FORMS:
        right = field.meant(str(value), FORMS, "one of")
        field.mistake(f"{show(value)} is not understood here", f"{right}, or a pattern such as '%d.%m.%y %I:%M %p'")
    return str(value)


def _states(field: Field, width: int, reasons: Collection[str] | None) -> tuple[tuple[tuple[str, ...], Meaning], ...]:
    if field.value == []:
        field.mistake("an empty list", "say what each state means")
    found: list[tuple[tuple[str, ...], Meaning]] = []
    for item in field.items():
        entry = item.section(("when", "means"))
        when = entry.need("when")
        pattern = tuple(_cell(cell) for cell in when.one_or_many())
        if when.given and len(pattern) != width:
            when.mistake(f"{len(pattern)} values for {width} columns", "give one for each of columns.state; '*' is any")
        elif when.given and pattern in [known for known, _ in found]:
            when.mistake("this state stands here twice", "keep one of them")
        found.append((pattern, read_meaning(entry.need("means"), reasons)))
    return tuple(found)


def _severity(section: Section, agreement: Agreement | None) -> Severity:
    """Read either a severity, or impact and urgency."""
    rules = agreement.severity if agreement else None
    given = [key for key in ("severity", "impact", "urgency") if key in section.found]
    if given not in (["severity"], ["impact", "urgency"]) and isinstance(section.field.value, dict):
        right = "write either `severity`, or `impact` and `urgency`, so that each incident gets one severity"
        section.field.mistake(f"severity is found from {' and '.join(given) or 'nothing'}", right)
    known = {
        "severity": rules.scale if rules else None,
        "impact": rules.impact if rules else None,
        "urgency": rules.urgency if rules else None,
    }
    return Severity(**{key: _choice(section.get(key), known[key], key) if key in given else None for key in known})


def _choice(field: Field, known: Collection[str] | None, what: str) -> Choice:
    allowed = frozenset(known or ())
    if not isinstance(field.value, dict):
        return Choice(None, None, values.refer(field, known, what) or None, allowed)
    section = field.section(("column", "values", "otherwise"))
    listed = section.get("values")
    words = {key.strip(): values.refer(entry, known, what) for key, entry in listed.entries().items()}
    return Choice(
        column=values.text(section.need("column")) or None,
        values=words if listed.given else None,
        otherwise=values.refer(section.get("otherwise"), known, what) or None,
        allowed=allowed,
    )


def _assignee(field: Field, parties: Collection[str] | None) -> Assignee | None:
    if not field.given:
        return None
    section = field.section(("column", "role", "party"))
    return Assignee(
        column=values.text(section.need("column")),
        role=values.one_of(section.get("role", _DEFAULT_ROLE), ROLES),
        party=values.refer(section.need("party"), parties, "party"),
    )
