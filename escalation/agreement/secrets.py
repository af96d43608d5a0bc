"""What of an agreement is its own party's alone: addresses of webhooks. Whoever knows one can post to it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from incidents.disclosure import Viewer

SECRET = "class:secret"  # noqa: S105 - the reason for a value that is withheld, and no password


class Shown(NamedTuple):
    """A document as a viewer may see it, and what is withheld from it: the reason by dotted path."""

    document: dict[str, Any]
    withheld: dict[str, str]


def shown(agreement: Agreement, viewer: Viewer) -> Shown:
    """Give the document with null for the url of each webhook of a party that is not the viewer's."""
    others = {name for name, hook in agreement.webhooks.items() if not viewer.is_among((hook.party,))}
    if not others:
        return Shown(agreement.document, {})
    document: dict[str, Any] = agreement.document
    webhooks = [hook | {"url": None} if hook["id"] in others else hook for hook in document["spec"]["webhooks"]]
    withheld = {f"spec.webhooks.{name}.url": SECRET for name in sorted(others)}
    return Shown({**document, "spec": {**document["spec"], "webhooks": webhooks}}, withheld)
