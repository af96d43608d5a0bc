from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import refusals
from incidents.errors import InvalidField
from incidents.incident.claims import BOTH, Claim
from incidents.terms import ExclusionSought, PauseSought
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed, delay
from tests.support.clocked import moment
from tests.support.example_agreement import worded

EVIDENCE = "Ticket 4711"


def sought(name: str, until: float | None = HOUR, at_fault: str | None = None) -> ExclusionSought:
    """Give an exclusion that is claimed, with evidence."""
    return delay(0, until, name=name, at_fault=at_fault, evidence=EVIDENCE)


def test_a_claim_says_who_decides_it_until_when() -> None:
    """The board has ten local dates, the whole last day of them; both parties sit in it, and silence escalates."""
    case = Claimed()
    number = case.claim()
    claim = case.incident.claims[number]
    assert (claim.kind, claim.name, claim.decision) == ("exclusion", "client_caused_delay", "grant_exclusion")
    assert (claim.body, claim.voters, claim.rule) == ("service_review_board", (PROVIDER, CLIENT), BOTH)
    assert (claim.if_silent, claim.due_at) == ("escalate", moment(10 * DAYS + 11 * HOUR))
    assert claim.clocks == ("workaround", "resolve")
    assert claim.open


def test_an_exclusion_that_has_an_authority_of_its_own_is_decided_by_it() -> None:
    """`declare_force_majeure` goes before `grant_exclusion`; without an end it lasts as long as it may at most."""
    case = Claimed()
    case.act(HOUR, "claim_exclusion", sought("force_majeure", until=None), "A flood")
    assert (case.only.decision, case.only.body, case.only.if_silent) == (
        "declare_force_majeure",
        "steering_committee",
        "refused",
    )
    assert case.only.until == moment(30 * DAYS + 11 * HOUR) - timedelta(hours=1)
    assert set(case.only.clocks) == set(case.agreement.targets)


@pytest.mark.parametrize(
    ("at", "exclusion", "field", "words"),
    [
        (HOUR, sought("strike"), "name", "client_caused_delay"),
        (HOUR, delay(until=-1), "until", "after `start`"),
        (HOUR, delay(until=0), "until", "after `start`"),
        (HOUR, delay(start=-4000 * DAYS), "start", "ten years"),
        (HOUR, delay(until=4000 * DAYS), "until", "ten years"),
        (HOUR, delay(clocks=()), "clocks", "no clock"),
        (HOUR, delay(clocks=("acknowledge",)), "clocks", "does not concern acknowledge"),
        (HOUR, delay(clocks=("update",)), "clocks", "workaround, resolve"),
        (5 * DAYS + 11 * HOUR + 1, delay(), "start", "too late"),
        (HOUR, delay(name="force_majeure"), "evidence", "force_majeure needs evidence"),
        (HOUR, delay(name="third_party_failure"), "evidence", "supplier_incident_ref"),
        (24 * HOUR + 1, sought("force_majeure"), "start", "too late"),
        (HOUR, sought("force_majeure", until=31 * DAYS), "until", "at most"),
        (HOUR, sought("third_party_failure", at_fault="nobody"), "at_fault", "initech"),
        (HOUR, delay(until=None), "until", "Say until when client_caused_delay lasts"),
    ],
)
def test_what_cannot_be_claimed_is_refused_by_its_field(
    at: float, exclusion: ExclusionSought, field: str, words: str
) -> None:
    """Each limit of the agreement has a refusal that names what would be right."""
    case = Claimed()
    with pytest.raises(InvalidField) as refused:
        case.act(at, "claim_exclusion", exclusion, "So it was.")
    assert refused.value.field == field
    assert words in refused.value.message
    assert case.incident.claims == {}


@pytest.mark.parametrize(
    ("at", "exclusion"),
    [
        (5 * DAYS + 11 * HOUR, delay()),
        (24 * HOUR, sought("force_majeure")),
        (HOUR, sought("third_party_failure", at_fault=CLIENT)),
        (HOUR, sought("third_party_failure")),
        (HOUR, delay(start=2 * HOUR, until=3 * HOUR, clocks=("resolve",))),
    ],
)
def test_what_keeps_within_the_limits_is_claimed(at: float, exclusion: ExclusionSought) -> None:
    """The last instant of a window still belongs to it; time ahead may be claimed too."""
    case = Claimed()
    case.act(at, "claim_exclusion", exclusion, "So it was.")
    assert case.only.open


