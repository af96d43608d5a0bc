"""Reading spec.layers: one agreement for several levels (corporate, customer, service), the first that speaks wins.

A layer is right if what it makes of the agreement is right, for each service that it reaches. So each is read
as part of the merged document, and what is wrong there is told at the layer that said it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from escalation.agreement.layers.merging import LAYERED, REACHES, merged
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, keyed
from escalation.agreement.text.mistakes import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from escalation.agreement.layers.merging import Merged
    from escalation.agreement.model import Agreement
    from escalation.agreement.text.mistakes import Path

    Assemble = Callable[[Field], Agreement | None]

_OF_THE_WHOLE = ("per_period", "warnings")
_MOST = 20
_MOST_COMBINED = 40
"""Each combination of layers is read as an agreement of its own, which takes its time."""


@dataclass(frozen=True, slots=True)
class _Layer:
    id: str
    field: Field
    sound: bool


def read_layers(field: Field, root: Field, parties: Collection[str] | None, assemble: Assemble) -> dict[str, Agreement]:
    """spec.layers: the agreement of each service that a layer reaches.

    Args:
        field: The layers.
        root: The whole document, whose own spec is read already, with its mistakes noted.
        parties: Who may be named; None: they could not be read.
        assemble: Reads a document without layers.
    """
    if not field.given:
        return {}
    document = cast("dict[str, Any]", root.value)
    services = _services(document)
    items = field.items()
    if len(items) > _MOST:
        field.mistake(f"{len(items)} layers", f"at most {_MOST} are read")
        return {}
    layers = keyed(items, lambda item: _layer(item, services, parties), "id")
    reached = _by_combination(document, services)
    _check_reach(layers, [each for _, each in reached])
    if len(reached) > _MOST_COMBINED:
        field.mistake(f"{len(reached)} combinations of layers", f"at most {_MOST_COMBINED}: name fewer services apart")
        return {}
    reader = _Reader(root, assemble)
    return {name: found for names, each in reached for found in [reader.read(each)] if found for name in names}


def with_layers(whole: Agreement, by_service: Mapping[str, Agreement]) -> Agreement:
    """Give the agreement with what holds for each service: parts of the one document, and known by its digest."""
    parts = {id(part): replace(part, document=whole.document, digest=whole.digest) for part in by_service.values()}
    return replace(whole, by_service={name: parts[id(part)] for name, part in by_service.items()})


def _services(document: Mapping[str, Any]) -> dict[str, None]:
    listed = document["spec"].get("services")
    ids = [each.get("id") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return dict.fromkeys(name for name in ids if isinstance(name, str))


def _layer(field: Field, services: Collection[str], parties: Collection[str] | None) -> _Layer:
    mistakes_before = len(field.findings)
    entry = field.section(("id", "level", "services", "parties", "spec"))
    level = values.one_of(entry.need("level"), REACHES)
    for key, known, what in (("services", services, "service"), ("parties", parties, "party")):
        if level and REACHES[level] == key:
            _names(entry.need(key), known, what)
        elif level and entry.get(key).given:
            entry.get(key).mistake(f"a layer of level {level} names no {key}", "remove it, or change the level")
    said = entry.need("spec").section(LAYERED)
    for key, each in said.get("tolerance", {}).entries().items():
        if key in _OF_THE_WHOLE:
            each.mistake("judged over all services together", f"say `{key}` in the agreement's own tolerance")
    if said.field.value == {}:
        said.field.mistake("a layer that says nothing", f"say at least one of {', '.join(LAYERED)}")
    name = values.name(entry.need("id"))
    return _Layer(name, field, sound=len(field.findings) == mistakes_before)


def _names(field: Field, known: Collection[str] | None, what: str) -> None:
    for item in distinct(field.items()):
        values.refer(item, known, what)
    if field.value == []:
        field.mistake("an empty list", f"name at least one {what}")


def _check_reach(layers: Mapping[str, _Layer], reached: Iterable[Merged]) -> None:
    """A layer that reaches nothing would not even be read."""
    acting = {str(layer["id"]) for each in reached for layer in each.layers if "id" in layer}
    for name, layer in layers.items():
        if layer.sound and name not in acting:
            layer.field.mistake("this layer reaches no service", "name a service, or a party that uses one")


def _by_combination(document: Mapping[str, Any], services: Collection[str]) -> list[tuple[list[str], Merged]]:
    """Give what the layers make of the document, once for all services that the same layers reach."""
    found: dict[tuple[int, ...], tuple[list[str], Merged]] = {}
    for service in services:
        each = merged(document, service)
        names, _ = found.setdefault(tuple(id(layer) for layer in each.layers), ([], each))
        names.append(service)
    combined = [(names, each) for names, each in found.values() if each.layers]
    # A mistake that a layer makes by itself shows where it stands alone: then it is not told of what lies over it.
    return sorted(combined, key=lambda reached: len(reached[1].layers))


class _Reader:
    """Reads merged documents, and tells each mistake once, at the layer that makes it."""

    def __init__(self, root: Field, assemble: Assemble) -> None:
        self._root = root
        self._assemble = assemble
        self._layers = cast("dict[str, Any]", root.value)["spec"]["layers"]
        self._own = {(mistake.field, mistake.wrong) for mistake in root.findings.in_order()}
        self._told: set[tuple[Path, str]] = set()

    def read(self, each: Merged) -> Agreement | None:
        findings = _Heard(self._root.findings)
        found = self._assemble(Field(each.document, (), findings))
        for path, wrong, right in findings.heard:
            self._tell(each, path, wrong, right)
        origins = {".".join(map(str, path)): layer for path, layer in each.origins.items()}
        return found and replace(found, origins=origins)

    def _tell(self, each: Merged, path: Path, wrong: str, right: str) -> None:
        """Tell a mistake of the merged document at what a layer says; one that none says, at the first as a whole."""
        field = ".".join(map(str, path))
        place = self._said(each, path, own=(field, wrong) in self._own)
        seen = (place or path, wrong)
        if seen in self._told or (place is None and (field, wrong) in self._own):
            return
        self._told.add(seen)
        if place is not None:
            self._root.findings.add(place, wrong, right)
        else:
            whole = (*self._place(each.layers[0]), "spec")
            self._root.findings.add(whole, f"with this layer, {field}: {wrong}", right)

    def _said(self, each: Merged, path: Path, *, own: bool) -> Path | None:
        """Where a layer says it: that value, or (what is missing) what it would stand in; `own` is the base's too."""
        for layer in each.layers:
            found = _found(layer, path)
            if found is not _ABSENT and not (own and isinstance(found, dict)):
                return (*self._place(layer), *path)
        for layer in each.layers if not own else ():
            if isinstance(_found(layer, path[:-1]), dict):
                return (*self._place(layer), *path)
        return None

    def _place(self, layer: dict[str, Any]) -> Path:
        index = next(index for index, each in enumerate(self._layers) if each is layer)
        return ("spec", "layers", index)


_ABSENT = object()


def _found(layer: Mapping[str, Any], path: Path) -> object:
    """Give what a layer says at a path of the document; the section itself must be said there."""
    here: object = layer if len(path) > 1 else _ABSENT
    for step in path:
        if isinstance(here, dict):
            here = here.get(step, _ABSENT)
        else:
            within = isinstance(here, list) and isinstance(step, int) and step < len(here)
            here = cast("list[object]", here)[cast("int", step)] if within else _ABSENT
    return here


class _Heard(Findings):
    """Keeps the path of each mistake; counts those of the whole document too, so that nothing is built from either."""

    def __init__(self, others: Findings) -> None:
        super().__init__()
        self.heard: list[tuple[Path, str, str]] = []
        self._before = len(others)

    def __len__(self) -> int:
        return self._before + super().__len__()

    def add(self, path: Path, wrong: str, right: str, line: int | None = None) -> None:
        self.heard.append((path, wrong, right))
        super().add(path, wrong, right, line)
