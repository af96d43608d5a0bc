"""Each mistake of the parts on people, law and governance: one change to the whole example agreement."""

from __future__ import annotations

import pytest

from escalation.agreement import read
from tests.support.example_agreement import PATH

TEXT = PATH.read_text(encoding="utf-8")
DECISION = "decision: declare_force_majeure, body: steering_committee, rule: both, within: P5D, if_silent: refused"
GRANT = "- {decision: grant_exclusion, body: service_review_board, rule: both, within: P10D, if_silent: escalate}"
SETTLE = "- {decision: settle_severity, body: severity_panel, rule: both, within: PT2H, if_silent: higher}"
BACKDATE = "- {decision: backdate_fact, body: service_review_board, rule: both, within: P5D, if_silent: refused}"
EXTEND = "- {decision: extend_action, body: service_review_board, rule: both, within: P5D, if_silent: refused}"
STEPS = "steps: [service_review_board, steering_committee, mediation]"
PHASES = "calendar: always, may_follow_in_phases: true"

MISTAKES = [
    # term and defaults
    ("effective_to: null", "effective_to: 9999-12-31T23:59:59Z", "term.effective_to", "not an instant", "offset"),
    ("notice: P90D", "notice: PT90H", "term.notice", "'PT90H' is not a usable span", "local calendar dates"),
    ("notice: P90D", "notice: P0D", "term.notice", "'P0D'", "at most a hundred years"),
    ("notice: P90D", "notice: P101Y", "term.notice", "'P101Y'", "at most a hundred years"),
    ("notice: P90D", "notice: P90D, handover: {to: globx}", "term.handover.to", "no party", "did you mean 'globex'?"),
    ("notice: P90D", "notice: P90D, handover: {to: []}", "term.handover.to", "nobody receives", "leave `handover` out"),
    ("notice: P90D", "notice: P90D, handover: {}", "term.handover.to", "missing", "add `to`"),
    ("currency: EUR", "currency: euro", "defaults.currency", "'euro' is not a currency", "such as EUR"),
    # bodies
    ("members: [acme-sm, globex-ops]", "members: []", "bodies.0.members", "nobody sits here", "at least one contact"),
    (
        "members: [acme-sm, globex-ops]",
        "members: [acme-sm, globex-op]",
        "bodies.0.members.1",
        "no contact",
        "'globex-ops'?",
    ),
    ("members: [acme-sm, globex-ops]", "members: [acme-sm, acme-sm, globex-ops]", "bodies.0.members.1", "twice", "one"),
    (
        "members: [acme-sm, globex-ops]",
        "members: [acme-sm, globex-ops, authority]",
        "bodies.0.members.2",
        "no vote",
        "name",
    ),
    ("id: severity_panel, ", "id: steering_committee, ", "bodies.2.id", "declared twice", "its own id"),
    # legal notifications
    ("duty_of: client", "duty_of: clint", "notifications.1.duty_of", "no party 'clint'", "did you mean 'client'?"),
    ("to: client.dpo", "to: client.dpp", "notifications.0.to", "nobody holds 'client.dpp'", "'client.dpo'?"),
    ("to: supervisory_authority", "to: authorities", "notifications.1.to", "no contact of role", "declared"),
    ("from: became_aware", "from: reported", "notifications.0.from", "'reported' is not supported", "'became_aware'"),
    ("within: PT72H,\n", "within: P3D,\n", "notifications.1.within", "'P3D'", "no fixed length on a clock"),
    (
        PHASES,
        PHASES.replace("always", "berlin-office"),
        "notifications.1.calendar",
        "closes at times",
        "without holidays",
    ),
    (PHASES, PHASES.replace("always", "alway"), "notifications.1.calendar", "no calendar", "did you mean 'always'?"),
    (PHASES, PHASES.replace("true", "maybe"), "notifications.1.may_follow_in_phases", "'maybe'", "true or false"),
    ("late_needs: reasons", "late_needs: reason", "notifications.1.late_needs", "not understood", "'reasons'?"),
    ("unless: unlikely_risk", "unless: personal_data_breach", "notifications.1.unless", "also waives", "another flag"),
    ("{flag: significant}", "{flags: significant}", "notifications.2.applies_when.flags", "unknown key", "'flag'?"),
    ("id: early-warning", "id: resolve", "notifications.2.id", "also the name of a target", "another id"),
    # authorities
    (
        "decision: extend_action",
        "decision: extend_actions",
        "governance.authorities.4.decision",
        "not understood",
        "'ext",
    ),
    (DECISION, DECISION.replace("majeure", "majeur"), "governance.authorities.0.decision", "no exclusion", "majeure'?"),
    (
        DECISION,
        DECISION.replace("ing_com", "ing_con"),
        "governance.authorities.0.body",
        "no body",
        "'steering_committee'?",
    ),
    (DECISION, DECISION.replace("both", "most"), "governance.authorities.0.rule", "'most'", "one of: both, any"),
    (
        DECISION,
        DECISION.replace("P5D", "5 days"),
        "governance.authorities.0.within",
        "'5 days'",
        "PT2H for hours, or P5D",
    ),
    (
        DECISION,
        DECISION.replace("refused", "higher"),
        "governance.authorities.0.if_silent",
        "'higher'",
        "refused, granted",
    ),
    (SETTLE, SETTLE.replace("higher", "granted"), "governance.authorities.2.if_silent", "'granted'", "higher, lower"),
    (SETTLE, SETTLE.replace("PT2H", "PT3H"), "severity.dispute.within", "`settle_severity`", "the same time in both"),
    (
        DECISION,
        DECISION.replace("refused", "escalate"),
        "governance.authorities.0.if_silent",
        "no body comes after",
        "add",
    ),
    (
        STEPS,
        "steps: [service_review_board, mediation]",
        "governance.authorities.1.if_silent",
        "no body comes",
        "refused",
    ),
    (
        "members: [acme-duty, globex-ops]",
        "members: [acme-duty, acme-sm]",
        "governance.authorities.2.rule",
        "only 'acme' sits in 'severity_panel'",
        "or write any",
    ),
    (GRANT, "", "exclusions.1.authority", "nobody may decide `grant_exclusion`", "body: service_review_board"),
    (SETTLE, "", "severity.dispute.decided_by", "nobody may decide `settle_severity`", "body: severity_panel"),
    (BACKDATE, "", "clock_rules.late_facts.beyond", "nobody may decide `backdate_fact`", "spec.governance.authorities"),
    (EXTEND, "", "pauses.3.authority", "nobody may decide `extend_action`", "body: service_review_board"),
    (
        "reason: monitoring,",
        "reason: monitoring, authority: severity_panel,",
        "pauses.2.authority",
        "nobody may decide `grant_pause`",
        "body: severity_panel",
    ),
    (
        "supplier_incident_ref, authority: service_review_board",
        "supplier_incident_ref, authority: severity_panel",
        "exclusions.1.authority",
        "lets 'service_review_board' decide `grant_exclusion`",
        "or add an authority for `declare_third_party_failure`",
    ),
    (
        "decided_by: severity_panel",
        "decided_by: steering_committee",
        "severity.dispute.decided_by",
        "lets",
        "same body",
    ),
    # amendments
    ("by: any_signatory", "by: initech", "governance.amendments.proposed_by", "not a signatory", "any_signatory"),
    ("by: any_signatory", "by: anybody", "governance.amendments.proposed_by", "no party 'anybody'", "declared: acme"),
    ("notice: P30D", "notice: 30", "governance.amendments.notice", "30 is not a usable span", "local calendar dates"),
    ("signed_by: [acme, globex]", "signed_by: []", "governance.amendments.signed_by", "nobody signs", "remove the key"),
    (
        "signed_by: [acme, globex]",
        "signed_by: [acme, initech]",
        "governance.amendments.signed_by.1",
        "signatory",
        "kind",
    ),
    ("signed_by: [acme, globex]", "signed_by: [acme, acme]", "governance.amendments.signed_by.1", "twice", "keep one"),
    ("opened_after", "open", "governance.amendments.applies_to", "not supported", "'incidents_opened_after'"),
    ("{needs: [acme, globex]}", "{}", "governance.amendments.may_migrate_open.needs", "missing", "add `needs`"),
    # disputes, records, reviews
    (
        "raise_within: P30D",
        "raise_within: PT30H",
        "governance.disputes.raise_within",
        "'PT30H'",
        "local calendar dates",
    ),
    (
        "committee, mediation]",
        "committe, mediation]",
        "governance.disputes.steps.1",
        "no body",
        "'steering_committee'?",
    ),
    (
        "mediation]",
        "{to: mediation, within: soon}]",
        "governance.disputes.steps.2.within",
        "'soon'",
        "local calendar dates",
    ),
    ("mediation]", "mediation, mediation]", "governance.disputes.steps.3", "a step already", "keep one"),
    ("retain: P7Y", "retain: 7 years", "governance.records.retain", "'7 years'", "P7Y"),
    ("timestamps: utc", "timestamps: local", "governance.records.timestamps", "not supported yet", "'utc'"),
    ("resolution: PT1S", "resolution: PT1M", "governance.records.resolution", "not supported yet", "'PT1S'"),
    ("chair: client.sponsor", "chair: client.spnsor", "governance.reviews.1.chair", "nobody holds", "client.sponsor"),
    ("every: P1M", "every: month", "governance.reviews.0.every", "'month'", "local calendar dates"),
    ("deviations, open_actions]", "deviation]", "governance.reviews.0.inputs.1", "'deviation'", "'deviations'?"),
    ("quorum: [acme, globex]", "quorum: [acme, globx]", "governance.reviews.1.quorum.1", "no party", "'globex'?"),
    # remedies
    ("{amount: monthly_service_fee, ", "{", "remedies.basis.amount", "missing", "add `amount`"),
    ("per: service,", "per: servic,", "remedies.basis.per", "'servic'", "did you mean 'service'?"),
    (
        "below: 0.80",
        "below: 0.92",
        "remedies.credits.0.tiers.1.below",
        "overlaps the tier before it",
        "from high to low",
    ),
    ("below: 0.80", "below: 0.90", "remedies.credits.0.tiers.1.below", "overlaps the tier before it", "each once"),
    (
        "below: 0.90, credit",
        "below: 0.96, credit",
        "remedies.credits.0.tiers.0.below",
        "above the objective",
        "0.95 or less",
    ),
    ("below: 0.70", "below: 0", "remedies.credits.0.tiers.2.below", "no share is below 0", "such as 0.90"),
    ("below: 0.70", "below: 70%", "remedies.credits.0.tiers.2.below", "'70%' stands here", "from 0 to 1"),
    ("credit_pct: 20", "credit_pct: 10", "remedies.credits.0.tiers.2.credit_pct", "not more than the 10", "grow"),
    ("credit_pct: 20", "credit_pct: 120", "remedies.credits.0.tiers.2.credit_pct", "120 stands here", "at most 100"),
    ("credit_pct: 20", "credit_pct: 0", "remedies.credits.0.tiers.2.credit_pct", "0 stands here", "more than 0"),
    ("{for: s1-resolve, tiers", "{for: s2-resolve, tiers", "remedies.credits.0.for", "no objective", "did you mean"),
    (
        "{breach_of: notify-client}",
        "{breach_of: notify-clint}",
        "remedies.credits.1.for.breach_of",
        "no target or",
        "did",
    ),
    ("credit_pct: 10, per: event", "tiers: [], credit_pct: 10", "remedies.credits.1.tiers", "no share", "`credit_pct`"),
    ("per: event", "per: incident", "remedies.credits.1.per", "'incident'", "one of: event, interval"),
    ("order: highest_first", "order: biggest", "remedies.caps.order", "'biggest'", "highest_first"),
    ("per_year_pct: 12, o", "per_year_pct: 0, o", "remedies.caps.per_year_pct", "0 stands here", "more than 0"),
    ("double_recovery: false", "double_recovery: 0", "remedies.caps.double_recovery", "0 stands here", "true or false"),
    ("claim: {by: client", "claim: {by: buyer", "remedies.claim.by", "no party 'buyer'", "declared"),
    ("automatic: true", "automatic: often", "remedies.claim.automatic", "'often'", "true or false"),
    (
        "earn_back: {for: [s1-resolve]",
        "earn_back: {for: [s3-resolve]",
        "remedies.earn_back.for.0",
        "no credit for",
        "s1",
    ),
    (
        "earn_back: {for: [s1-resolve]",
        "earn_back: {for: []",
        "remedies.earn_back.for",
        "nothing is earned back",
        "remove",
    ),
    (
        "objective_met_for: 3",
        "objective_met_for: 0",
        "remedies.earn_back.if.objective_met_for",
        "0 stands here",
        "from 1",
    ),
    (
        "at_or_above: 0.995",
        "at_or_above: 0.9",
        "remedies.bonuses.0.at_or_above",
        "less than was promised",
        "0.95 or more",
    ),
    ("bonus_pct: 2, ", "", "remedies.bonuses.0.bonus_pct", "missing", "add `bonus_pct`"),
    ("of: s1-resolve", "of: s1-resolv", "remedies.termination_right.of", "no objective, target or", "'s1-resolve'?"),
    (
        "exercise_within: P60D",
        "exercise_within: PT60H",
        "remedies.termination_right.exercise_within",
        "'PT60H'",
        "dates",
    ),
    ("sole_remedy: false", "sole_remedy: none", "remedies.sole_remedy", "'none' stands here", "true or false"),
]


CONSEQUENCES = ("no body 'severity_panel' is declared", "nobody may decide `grant_exclusion`", "missing")
"""What else a change of the table makes wrong: elsewhere the same decision or body is needed too."""


@pytest.mark.parametrize(("old", "new", "field", "wrong", "right"), MISTAKES)
def test_a_single_mistake(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """One change makes one mistake at its line and field, that says what is wrong and what would be right."""
    assert old in TEXT
    agreement, mistakes = read(TEXT.replace(old, new, 1))
    found = [mistake for mistake in mistakes if mistake.field == f"spec.{field}"]
    others = [mistake.wrong for mistake in mistakes if mistake.field != f"spec.{field}"]
    assert agreement is None
    assert len(found) == 1
    assert found[0].line
    assert wrong in found[0].wrong
    assert right in found[0].right
    assert set(others) <= set(CONSEQUENCES)