def test_nobody_is_excused_by_the_failure_of_their_own_supplier() -> None:
    """Initech supplies the provider, who answers for it."""
    case = Claimed()
    with pytest.raises(refusals.NotClaimable, match="initech supplies the provider"):
        case.act(HOUR, "claim_exclusion", sought("third_party_failure", at_fault="initech"), "It was them.")


def test_a_supplier_is_one_by_role_or_by_service() -> None:
    """Either says that the provider answers for it; a party that does neither is a third one."""
    example = Claimed().agreement
    initech = replace(example.parties["initech"], to=None)
    by_role = {"services": {name: each for name, each in example.services.items() if each.provided_by != "initech"}}
    by_service = {"parties": {**example.parties, "initech": initech}}
    for changes, expected in (
        (by_role, "not_claimable"),
        (by_service, "not_claimable"),
        (by_role | by_service, "done"),
    ):
        case = Claimed(replace(example, **changes))
        wanted = sought("third_party_failure", at_fault="initech")
        assert case.tried(HOUR, "claim_exclusion", wanted, "It was them.") == expected


@pytest.mark.parametrize(("service", "expected"), [("payments-api", "not_claimable"), ("reporting", "done")])
def test_an_exclusion_may_be_for_some_services_only(service: str, expected: str) -> None:
    """For incidents of others it cannot be claimed."""
    example = Claimed().agreement
    rule = replace(example.exclusions["client_caused_delay"], services=("reporting",))
    case = Claimed(replace(example, exclusions={rule.id: rule}), service=service)
    assert case.tried(HOUR, "claim_exclusion", delay(), "They had locked us out.") == expected


def test_what_holds_by_itself_needs_no_claim() -> None:
    """Maintenance stops clocks by its windows."""
    with pytest.raises(refusals.NotClaimable, match="holds by itself"):
        Claimed().act(HOUR, "claim_exclusion", sought("planned_maintenance"), "We maintained.")


def test_an_exclusion_stops_no_clock_that_cannot_be_paused() -> None:
    """Clock rule 14: of all targets only those that some reason may pause."""
    example = Claimed().agreement
    rule = replace(example.exclusions["client_caused_delay"], targets=())
    case = Claimed(replace(example, exclusions={rule.id: rule}))
    case.claim()
    assert set(case.only.clocks) == {"update", "workaround", "resolve", "action_due"}


def test_the_same_claim_waits_only_once() -> None:
    """Another time, or once it was decided, is another claim."""
    case = Claimed()
    number = case.claim()
    with pytest.raises(refusals.AlreadyClaimed) as refused:
        case.claim()
    assert refused.value.details == {"claim": number}
    case.claim(start=60)
    case.vote(HOUR, number, "refused", CLIENT)
    case.claim()
    assert len(case.incident.claims) == 3


def test_both_must_grant_and_the_last_vote_decides() -> None:
    """The fact that decides comes in the same command as the vote."""
    case = Claimed()
    number = case.claim()
    case.vote(2 * HOUR, number, "granted", PROVIDER)
    assert case.only.open
    before = case.incident.version
    case.vote(3 * HOUR, number, "granted", CLIENT)
    assert case.facts(before) == ["VoteCast", "ClaimDecided"]
    assert (case.only.outcome, case.only.decided_at) == ("granted", moment(3 * HOUR))


def test_a_vote_may_be_changed_until_the_claim_is_decided() -> None:
    """Who granted may refuse; then it is over."""
    case = Claimed()
    number = case.claim()
    case.vote(2 * HOUR, number, "granted", CLIENT)
    case.vote(2 * HOUR, number, "refused", CLIENT)
    assert case.only.outcome == "refused"
    with pytest.raises(refusals.ClaimOver) as refused:
        case.vote(2 * HOUR, number, "granted", PROVIDER)
    assert refused.value.details == {"outcome": "refused"}


@pytest.mark.parametrize(
    ("party", "vote", "error"),
    [
        ("initech", "granted", refusals.NotAVoter),
        (None, "granted", refusals.NotAVoter),
        (CLIENT, "S1", InvalidField),
        (CLIENT, "maybe", InvalidField),
    ],
)
def test_who_does_not_sit_in_the_body_has_no_vote(party: str | None, vote: str, error: type[Exception]) -> None:
    """Nor is anything a vote but yes and no."""
    case = Claimed()
    number = case.claim()
    with pytest.raises(error):
        case.act(HOUR, "vote", number, vote, None, party=party)
    assert case.only.votes == {}


