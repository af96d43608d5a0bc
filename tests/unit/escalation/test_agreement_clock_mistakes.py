"""Each mistake in the parts of an agreement that say how clocks run: one change to the worked example."""

from __future__ import annotations

import pytest

from escalation.agreement import read
from tests.support.example_agreement import PATH

TEXT = PATH.read_text(encoding="utf-8")
REVIEW = "review_due:  {from: resolved, until: pir_published, applies_to: [S1, S2], pausable: false,"
ANSWER = (
    "answer: {from: request_sent_to_client, until: client_replied, duty_of: client, within: PT8H, calendar: always}"
)


def adding(target: str) -> tuple[str, str]:
    """A change that adds a target of its own."""
    return "    review_due:", f"    {target}\n    review_due:"


MISTAKES = [
    # powers over severities
    (
        "initial: provider.duty_manager",
        "initial: provider.dutty",
        "severity.set_by.initial",
        "nobody holds",
        "provider.",
    ),
    ("initial: provider.duty_manager", "initial: acme-duty", "severity.set_by.initial", "not the role", "PARTY.ROLE"),
    ("proposal: any_party", "proposal: any_one", "severity.set_by.proposal", "no party 'any_one'", "declared"),
    (", proposal: any_party", "", "severity.dispute", "nobody may propose", "`proposal: any_party`"),
    ("decided_by: severity_panel", "decided_by: severity_pannel", "severity.dispute.decided_by", "no body", "did you"),
    ("PT2H, calendar: always, m", "PT2H, calendar: alwys, m", "severity.dispute.calendar", "no calendar", "'always'?"),
    ("within: PT2H, calendar", "within: 2H, calendar", "severity.dispute.within", "'2H'", "PT2H"),
    ("meanwhile: higher", "meanwhile: worst", "severity.dispute.meanwhile", "'worst'", "higher, lower, standing"),
    ("consent_of: client", "consent_of: clent", "severity.downgrade.needs_consent_of", "no party", "'client'?"),
    # clock rules
    ("raise: PT0S", "raise: P1D", "clock_rules.retarget.min_remaining_on_raise", "'P1D'", "no fixed length on a clock"),
    ("beyond: needs_authority", "beyond: need_authority", "clock_rules.late_facts.beyond", "'need_a", "did you mean"),
    # targets
    ("    workaround:  {from", "    worcaround:  {from", "targets.worcaround", "unknown key", "'workaround'?"),
    (REVIEW, f"{REVIEW} within: PT1H,", "targets.review_due.by", "there is `within` too", "keep one"),
    ("by: {business_days: {S1: 3, S2: 5}, at: close_of_business}, ", "", "targets.review_due.within", "missing", "add"),
    ("business_days: {S1: 3,", "business_days: {S1: 0,", "targets.review_due.by.business_days.S1", "0 stands", "1 to"),
    ("business_days: {S1: 3,", "busyness_days: {S1: 3,", "targets.review_due.by.busyness_days", "unknown", "did you"),
    ("S2: 5}, at: close_of_business", "S2: 5}, at: noon", "targets.review_due.by.at", "'noon'", "'close_of_business'"),
    ("{S1: 3, S2: 5}", "{S1: 3}", "targets.review_due.by.business_days", "nothing is said about S2", "`S2: 3`"),
    (
        "{S1: 3, S2: 5}",
        "{S1: 3, S2: 5, S3: 9}",
        "targets.review_due.by.business_days.S3",
        "does not apply",
        "applies_to",
    ),
    ("{S1: 3, S2: 5}", "{S1: 3, S2: null}", "targets.review_due.by.business_days.S2", "applies to S2", "how long"),
    ("applies_to: [S1, S2]", "applies_to: [S1, S9]", "targets.review_due.applies_to.1", "no severity 'S9'", "S1, S2"),
    ("applies_to: [S1, S2]", "applies_to: []", "targets.review_due.applies_to", "an empty list", "name the sever"),
    ("per: action", "per: incident", "targets.action_due.per", "'incident' is not supported", "'action'"),
    ("per: action", "per: action, applies_to: [S1]", "targets.action_due.applies_to", "for actions", "remove it"),
    (REVIEW, f"{REVIEW} per: action,", "targets.review_due.per", "runs once", "`action_due`"),
    ("pausable: [approved_ext", "pausable: [aproved_ext", "targets.action_due.pausable.0", "no reason", "did you mean"),
    (
        "until: workaround_in_place",
        "until: mitigated",
        "targets.workaround.until",
        "'mitigated'",
        "'workaround_in_place'",
    ),
    (*adding(ANSWER.replace("until: client_replied, ", "")), "targets.answer.until", "missing", "add `until`"),
    (*adding(ANSWER.replace("request_sent", "request_snt")), "targets.answer.from", "not understood", "did you mean"),
    (*adding(ANSWER.replace("client_replied", "clint_replied")), "targets.answer.until", "not understood", "did you"),
    (
        *adding(ANSWER.replace("client_replied", "request_sent_to_client")),
        "targets.answer.until",
        "starts at",
        "another",
    ),
    (
        *adding(ANSWER.replace("client_replied", "action_closed")),
        "targets.answer.until",
        "one clock each",
        "action_due",
    ),
    (*adding(ANSWER.replace("duty_of: client", "duty_of: clients")), "targets.answer.duty_of", "no party", "'client'?"),
    (*adding(ANSWER.replace("answer:", "any:")), "targets.any", "no name of a clock", "choose another"),
    (*adding(ANSWER.replace(", calendar: always", "")), "targets.answer.calendar", "missing", "add `calendar`"),
    # pauses
    ("starts: fix_deployed", "starts: fix_deploid", "pauses.2.starts", "'fix_deploid'", "'fix_deployed'?"),
    ("ends: [client_replied]", "ends: [client_relied]", "pauses.0.ends.0", "not understood", "'client_replied'?"),
    ("ends: [client_replied]", "ends: [request_sent_to_client]", "pauses.0.ends.0", "begins this pause", "another"),
    ("evidence: message_id", "evidence: 5", "pauses.0.evidence", "5 is not a name", "a letter"),
    ("counts_in: target_calendar", "counts_in: berlin", "pauses.0.counts_in", "no calendar 'berlin'", "berlin-office"),
    ("max_each: PT72H, ", "", "pauses.0.counts_in", "no limit counts here", "`max_each`"),
    ("veto_by: client.service_owner", "veto_by: client.owner", "pauses.0.veto_by", "nobody holds", "client."),
    ("count_as_running", "count_as_paused", "pauses.2.on_relapse", "'count_as_paused'", "'count_as_running'"),
    ("ends: [confirmed, relapse]", "ends: [confirmed]", "pauses.2.on_relapse", "not end by a relapse", "add relapse"),
    (
        "authority: service_review_board}\n\n",
        "authority: board}\n\n",
        "pauses.3.authority",
        "no body 'board'",
        "service_",
    ),
    # exclusions
    ("effect: excuse, notify", "effect: forgive, notify", "exclusions.0.effect", "'forgive'", "stop_clock, excuse"),
    ("notify_within: PT24H", "notify_within: 24h", "exclusions.0.notify_within", "'24h'", "PT2H"),
    ("notify_within: PT24H", "notify_within: PT24H, claim_within: P5D", "exclusions.0.claim_within", "too", "keep one"),
    ("max: P30D", "max: P0D", "exclusions.0.max", "'P0D'", "at most a hundred years"),
    (
        "authority: steering_committee, max",
        "authority: steering, max",
        "exclusions.0.authority",
        "no body",
        "steering_c",
    ),
    ("supplier_of: provider", "supplier_of: providr", "exclusions.1.unless.supplier_of", "no party", "'provider'?"),
    (
        "targets: [workaround, resolve], claim",
        "targets: [workaround, resolv], claim",
        "exclusions.2.targets.1",
        "no t",
        "?",
    ),
    ("targets: [workaround, resolve], claim", "claim", "exclusions.2.targets", "missing", "add `targets`"),
    (
        "[workaround, resolve], claim",
        "[respond], claim",
        "exclusions.2.targets.0",
        "cannot be paused",
        "remove it here",
    ),
    ("[workaround, resolve], claim", "[review_due], claim", "exclusions.2.targets.0", "(clock rule 14)", "`pausable`"),
    ("claim_within: P5D, authority: service_review_board", "claim_within: P5D", "exclusions.2", "nobody grants", "add"),
    (
        "services: [reporting]",
        "services: [reports]",
        "exclusions.3.conditions.services.0",
        "no service",
        "'reporting'?",
    ),
    ("max_per_month: PT8H", "max_per_month: PT1H", "exclusions.3.conditions.max_per_month", "shorter than", "longer"),
    ("notice: P7D, max", "notice: PT7H, max", "exclusions.3.conditions.notice", "'PT7H'", "local calendar dates"),
    ("FREQ=MONTHLY;BYDAY=1SU", "FREQ=HOURLY", "exclusions.3.windows.0.rrule", "FREQ=HOURLY", "DAILY, WEEKLY"),
    ("FREQ=MONTHLY;BYDAY=1SU", "FREQ=MONTHLY", "exclusions.3.windows.0.rrule", "does not name its days", "BYDAY"),
    ("FREQ=MONTHLY;BYDAY=1SU", "FREQ=DAILY;COUNT=5", "exclusions.3.windows.0.rrule", "COUNT", "the agreement's term"),
    ("FREQ=MONTHLY;BYDAY=1SU", "each first Sunday", "exclusions.3.windows.0.rrule", "RFC 5545", "FREQ=MONTHLY"),
    (
        "FREQ=MONTHLY;BYDAY=1SU",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "exclusions.3.windows.0.rrule",
        "never comes",
        "ex",
    ),
    ('start: "02:00"', 'start: "2:00"', "exclusions.3.windows.0.start", "not a time of day", '"00:00"'),
    ('start: "02:00"', 'start: "24:00"', "exclusions.3.windows.0.start", "end of a day", '"00:00"'),
    ("PT4H, tz: Europe/Berlin}]", "PT4H, tz: Europe/Berln}]", "exclusions.3.windows.0.tz", "not a time zone", "Berlin"),
    # tolerance
    ("deviation_up_to: PT5M", "deviation_up_to: 5m", "tolerance.per_incident.0.deviation_up_to", "'5m'", "such as 10%"),
    ("deviation_up_to: 10%", "deviation_up_to: 0%", "tolerance.per_incident.1.deviation_up_to", "'0%'", "1% to 100%"),
    ("[workaround, resolve], dev", "[acknowledge], dev", "tolerance.per_incident.1.target", "already", "once"),
    ("target: acknowledge, dev", "target: aknowledge, dev", "tolerance.per_incident.0.target", "no target", "'ack"),
    ("[workaround, resolve], dev", "[review_due], dev", "tolerance.per_incident.1.deviation_up_to", "business", "PT4H"),
    ("never_for: [S1]", "never_for: [S0]", "tolerance.per_incident.1.never_for.0", "no severity 'S0'", "declared"),
    ("id: s3-resolve", "id: s1-resolve", "tolerance.per_period.1.id", "declared twice", "its own id"),
    (
        "target: resolve, severity: [S1]",
        "target: x, severity: [S1]",
        "tolerance.per_period.0.target",
        "no target",
        "res",
    ),
    (
        "target: resolve, severity: [S3, S4]",
        "target: update, severity: [S4]",
        "tolerance.per_period.1.severity.0",
        "",
        "t",
    ),
    ("{calendar: P3M}", "{calendar: P5M}", "tolerance.per_period.1.window.calendar", "no calendar period", "P6M"),
    ("{calendar: P3M}", "{calendar: P30D}", "tolerance.per_period.1.window.calendar", "no calendar period", "P1Y"),
    ("objective: 0.95", "objective: 95", "tolerance.per_period.0.objective", "95 stands here", "0 to 1"),
    (
        "breach_below: 0.90",
        "breach_below: 0.99",
        "tolerance.per_period.0.breach_below",
        "more than the objective",
        "not",
    ),
    ("min_sample: 5}", "min_sample: 0}", "tolerance.per_period.0.min_sample", "0 stands here", "from 1"),
    ("{deviations: 3,", "{deviations: 1,", "tolerance.turns_into_breach.deviations", "1 stands here", "from 2"),
    ("of: same_target", "of: same", "tolerance.turns_into_breach.of", "'same'", "same_target, any"),
    ("of: same_target, within: P3M", "of: any, within: PT9H", "tolerance.turns_into_breach.within", "'PT9H'", "P3M"),
    ("highest_confirmed", "worst", "tolerance.judged_at_severity", "'worst'", "highest_confirmed, final"),
    # quiet hours and rungs
    (
        "{severities: [S3, S4]",
        "{severities: [S3, S5]",
        "ladders.quiet_hours.severities.1",
        "no severity 'S5'",
        "S1, S2",
    ),
    (
        "S4], calendar: berlin-office, defer",
        "S4], calendar: x, defer",
        "ladders.quiet_hours.calendar",
        "no calendar",
        "b",
    ),
    ("defer_to: next_open", "defer_to: monday", "ladders.quiet_hours.defer_to", "'monday'", "'next_open'"),
    (
        "- {when: {clock: any, at: 75%}",
        "- {when: {clock: notfy, at: 75%}",
        "ladders.default.0.when.clock",
        "no t",
        "any",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "field", "wrong", "right"), MISTAKES, ids=[f"{row[2]}: {row[3]}" for row in MISTAKES]
)
def test_a_single_mistake(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """One change makes a mistake at its line and field, that says what is wrong and what would be right."""
    assert old in TEXT
    agreement, mistakes = read(TEXT.replace(old, new, 1))
    line = TEXT.count("\n", 0, TEXT.index(old)) + 1
    found = [mistake for mistake in mistakes if mistake.field == f"spec.{field}"]
    assert agreement is None
    assert len(found) == 1, [str(mistake) for mistake in mistakes]
    assert wrong in found[0].wrong
    assert right in found[0].right
    assert abs((found[0].line or 0) - line) <= 1
