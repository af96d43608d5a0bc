"""Reading who is there: spec.parties, spec.webhooks, spec.contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from escalation.agreement.model import TERMINAL, WEBHOOK, Contact, Party, Webhook
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, declared, distinct, keyed, show
from escalation.contact_points import MAILBOX, NUMBER, mailbox, number
from escalation.crew.ways import EMAIL, SMS, VOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_KINDS = ("signatory", "supporting", "external")
_FEWEST = 2
_CHANNELS = (TERMINAL, EMAIL, SMS, VOICE)


def read_parties(field: Field, default_tz: str) -> dict[str, Party]:
    """spec.parties: at least two, and no name that could mean two of them."""
    items = field.items()
    if isinstance(field.value, list) and len(items) < _FEWEST:
        field.mistake(f"parties: {len(items)}", "a partnership has at least two")
    known = declared(field)
    parties = keyed(items, lambda item: _party(item, default_tz, known), "id")
    roles = {party.role: party.id for party in parties.values()}
    for item, name in [(item, item.value.get("id")) for item in items if isinstance(item.value, dict)]:
        if isinstance(name, str) and roles.get(name, name) != name:
            wrong = f"{show(name)} is also the role of {show(roles[name])}"
            item.child("id", name).mistake(wrong, "choose another id, so that a ladder can tell them apart")
    return parties


def _party(field: Field, default_tz: str, known: Collection[str] | None) -> Party:
    entry = field.section(("id", "role", "kind", "tz", "to"))
    party = Party(
        id=values.name(entry.need("id")),
        role=values.name(entry.need("role")),
        kind=values.one_of(entry.get("kind", "signatory"), _KINDS),
        tz=values.zone(entry.get("tz"), default_tz),
        to=values.refer(entry.get("to"), known, "party") or None,
    )
    if party.to is not None and party.to == party.id:
        entry.get("to").mistake("a party cannot supply itself", "name the party that it supplies")
    return party


def read_webhooks(field: Field, parties: Collection[str] | None) -> dict[str, Webhook]:
    """spec.webhooks."""
    return keyed(field.items(), lambda item: _webhook(item, parties), "id")


def _webhook(field: Field, parties: Collection[str] | None) -> Webhook:
    entry = field.section(("id", "party", "url"))
    return Webhook(
        id=values.name(entry.need("id")),
        party=values.refer(entry.need("party"), parties, "party"),
        url=_url(entry.need("url")),
    )


def _url(field: Field) -> str:
    """An absolute http or https URL without a password in it; where it may lead is judged when it is called."""
    url = values.text(field, most=2000)
    if url and not postable(url):
        field.mistake(f"{show(url)} is not an address to post to", "write https://host/path, without a password")
    return url


def postable(url: str) -> bool:
    """Whether it is an absolute http or https URL without a password."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and "@" not in parts.netloc and all("!" <= character <= "~" for character in url)


def read_contacts(
    field: Field, parties: Collection[str] | None, webhooks: Collection[str] | None
) -> dict[str, Contact]:
    """spec.contacts."""
    return keyed(field.items(), lambda item: _contact(item, parties, webhooks), "id")


def _contact(field: Field, parties: Collection[str] | None, webhooks: Collection[str] | None) -> Contact:
    entry = field.section(("id", "party", "role", "via", "email", "phone"))
    contact = Contact(
        id=values.name(entry.need("id")),
        party=values.refer(entry.need("party"), parties, "party"),
        role=values.name(entry.need("role")),
        via=tuple(_via(item, webhooks) for item in distinct(entry.get("via", [TERMINAL]).items())),
        email=_reached_at(entry.get("email"), mailbox, MAILBOX),
        phone=_reached_at(entry.get("phone"), number, NUMBER),
    )
    for key, ways in (("email", {EMAIL}), ("phone", {SMS, VOICE})):
        if not entry.get(key).given and not ways.isdisjoint(contact.via):
            entry.get("via").mistake(
                f"{_listed(ways & {*contact.via})} needs the contact's {key}", f"add {key}: beside it"
            )
    return contact


def _listed(names: Collection[str]) -> str:
    return " and ".join(sorted(names))


def _reached_at(field: Field, form: Callable[[str], str | None], right: str) -> str | None:
    """A mailbox or number; None: none is given, or none that a message can be sent to."""
    if not field.given:
        return None
    found = form(field.value) if isinstance(field.value, str) else None
    if found is None:
        field.mistake(f"{show(field.value)} stands here", f"write {right}, in quotes")
    return found


def _via(field: Field, webhooks: Collection[str] | None) -> str:
    if isinstance(field.value, dict):
        return _webhook_name(field, webhooks)
    if field.given and field.value not in _CHANNELS:
        right = f"write {', '.join(_CHANNELS)} or {{webhook: ID}}"
        field.mistake(f"{show(field.value)} is not a channel of this version", right)
    return str(field.value) if field.value in _CHANNELS else TERMINAL


def _webhook_name(field: Field, webhooks: Collection[str] | None) -> str:
    """`{webhook: ID}` as the one name it has in the model."""
    return WEBHOOK + values.refer(field.section(("webhook",)).need("webhook"), webhooks, "webhook")
