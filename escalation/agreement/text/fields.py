"""Walking a document: a Field is one value with its place; whatever it holds, reading goes on and finds every mistake.

A reader that meets a mistake notes it and gives a harmless stand-in (an empty text or mapping, the least number), which
later checks pass over. Nothing is built from stand-ins in the end: a document with mistakes yields no agreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from escalation.agreement.text.yaml_source import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from escalation.agreement.text.mistakes import Findings, Path

T = TypeVar("T")
_LONGEST_GUESS = 64
_MOST_GUESSES = 100
"""Mistakes after which nothing is guessed any more: comparing words is slow, and a document may hold thousands."""
_MOST_CANDIDATES = 700
"""All time zones, with some to spare."""
_MOST_LISTED = 16


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the document; its value is UNREADABLE where it is missing or its mistake is already noted."""

    value: object
    path: Path
    findings: Findings

    @property
    def given(self) -> bool:
        """Whether there is a value to look at."""
        return self.value is not UNREADABLE

    def mistake(self, wrong: str, right: str) -> None:
        """Note that this value is wrong, and what would be right."""
        self.findings.add(self.path, wrong, right)

    def child(self, key: str | int, value: object) -> Field:
        """A value inside this one."""
        return Field(value, (*self.path, key), self.findings)

    def key(self) -> Field:
        """The key under which this value stands, as a value to read."""
        return Field(self.path[-1], self.path, self.findings)

    def entries(self) -> dict[str, Field]:
        """The entries of a mapping with free keys."""
        if isinstance(self.value, dict):
            return {key: self.child(key, value) for key, value in self.value.items()}
        self._expected("a mapping of `key: value`")
        return {}

    def items(self) -> list[Field]:
        """The items of a list."""
        if isinstance(self.value, list):
            return [self.child(index, value) for index, value in enumerate(self.value)]
        self._expected("a list")
        return []

    def entry(self, key: str, default: object = UNREADABLE) -> Field:
        """What stands under a key, while others judge this mapping; unreadable if it is none."""
        return self.child(key, self.value.get(key, default) if isinstance(self.value, dict) else UNREADABLE)

    def one_or_many(self) -> list[Field]:
        """The items of a list, or a single value by itself."""
        return self.items() if isinstance(self.value, list) or not self.given else [self]

    def section(self, known: Collection[str]) -> Section:
        """A mapping with fixed keys; any other key is a mistake."""
        self.findings.ask(self.path, known)
        found = self.entries()
        for key in [key for key in found if key not in known]:
            found[key].mistake(f"unknown key {show(key)}", found[key].meant(key, known, "known here"))
        return Section(self, {key: found[key] for key in known if key in found})

    def undeclared(self, what: str, name: str, known: Collection[str]) -> None:
        """Note that a name is declared nowhere, and what was probably meant."""
        self.mistake(f"no {what} {show(name)} is declared", self.meant(name, known, "declared"))

    def meant(self, word: str, known: Collection[str], heading: str) -> str:
        """What was probably meant, or what there is to choose from."""
        near = self.near(word, known)
        if near:
            return near
        listed = ", ".join(islice(known, _MOST_LISTED)) + (", …" if len(known) > _MOST_LISTED else "")
        return f"{heading}: {listed or 'none'}"

    def near(self, word: str, known: Collection[str]) -> str:
        """A question for the nearest known word; empty if there is none, or too much is wrong already."""
        if len(word) > _LONGEST_GUESS or len(self.findings) > _MOST_GUESSES or len(known) > _MOST_CANDIDATES:
            return ""
        found = get_close_matches(word, known, n=1, cutoff=0.7)
        return f"did you mean {show(found[0])}?" if found else ""

    def _expected(self, what: str) -> None:
        if self.given:
            self.mistake(f"{show(self.value)} stands here", f"write {what}")


@dataclass(frozen=True, slots=True)
class Section:
    """The known keys of a mapping."""

    field: Field
    found: Mapping[str, Field]

    def need(self, key: str) -> Field:
        """A key that must be there."""
        if key not in self.found and isinstance(self.field.value, dict):
            self.field.child(key, UNREADABLE).mistake("missing", f"add `{key}`")
        return self.get(key)

    def get(self, key: str, default: object = UNREADABLE) -> Field:
        """A key that may be there."""
        return self.found.get(key) or self.field.child(key, default)


def not_yet(field: Field, what: str, instead: str) -> None:
    """Refuse what the agreement may say one day, but this version would not act upon."""
    field.mistake(f"{what} is not supported yet by this version of Tocsin", instead)


def fixed(field: Field, *supported: object) -> None:
    """A value that may be left out, and has one meaning that is implemented, in one of several spellings."""
    if field.given and not any(type(value) is type(field.value) and value == field.value for value in supported):
        not_yet(field, show(field.value), f"supported: {show(supported[0])}")


def keyed(items: Iterable[Field], read: Callable[[Field], T], key: str) -> dict[str, T]:
    """Read each item; what shares its name (the attribute and document key `key`) with an earlier one is a mistake."""
    found: dict[str, T] = {}
    for item in items:
        thing = read(item)
        name = str(getattr(thing, key))
        if name in found:
            item.child(key, name).mistake(f"{show(name)} is declared twice", f"give each its own {key}")
        elif name:
            found[name] = thing
    return found


def declared(field: Field, key: str = "id") -> Collection[str] | None:
    """The names that a part of the document declares, by the key of each list item, or as the keys of a mapping.

    None if that part could not be read: then nothing that refers to it is called wrong.
    """
    if isinstance(field.value, dict):
        return field.value
    if isinstance(field.value, list):
        found = [item.get(key) for item in field.value if isinstance(item, dict)]
        return dict.fromkeys(name for name in found if isinstance(name, str))
    return None


def distinct(items: Iterable[Field]) -> list[Field]:
    """The items of a list in which nothing may stand twice."""
    seen: dict[str, Field] = {}
    for item in items:
        if repr(item.value) in seen and item.given:
            item.mistake(f"{show(item.value)} stands here twice", "keep one of them")
        seen.setdefault(repr(item.value), item)
    return list(seen.values())


def show(value: object) -> str:
    """A value as a person would write it, cut to a readable length."""
    if isinstance(value, dict):
        return "a mapping"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, list):
        shown = f"[{', '.join(show(item) for item in value[:_MOST_LISTED])}]"
    else:
        shown = f"'{value}'" if isinstance(value, str) else str(value)
    return shown if len(shown) <= _LONGEST_GUESS else f"{shown[:_LONGEST_GUESS]}…"
