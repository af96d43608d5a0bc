"""Reading an agreement: from a YAML file, from JSON, or from what was stored. One path, so that one set of checks.

The document's shape is docs/agreement.md; what it may say one day, but this version would not act upon, is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.assembly import assemble
from escalation.agreement.text.mistakes import AgreementError, Findings, Mistake
from escalation.agreement.text.plain import root_of
from escalation.agreement.text.yaml_source import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.model import Agreement
    from escalation.agreement.sections.header import Known


def read(text: str | bytes, *, known: Known = None) -> tuple[Agreement | None, list[Mistake]]:
    """Read a YAML file; never raises, whatever the text.

    Args:
        text: The file.
        known: Versions that are published, by partnership; with it, the superseded version must be one of them.

    Returns:
        The agreement and no mistakes, or none and every mistake in the order of the file.
    """
    findings = Findings()
    agreement = assemble(root_of(load(text, findings), findings), known)
    return agreement, findings.in_order()


def check_document(document: object) -> list[Mistake]:
    """Every mistake of a document that came as JSON; their line is None."""
    findings = Findings()
    assemble(root_of(document, findings))
    return findings.in_order()


def parse(document: Mapping[str, object]) -> Agreement:
    """The agreement of a document that was checked before, such as one from the database.

    Raises:
        AgreementError: It has mistakes after all.
    """
    findings = Findings()
    agreement = assemble(root_of(document, findings))
    if agreement is None:
        raise AgreementError(findings.in_order())
    return agreement
