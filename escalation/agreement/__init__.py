"""What the parties agreed, as data: read from a file, checked as a whole, compiled for the clocks and the ladder."""

from __future__ import annotations

from escalation.agreement.model import Agreement, Recipient, Rung, Target
from escalation.agreement.reading import check_document, parse, read
from escalation.agreement.text.mistakes import AgreementError, Mistake

__all__ = ["Agreement", "AgreementError", "Mistake", "Recipient", "Rung", "Target", "check_document", "parse", "read"]
