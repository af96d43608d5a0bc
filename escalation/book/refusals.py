"""Why something cannot be done with an agreement: one named error each."""

from __future__ import annotations

from incidents.errors import Refused


class VersionTaken(Refused):
    """That version is published already, with other content. A version is immutable: raise metadata.version."""

    code = "version_taken"


class VersionTooLow(Refused):
    """A newer version is published. Give metadata.version a number above it."""

    code = "version_too_low"


class VersionUsedUp(Refused):
    """That version was withdrawn or has lapsed, and its number is not used again. Raise metadata.version."""

    code = "version_used_up"


class NotYoursToPropose(Refused):
    """The agreement in force does not let your party propose (governance.amendments.proposed_by). Ask who may."""

    code = "not_yours_to_propose"


class NotToBeProposed(Refused):
    """Parties amend an agreement that is in force and needs signatures. Any other version the operator publishes."""

    code = "not_to_be_proposed"


class NotNext(Refused):
    """A party proposes the version that follows the newest one. Give metadata.version that number."""

    code = "not_next"


class TooManyOpen(Refused):
    """Your party has as many proposals waiting as it may. Withdraw one, or wait until it is signed or lapses."""

    code = "too_many_open"


class DigestDiffers(Refused):
    """The version has another digest than the one you would sign. Read the document again, then sign what it says."""

    code = "digest_differs"


class NotASigner(Refused):
    """It does not need a signature of yours: sign as a member of one of the parties that must."""

    code = "not_a_signer"


class NotProposed(Refused):
    """It is no open proposal any more."""

    code = "not_proposed"


class Overtaken(Refused):
    """A newer version has been agreed since. Propose your changes as a version above it."""

    code = "overtaken"


class NotYours(Refused):
    """Only the party that proposed it, or the operator, can take it back."""

    code = "not_yours"


class NothingToMigrate(Refused):
    """No running incident would move to that version."""

    code = "nothing_to_migrate"


class TooManyToMigrate(Refused):
    """More incidents would move than one migration takes. Name some of them in `incidents`, and the others later."""

    code = "too_many_to_migrate"


class CannotMigrate(Refused):
    """An incident does not fit the version: it does not name its service or severity, or a party may not see it."""

    code = "cannot_migrate"


class NotInForce(Refused):
    """The agreement is not in force."""

    code = "not_in_force"


class NoNoticePeriod(Refused):
    """The agreement names no notice period (spec.term.notice). Agree on a version that ends, or that names one."""

    code = "no_notice_period"


class NoticeTooLate(Refused):
    """The last day on which notice could be given is over: the agreement ends when it says."""

    code = "notice_too_late"


class NoticeAlreadyGiven(Refused):
    """Notice was given before."""

    code = "notice_already_given"


class NotEnded(Refused):
    """The agreement has not ended. The record is handed over at its end; until then, export the events."""

    code = "not_ended"