def test_a_vote_after_the_deadline_comes_too_late() -> None:
    """Also before the engine has said so: the deadline itself decides."""
    case = Claimed()
    number = case.claim()
    due = 10 * DAYS + 11 * HOUR
    case.vote(due - 1, number, "granted", PROVIDER)
    with pytest.raises(refusals.ClaimOver, match="has passed"):
        case.vote(due, number, "granted", CLIENT)


@pytest.mark.parametrize(
    ("command", "args"), [("vote", (9, "granted", None)), ("give_evidence", (9, "x")), ("withdraw_claim", (9, None))]
)
def test_a_claim_that_there_is_not_is_named(command: str, args: tuple[object, ...]) -> None:
    """Whatever is done about it."""
    with pytest.raises(InvalidField) as refused:
        Claimed().act(HOUR, command, *args)
    assert refused.value.field == "claim"


def test_evidence_is_added_and_a_claim_taken_back_by_who_made_it() -> None:
    """Anybody may add evidence; only the claim's own party, or neither side, takes it back."""
    case = Claimed()
    number = case.claim()
    case.act(HOUR, "give_evidence", number, EVIDENCE, party=CLIENT)
    assert case.only.evidence == (EVIDENCE,)
    with pytest.raises(refusals.NotYourClaim):
        case.act(HOUR, "withdraw_claim", number, None, party=CLIENT)
    case.act(HOUR, "withdraw_claim", number, "A mistake")
    assert case.only.outcome == "withdrawn"
    with pytest.raises(refusals.ClaimOver):
        case.act(HOUR, "give_evidence", number, EVIDENCE)


def test_nothing_is_claimed_of_what_was_withdrawn_but_of_what_is_over() -> None:
    """What a breach is worth is decided after the end; of a false alarm nothing is."""
    case = Claimed()
    case.resolve(HOUR)
    number = case.claim(2 * HOUR)
    case.reopen(3 * HOUR)
    case.cancel(4 * HOUR)
    with pytest.raises(refusals.Withdrawn):
        case.vote(5 * HOUR, number, "granted", CLIENT)
    with pytest.raises(refusals.Withdrawn):
        case.claim(5 * HOUR, start=1)


@given(
    st.permutations([PROVIDER, CLIENT]),
    st.sampled_from(["granted", "refused"]),
    st.sampled_from(["granted", "refused"]),
)
def test_the_order_of_votes_does_not_matter(order: list[str], acme: str, globex: str) -> None:
    """Granted if both grant, else refused; and once decided it is decided."""
    case = Claimed()
    number = case.claim()
    wanted = {PROVIDER: acme, CLIENT: globex}
    for party in order:
        try:
            case.vote(2 * HOUR, number, wanted[party], party)
        except refusals.ClaimOver:
            assert wanted[order[0]] == "refused"
    assert case.only.outcome == ("granted" if acme == globex == "granted" else "refused")
    assert case.facts().count("ClaimDecided") == 1


VOTE = st.sampled_from(["S1", "S2", "S3"])


@given(st.sampled_from(["both", "any"]), VOTE, VOTE, VOTE, st.sampled_from(["S1", "escalate"]))
def test_severities_are_settled_by_agreement_in_any_order(
    rule: str, one: str, two: str, three: str, silent: str
) -> None:
    """Both must want the same, else it is as if they were silent; by `any` the first decides."""
    votes = {"a": one, "b": two, "c": three}
    outcomes = set()
    for order in permutations(votes):
        claim = disputed(rule, silent)
        for party in order:
            if claim.verdict is None:
                claim = claim.voted(party, votes[party])
        outcomes.add(claim.verdict)
    if rule == "any":
        assert outcomes == {one, two, three}
    elif one == two == three:
        assert outcomes == {one}
    else:
        assert outcomes == {None if silent == "escalate" else silent}


def disputed(rule: str, if_silent: str) -> Claim:
    """Give a dispute between S2, which stands, and S1, before three parties."""
    case = Claimed()
    case.claim()
    return replace(
        case.only, kind="severity", name="S1", standing="S2", voters=("a", "b", "c"), rule=rule, if_silent=if_silent
    )


def test_an_older_time_is_claimed_of_a_fact_of_people() -> None:
    """The entry is its version; the board decides within five local dates."""
    case = Claimed()
    case.acknowledge(2 * HOUR)
    case.act(3 * HOUR, "claim_backdating", 2, moment(HOUR), "The page was answered by phone.")
    assert (case.only.kind, case.only.entry, case.only.start) == ("backdating", 2, moment(HOUR))
    assert (case.only.decision, case.only.if_silent) == ("backdate_fact", "refused")


