"""Where things are read: addresses beneath that of the installation. Pure."""

from __future__ import annotations

INCIDENTS = "/v1/incidents"
AGREEMENTS = "/v1/agreements"


def incident_address(public_id: str) -> str:
    """Give an incident's address."""
    return f"{INCIDENTS}/{public_id}"


def agreement_address(partnership: str, version: int) -> str:
    """Give the address of an agreement's version."""
    return f"{AGREEMENTS}/{partnership}/{version}"
