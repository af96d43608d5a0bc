"""Why a command is refused: one named error each, so that a caller can tell them apart."""

from __future__ import annotations

from incidents.errors import InvalidField, Refused


class NotActive(Refused):
    """The incident is over (resolved, closed, cancelled or a duplicate). Reopen it first."""

    code = "not_active"


class AlreadyAcknowledged(Refused):
    """Somebody has acknowledged the incident already."""

    code = "already_acknowledged"


class NotAcknowledged(Refused):
    """Nobody has acknowledged the incident."""

    code = "not_acknowledged"


class SameSeverity(Refused):
    """The incident has that severity already."""

    code = "same_severity"


class AlreadyMitigated(Refused):
    """The incident is mitigated already."""

    code = "already_mitigated"


class AlreadyPaused(Refused):
    """A pause with that reason is running already."""

    code = "already_paused"


class NotPaused(Refused):
    """No pause with that reason is running."""

    code = "not_paused"


class NotOver(Refused):
    """Only a resolved or closed incident can be reopened."""

    code = "not_over"


class NotResolved(Refused):
    """Only a resolved incident can be closed. Resolve it first, or cancel it."""

    code = "not_resolved"


class Withdrawn(Refused):
    """The incident was cancelled or is a duplicate: nothing more can happen to it."""

    code = "withdrawn"


class OwnDuplicate(Refused):
    """An incident cannot be a duplicate of itself."""

    code = "own_duplicate"


class OriginalHidden(Refused):
    """Some who see this incident would learn that there is the other. Share that one first, or restrict this one."""

    code = "original_hidden"


class TooLate(Refused):
    """That lies further back than the agreement lets a fact be reported."""

    code = "too_late"


class NotYours(Refused):
    """Only the party whose entry it is decides who else sees it."""

    code = "not_yours"


class OthersTookPart(Refused):
    """Another party has already worked on this incident: it cannot be taken away from them."""

    code = "others_took_part"


class NoSuchOriginal(InvalidField):
    """There is no such incident in this partnership."""

    def __init__(self) -> None:
        """Name the field."""
        super().__init__("of", "There is no such incident in this partnership. Give its id or number (INC-1042).")


class OthersRoles(Refused):
    """Who works on an incident for the other party is theirs to say. Give roles for your own."""

    code = "others_roles"
