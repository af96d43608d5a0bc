"""Why a command is refused: one named error each, so that a caller can tell them apart."""

from __future__ import annotations

from incidents.errors import InvalidField, Refused


class NotActive(Refused):
    """The incident is over (resolved, closed, cancelled or a duplicate). Reopen it first."""

    code = "not_active"


class AlreadyAcknowledged(Refused):
    """Somebody of your side has acknowledged the incident already."""

    code = "already_acknowledged"


class NotAcknowledged(Refused):
    """Nobody of your side has acknowledged the incident."""

    code = "not_acknowledged"


class NotSnoozed(Refused):
    """The incident is not snoozed."""

    code = "not_snoozed"


class PagesNobody(Refused):
    """The incident is another system's history: nobody is paged for it. Do it there."""

    code = "pages_nobody"


class TopOfLadder(Refused):
    """No rung above pages anybody. Name a rung, or reassign the incident."""

    code = "top_of_ladder"


class AlreadyAsked(Refused):
    """They were asked already, and have not answered."""

    code = "already_asked"


class AddresseeCannotSee(Refused):
    """They cannot see the incident. Share it first (change the visibility of its first entry)."""

    code = "addressee_cannot_see"


class RequestAnswered(Refused):
    """The request was answered already. Ask again if you need somebody."""

    code = "request_answered"


class NotAsked(Refused):
    """Only whoever was asked answers: somebody of the party that was, or the one person."""

    code = "not_asked"


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
    """Another party has worked on this incident or was asked about it: it cannot be taken away from them."""

    code = "others_took_part"


class NoSuchOriginal(InvalidField):
    """There is no such incident in this partnership."""

    def __init__(self) -> None:
        """Name the field."""
        super().__init__("of", "There is no such incident in this partnership. Give its id or number (INC-1042).")


class OthersRoles(Refused):
    """Who works on an incident for the other party is theirs to say. Give roles for your own."""

    code = "others_roles"


class NotClaimable(Refused):
    """The agreement gives nobody the authority to grant this."""

    code = "not_claimable"


class VoterCannotSee(Refused):
    """A party that decides this cannot see the incident. Share it first (change the visibility of its first entry)."""

    code = "voter_cannot_see"


class TooManyClaims(Refused):
    """As many claims wait on this incident as may. Let them be decided, or withdraw one."""

    code = "too_many_claims"


class TooMuchEvidence(Refused):
    """This claim has as much evidence as it may. Say where the rest can be read."""

    code = "too_much_evidence"


class ClaimOver(Refused):
    """The claim has been decided, or was withdrawn. Make a new one if there is something new to say."""

    code = "claim_over"


class AlreadyClaimed(Refused):
    """The same claim is waiting for a decision already. Add evidence to that one."""

    code = "already_claimed"


class NotAVoter(Refused):
    """Only the parties that sit in the body decide this claim."""

    code = "not_a_voter"


class NotYourClaim(Refused):
    """Only the party that made a claim can withdraw it."""

    code = "not_your_claim"


class SeverityDisputed(Refused):
    """The severity is before a body already. Vote on that claim, or withdraw it, before another is proposed."""

    code = "severity_disputed"


class NotYourSeverity(Refused):
    """Under the agreement you neither set nor propose severities. Use a key of a party that does."""

    code = "not_your_severity"


class AuthorityNeeded(Refused):
    """This pause must be granted by a body. Make a claim of kind pause."""

    code = "authority_needed"


class NotYourVeto(Refused):
    """Only the party that the agreement names may veto this pause."""

    code = "not_your_veto"


class AlreadyAware(Refused):
    """It is on record already when this party became aware. If that time is wrong, claim the right one."""

    code = "already_aware"


class NotAware(Refused):
    """It is not on record yet that the party became aware. Say that first, with its time."""

    code = "not_aware"


class NotYourAwareness(Refused):
    """What a party knew is its own to say, with a key of its own."""

    code = "not_your_awareness"


class NotYourDuty(Refused):
    """Another party owes this notification."""

    code = "not_your_duty"


class AlreadyFiled(Refused):
    """A complete filing is on record already. Amend that one."""

    code = "already_filed"


class FilingConfirmed(Refused):
    """Whoever was notified has confirmed this filing already."""

    code = "filing_confirmed"


class SameFlags(Refused):
    """The incident has just those flags already."""

    code = "same_flags"


class NothingToReview(Refused):
    """A review looks back. Resolve the incident first."""

    code = "nothing_to_review"


class AlreadyPublished(Refused):
    """Its review was published already."""

    code = "already_published"


class AlreadyAgreed(Refused):
    """There is an action of that name already. Give each action a name of its own."""

    code = "already_agreed"


class ActionOver(Refused):
    """The action was closed already."""

    code = "action_over"
