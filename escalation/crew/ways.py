"""The ways in which pages reach somebody, by name: what contact rules and the agreement's contacts list as `via`.

terminal      the worker prints it
webhook:ID    an address of the agreement's (spec.webhooks)
email         the address with which a person signs in; of a contact, the one that the agreement gives it
email:ID      another address of the person's own, by the name that they gave it
sms, voice    the number that the agreement gives a contact
sms:ID        a text message to a number of the person's own
voice:ID      a call to it, in which the page is read out
"""

from __future__ import annotations

TERMINAL, WEBHOOK, EMAIL, SMS, VOICE = CHANNELS = ("terminal", "webhook", "email", "sms", "voice")


def channel_of(via: str) -> str:
    """Give the channel that carries what goes out in a way."""
    return via.partition(":")[0]
