"""The whole product over a database of its own: the demo's agreement, and incidents under it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from escalation.agreement import read
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment

if TYPE_CHECKING:
    from api.bootstrap import Tocsin

DEMO = Path(__file__).resolve().parents[2] / "examples" / "agreements" / "demo.yaml"
PARTNERSHIP, SERVICE = "acme-globex-demo", "payments-api"


def publish(tocsin: Tocsin) -> None:
    """Publish the demo's agreement."""
    agreement, mistakes = read(DEMO.read_bytes())
    assert agreement is not None, mistakes
    tocsin.book.publish(agreement, by="operator")


def declare(
    tocsin: Tocsin, title: str = "Card payments fail", description: str | None = None, severity: str = "S1"
) -> str:
    """Declare an incident; give its stream."""
    report = Report(title, SERVICE, description, Assessment(severity=severity))
    return tocsin.incidents.declare(PARTNERSHIP, report, Asked("key:ab12")).incident.id
