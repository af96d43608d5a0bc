"""Layers laid over a document: which of them reach a service, and what the document then says. Pure, on plain JSON.

The document's own spec is the base. Layers stand in order of precedence: the first wins (spec.layers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.agreement.text.yaml_source import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from escalation.agreement.text.mistakes import Path

LAYERED = ("targets", "pauses", "tolerance", "ladders", "clock_rules", "exclusions")
"""The sections of spec that a layer may say anew, in part or as a whole."""
REACHES = {"service": "services", "customer": "parties", "corporate": None}
"""Each level with the key that names what its layers reach; None: every service."""
_NULL_IS_SAID_OF = "within"
"""There null does not remove, but says that a severity has no such clock."""


class Merged(NamedTuple):
    """What holds for one service.

    Attributes:
        document: The whole document without `spec.layers`.
        origins: The layer that a value came from, by the value's path; a list is one value. The base's are not there.
        removed: The layer that removed what stood at a path.
        layers: The layers that reach the service, the first wins.
    """

    document: dict[str, Any]
    origins: dict[Path, str]
    removed: dict[Path, str]
    layers: tuple[dict[str, Any], ...]


def merged(document: Mapping[str, Any], service: str) -> Merged:
    """Lay each layer that reaches a service over the document's spec.

    Mappings are merged key by key, lists and single values replaced whole; null removes, but for a severity of
    `within`, of which it says that it has no such clock.
    """
    spec = {key: value for key, value in _mapping(document.get("spec")).items() if key != "layers"}
    layers = tuple(reaching(document, service))
    origins: dict[Path, str] = {}
    removed: dict[Path, str] = {}
    for layer in reversed(layers):
        said = {key: value for key, value in _mapping(layer.get("spec")).items() if key in LAYERED}
        spec = _Laying(str(layer.get("id")), origins, removed).over(spec, said, ("spec",))
    return Merged({**document, "spec": spec}, origins, removed, layers)


def reaching(document: Mapping[str, Any], service: str) -> list[dict[str, Any]]:
    """Give the layers that reach a service, in their order: by its name, by who uses it, or all of them."""
    spec = _mapping(document.get("spec"))
    used_by = [user for each in _mappings(spec.get("services")) if each.get("id") == service for user in _users(each)]
    named: dict[str, list[object]] = {"service": [service], "customer": used_by}
    return [layer for layer in _mappings(spec.get("layers")) if _reaches(layer, named)]


def _reaches(layer: Mapping[str, Any], named: Mapping[str, Sequence[object]]) -> bool:
    level = layer.get("level")
    key = REACHES.get(level) if isinstance(level, str) else None
    if not isinstance(level, str) or key is None:
        return level == "corporate"
    reached = layer.get(key)
    return isinstance(reached, list) and any(name in reached for name in named[level])


def _users(service: Mapping[str, Any]) -> list[object]:
    users = service.get("used_by")
    return users if isinstance(users, list) else [users]


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class _Laying(NamedTuple):
    """One layer, and where each value came from so far."""

    layer: str
    origins: dict[Path, str]
    removed: dict[Path, str]

    def over(self, base: Mapping[str, Any], said: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Give the base with what the layer says."""
        found = dict(base)
        for key, value in said.items():
            here = (*path, key)
            if value is None and path[-1] != _NULL_IS_SAID_OF:
                self._forget(here)
                if key in found:
                    self.removed[here] = self.layer
                found.pop(key, None)
            elif isinstance(value, dict):
                found[key] = self._inside(found.get(key), value, here)
            elif value is not UNREADABLE:
                self._forget(here)
                self.origins[here] = self.layer
                found[key] = value
        return found

    def _inside(self, base: object, said: Mapping[str, Any], here: Path) -> dict[str, Any]:
        if not isinstance(base, dict):
            self._forget(here)
        found = self.over(_mapping(base), said, here)
        if not found:
            self.origins[here] = self.layer
        return found

    def _forget(self, here: Path) -> None:
        """What lower layers said at a path, and beneath it, is replaced."""
        for known in (self.origins, self.removed):
            for path in [path for path in known if path[: len(here)] == here]:
                del known[path]
