"""The agreement that benchmarks run under: the demo's, which every clone has."""

from __future__ import annotations

from pathlib import Path

from api.bootstrap import build
from escalation.agreement import read
from escalation.agreement.text.mistakes import AgreementError

FILE = Path(__file__).parent.parent / "examples" / "agreements" / "demo.yaml"
PARTNERSHIP, SERVICE = "acme-globex-demo", "payments-api"


def publish(url: str) -> None:
    """Publish it. AgreementError."""
    agreement, mistakes = read(FILE.read_bytes())
    if agreement is None:
        raise AgreementError(mistakes)
    tocsin = build(url)
    tocsin.book.publish(agreement, by="benchmark")
    tocsin.close()
