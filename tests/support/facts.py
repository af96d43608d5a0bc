"""An instance of every event type, made from its annotations alone, so that a new type is walked unnamed."""

from __future__ import annotations

import types
import typing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from incidents.ledger.sealing import Hidden

if TYPE_CHECKING:
    from incidents.ledger.catalogue import EventType
    from incidents.ledger.facts import Fact

RECORDED = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
OCCURRED = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
ACTOR = "key:ab12"


def instance(event_type: EventType, text: str = "words", *, version: int = 1) -> Fact:
    """Make a fact whose every text says `text`."""
    hints = typing.get_type_hints(event_type.event_class, include_extras=True)
    values = {name: value_of(hints[name], text) for name in event_type.fields}
    if event_type.originator_topic is not None:
        values["originator_topic"] = event_type.originator_topic
    return event_type.event_class(
        originator_id=f"acme-globex/incident/{uuid4().hex}",
        originator_version=version,
        timestamp=RECORDED,
        by=ACTOR,
        at=OCCURRED,
        **values,
    )


def value_of(hint: Any, text: str) -> Any:  # noqa: ANN401 - a hint is anything, and so is a value of it
    """Give a value that a hint allows, never None; AssertionError for a hint that nobody has thought of yet."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return value_of(inner[0], text)
    if origin in {typing.Union, types.UnionType}:
        return value_of(next(part for part in inner if part not in {types.NoneType, Hidden}), text)
    if origin is list:
        return [value_of(inner[0], text)]
    if origin is dict:
        return {"delivery": text}
    simple: dict[Any, Any] = {str: text, int: 7, bool: True, datetime: datetime(2026, 3, 1, 8, 0, tzinfo=UTC)}
    assert hint in simple, f"say here what a value of {hint} looks like"
    return simple[hint]
