"""From the text of a YAML file to plain JSON values, with the line of each.

Read by events, not by PyYAML's constructors: scalars resolve as in the core schema of YAML 1.2 (10.3), so that `on` and
`no` stay words, and `09:00` and dates stay text. Anchors, aliases and tags are refused: each value of a contract
stands where it counts, and nothing can multiply.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.agreement.text.mistakes import Findings, Path

MAX_BYTES = 128 * 1024
MAX_DEPTH = 32

UNREADABLE = object()
"""Stands for a value with a mistake that is already noted: later checks pass over it."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_LONGEST_NUMBER = 15


def load(text: str | bytes, findings: Findings) -> object:
    """The document, or UNREADABLE; whatever the text, mistakes go to the findings and nothing is raised."""
    try:
        return _Reader(yaml.parse(_decoded(text), Loader=yaml.SafeLoader), findings).document()
    except _Unreadable as stop:
        findings.add((), stop.wrong, stop.right, stop.line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        right = "correct the indentation, quote or bracket here or just above"
        findings.add((), f"this is not YAML: {said}", right, mark.line + 1 if mark else None)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The text of a plain ValueError speaks of Python, not of the file.
        said = str(error) if isinstance(error, yaml.YAMLError) else "a number or an escape that is out of range"
        findings.add((), f"this is not YAML: {said}", "correct the file")
    return UNREADABLE


class _Unreadable(Exception):
    """Nothing more can be read after this mistake."""

    def __init__(self, line: int | None, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.line = line
        self.wrong = wrong
        self.right = right


def _decoded(text: str | bytes) -> str:
    """The text without its byte-order mark, of allowed size and characters."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise _Unreadable(None, f"the file has {len(raw)} bytes", f"at most {MAX_BYTES} are read")
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Unreadable(line, "the file is not UTF-8", "save it as UTF-8") from None
    decoded = decoded.removeprefix("\ufeff")
    control = _CONTROL.search(decoded)
    if control:
        line = decoded.count("\n", 0, control.start()) + 1
        raise _Unreadable(line, f"control character U+{ord(control[0]):04X}", "remove it")
    return decoded


class _Reader:
    """Builds the values of one document from its events."""

    def __init__(self, events: Iterator[yaml.Event], findings: Findings) -> None:
        self._events = events
        self._findings = findings

    def document(self) -> object:
        """The one document of the stream."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _Unreadable(1, "the file is empty", "write an agreement")
        document = self._value(next(self._events), ())
        next(self._events)
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise _Unreadable(_line(following), "a second document begins here", "write one agreement in a file")
        return document

    def _value(self, event: yaml.Event, path: Path) -> object:
        self._findings.locate(path, _line(event))
        if len(path) > MAX_DEPTH:
            raise _Unreadable(_line(event), f"nested deeper than {MAX_DEPTH} levels", "an agreement needs fewer")
        refused = self._refused(event, path)
        value: object
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(path)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(path)
        else:
            value = UNREADABLE if refused else self._scalar(event, path)
        return UNREADABLE if refused else value

    def _refused(self, event: yaml.Event, path: Path) -> bool:
        """Whether the event carries an alias, an anchor or a tag, which are noted."""
        if isinstance(event, yaml.AliasEvent):
            self._note(event, path, f"alias *{event.anchor}", "write the value out: aliases are not read")
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            self._note(event, path, f"anchor &{event.anchor}", "remove it: anchors and aliases are not read")
        elif getattr(event, "tag", None) is not None:
            self._note(event, path, f"tag {getattr(event, 'tag', '')}", "remove it: quote what is meant as text")
        else:
            return False
        return True

    def _mapping(self, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None:
                self._value(next(self._events), (*path, "?"))
                continue
            if key in found:
                self._note(event, (*path, key), "this key stands here twice", "keep one of them")
            self._findings.locate((*path, key), _line(event))
            found[key] = self._value(next(self._events), (*path, key))
        return found

    def _key(self, event: yaml.Event, path: Path) -> str | None:
        """The key if it is text; anything else is read over and noted."""
        value = self._value(event, (*path, "?"))
        if isinstance(value, str):
            return value
        if value is not UNREADABLE:
            self._note(event, path, "a key that is not text", "put the key in quotes")
        return None

    def _list(self, path: Path) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

    def _scalar(self, event: yaml.Event, path: Path) -> object:
        text = str(getattr(event, "value", ""))
        if getattr(event, "style", None):
            return text
        if text in _NULL:
            return None
        if text in _TRUTH:
            return _TRUTH[text]
        if not _NUMBER.fullmatch(text):
            return text
        if len(text) > _LONGEST_NUMBER:
            self._note(event, path, "a number of more than 15 characters", "put it in quotes if it is text")
            return UNREADABLE
        return int(text) if _WHOLE.fullmatch(text) else float(text)

    def _note(self, event: yaml.Event, path: Path, wrong: str, right: str) -> None:
        self._findings.add(path, wrong, right, _line(event))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