@pytest.mark.parametrize(
    ("entry", "at", "field"),
    [(0, HOUR, "entry"), (9, HOUR, "entry"), (3, 0, "entry"), (2, 2 * HOUR, "start"), (2, -1, "start")],
)
def test_a_time_that_is_no_older_one_is_refused(entry: int, at: float, field: str) -> None:
    """Nor one before the report, nor one of what the engine says."""
    case = Claimed()
    case.acknowledge(2 * HOUR)
    case.do(2 * HOUR, lambda it, when: it.tell(it.PauseExpired, when, reason="monitoring"))
    with pytest.raises(InvalidField) as refused:
        case.act(3 * HOUR, "claim_backdating", entry, moment(at), "So it was.")
    assert refused.value.field == field


def test_an_older_time_of_what_was_taken_back_changes_nothing_now() -> None:
    """It was acknowledged anew since: that time stands."""
    case = Claimed()
    case.acknowledge(2 * HOUR)
    case.unacknowledge(3 * HOUR)
    case.acknowledge(4 * HOUR)
    case.act(5 * HOUR, "claim_backdating", 2, moment(HOUR), "So it was.")
    for party in (PROVIDER, CLIENT):
        case.vote(5 * HOUR, case.only.number, "granted", party)
    assert case.incident.acknowledged_at == moment(4 * HOUR)


@pytest.mark.parametrize("vote", ["granted", "refused"])
def test_what_an_incident_says_of_itself_follows_an_older_time(vote: str) -> None:
    """Of each fact that it remembers the time of; a refused one changes nothing."""
    case = Claimed()
    case.acknowledge(2 * HOUR)
    case.mitigate(3 * HOUR)
    case.resolve(4 * HOUR)
    case.act(4 * HOUR, "become_aware", CLIENT, party=CLIENT)
    names = ("reported_at", "acknowledged_at", "mitigated_at", "resolved_at")
    told = [*(getattr(case.incident, name) for name in names), case.incident.aware[CLIENT]]
    for entry in range(1, 6):
        older = case.incident.history[entry - 1].at - timedelta(minutes=30)
        case.act(5 * HOUR, "claim_backdating", entry, older, "So it was.")
        for party in (PROVIDER, CLIENT):
            if case.incident.open_claims:
                case.vote(5 * HOUR, case.incident.open_claims[0].number, vote, party)
    now = [*(getattr(case.incident, name) for name in names), case.incident.aware[CLIENT]]
    earlier = timedelta(minutes=30 if vote == "granted" else 0)
    assert now == [each - earlier for each in told]


def test_where_nobody_may_accept_an_older_time_none_is_claimed() -> None:
    """The agreement decides whether there is more than its limit."""
    case = Claimed(worded({", beyond: needs_authority": ""}))
    case.acknowledge(2 * HOUR)
    with pytest.raises(refusals.NotClaimable):
        case.act(3 * HOUR, "claim_backdating", 2, moment(HOUR), "So it was.")


def test_a_pause_that_needs_a_body_is_claimed_and_runs_once_it_is_granted() -> None:
    """Without an end it shows among the running pauses, and is ended as they are."""
    case = Claimed()
    with pytest.raises(refusals.AuthorityNeeded):
        case.act(HOUR, "pause", "approved_extension", None, None)
    case.act(HOUR, "claim_pause", PauseSought("approved_extension", moment(HOUR)), "Holidays")
    assert (case.only.decision, case.only.clocks) == ("extend_action", ("action_due",))
    number = case.only.number
    case.vote(2 * HOUR, number, "granted", PROVIDER)
    assert case.incident.pauses == {}
    case.vote(2 * HOUR, number, "granted", CLIENT)
    assert case.incident.pauses == {"approved_extension": moment(HOUR)}
    case.act(3 * HOUR, "resume", "approved_extension")
    assert case.incident.pauses == {}


def test_a_pause_of_the_past_is_claimed_from_who_may_accept_an_older_time() -> None:
    """Its clocks are those of its reason, and it needs the same evidence."""
    case = Claimed()
    past = PauseSought("waiting_on_partner", moment(0), moment(HOUR), ("resolve",))
    with pytest.raises(InvalidField, match="message_id"):
        case.act(2 * HOUR, "claim_pause", past, "We had asked.")
    case.act(2 * HOUR, "claim_pause", replace(past, evidence="<1@acme>"), "We had asked.")
    assert (case.only.decision, case.only.clocks, case.only.evidence) == ("backdate_fact", ("resolve",), ("<1@acme>",))
