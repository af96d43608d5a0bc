"""Each mistake that an agreement can have: one change to an agreement without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from escalation.agreement import read

TEXT = (Path(__file__).parents[3] / "examples/agreements/acme-globex.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> tuple[str, int]:
    """The agreement with its first `old` replaced, and the line of that place."""
    assert old in TEXT
    return TEXT.replace(old, new, 1), TEXT.count("\n", 0, TEXT.index(old)) + 1


MISTAKES = [
    # the envelope
    ("sla/v1", "sla/v9", "apiVersion", "'partnership-sla/v9' is not supported yet", "supported: 'partnership-sla/v1'"),
    ("PartnershipAgreement", "Partnership", "kind", "not supported yet", "'PartnershipAgreement'"),
    ("id: acme-globex\n", "id: Acme/Globex\n", "metadata.id", "'Acme/Globex' is not an id", "acme-globex"),
    ("version: 3 ", 'version: "3" ', "metadata.version", "'3' stands here", "a whole number"),
    ("version: 3 ", "version: true ", "metadata.version", "true stands here", "a whole number"),
    ("supersedes: 2", "supersedes: 3", "metadata.supersedes", "does not come before", "earlier"),
    ("  title:", "  titel:", "metadata.titel", "unknown key 'titel'", "did you mean 'title'?"),
    ("2f0a6c", "2f0A6c", "metadata.document.sha256", "not a SHA-256", "64 digits"),
    # the term and its zone
    ('"2026-01-01T00:00:00+01:00"', "2026-01-01", "spec.term.effective_from", "not an instant", "offset"),
    ('"2026-01-01T00:00:00+01:00"', '"2026-02-30T00:00:00Z"', "spec.term.effective_from", "not an instant", "offset"),
    (
        '"2026-01-01T00:00:00+01:00"',
        "0001-01-01T00:00:00+01:00",
        "spec.term.effective_from",
        "not an instant",
        "offset",
    ),
    (
        "effective_to: null",
        "effective_to: 2025-01-01T00:00:00Z",
        "spec.term.effective_to",
        "not after",
        "a later instant",
    ),
    (
        "{tz: Europe/Berlin,",
        "{tz: Europe/Berlln,",
        "spec.defaults.tz",
        "not a time zone",
        "did you mean 'Europe/Berlin'?",
    ),
    ("{tz: Europe/Berlin,", "{tz: ../../etc/passwd,", "spec.defaults.tz", "not a time zone", "IANA"),
    # people
    ("kind: supporting", "kind: supportin", "spec.parties.2.kind", "'supportin'", "did you mean 'supporting'?"),
    ("to: acme}", "to: acmee}", "spec.parties.2.to", "no party 'acmee'", "did you mean 'acme'?"),
    ("to: acme}", "to: initech}", "spec.parties.2.to", "cannot supply itself", "name the party"),
    (
        "- {id: external,",
        "- {id: supplier, role: x}\n    - {id: external,",
        "spec.parties.3.id",
        "also the role of 'initech'",
        "another id",
    ),
    ("id: national-csirt,", "id: acme-duty,", "spec.contacts.8.id", "'acme-duty' is declared twice", "its own id"),
    (
        "party: globex, role: sp",
        "party: globx, role: sp",
        "spec.contacts.5.party",
        "no party",
        "did you mean 'globex'?",
    ),
    ("role: csirt}", "role: csirt, via: [fax]}", "spec.contacts.8.via.0", "'fax' is not a channel", "terminal"),
    ("role: csirt}", "role: csirt, via: [sms]}", "spec.contacts.8.via", "sms needs the contact's phone", "add phone:"),
    (
        "role: csirt}",
        "role: csirt, via: [voice, email, sms], email: a@b.example}",
        "spec.contacts.8.via",
        "sms and voice",
        "phone:",
    ),
    (
        "role: csirt}",
        "role: csirt, via: [email]}",
        "spec.contacts.8.via",
        "email needs the contact's email",
        "add email:",
    ),
    ("role: csirt}", "role: csirt, email: csirt}", "spec.contacts.8.email", "'csirt' stands here", "noc@acme.example"),
    ("role: csirt}", "role: csirt, phone: 030 12}", "spec.contacts.8.phone", "'030 12' stands here", "+4930123456"),
    (
        "role: csirt}",
        "role: csirt, phone: +4930123456}",
        "spec.contacts.8.phone",
        "4930123456 stands here",
        "in quotes",
    ),
    (
        "role: csirt}",
        "role: csirt, via: [{webhook: w}]}",
        "spec.contacts.8.via.0.webhook",
        "no webhook 'w'",
        "declared: none",
    ),
    (
        "depends_on: [initech-gateway]",
        "depends_on: [nix]",
        "spec.services.0.depends_on.0",
        "no service 'nix'",
        "payments",
    ),
    ("[initech-gateway]", "[payments-api]", "spec.services.0.depends_on", "depend on itself", "remove"),
    ("used_by: acme,", "used_by: acne,", "spec.services.2.used_by", "no party 'acne'", "did you mean 'acme'?"),
    # calendars
    ("rfc5545", "fold1", "spec.calendars.edge_rule", "'fold1' is not supported yet", "supported: 'rfc5545'"),
    ("hours: {mon-fri:", "hours: {mon-fry:", "spec.calendars.berlin-office.hours.mon-fry", "names no days", "mon-fri"),
    ("hours: {mon-fri:", 'hours: {sat: [], "fri,sat":', "spec.calendars.berlin-office.hours.fri,sat", "twice", "once"),
    ('"12:30"], ["13:00"', '"13:30"], ["13:00"', "spec.calendars.berlin-office.hours.mon-fri.1", "ahead", "in order"),
    (
        '["13:00", "17:30"]',
        '["17:30", "13:00"]',
        "spec.calendars.berlin-office.hours.mon-fri.1",
        "before it",
        "midnight",
    ),
    ('["13:00", "17:30"]', '["13:00"]', "spec.calendars.berlin-office.hours.mon-fri.1", "not a window", '["09:00"'),
    ('"17:30"', '"24:30"', "spec.calendars.berlin-office.hours.mon-fri.1.1", "not a time of day", '"24:00"'),
    ('daily: [["00:00", "24:00"]]', "", "spec.calendars.always", "never open", "at least one window"),
    ('"2026-06-04"', '"2026-06-31"', "spec.calendars.berlin-office.holidays.dates.7", "not a date", "2026-12-24"),
    ('"2026-06-04"', '"2026-05-25"', "spec.calendars.berlin-office.holidays.dates.7", "stands here twice", "one"),
    (
        'd: ["2026-08-15"]',
        'd: ["2026-08-16"]',
        "spec.calendars.berlin-office.holidays.added_by_hand.0",
        "not among",
        "add",
    ),
    (
        '"2026-12-24": [["09',
        '"24.12.2026": [["09',
        "spec.calendars.berlin-office.exceptions.24.12.2026",
        "not a date",
        "2",
    ),
    # severity
    (
        "scale: [S1, S2, S3, S4]",
        "scale: [S1, S2, S3, S4, default]",
        "spec.severity.scale",
        "no severity",
        "another name",
    ),
    (
        "scale: [S1, S2, S3, S4]",
        "scale: [S1, S2, S3, S4, legal]",
        "spec.severity.scale",
        "'legal' is no severity",
        "legal clocks",
    ),
    (
        "scale: [S1, S2, S3, S4]",
        "scale: [S1, S2, S3, S4, claims]",
        "spec.severity.scale",
        "'claims' is no severity",
        "ladder of claims",
    ),
    (
        "scale: [S1, S2, S3, S4]",
        "scale: [S1, S2, S3, S4, S3]",
        "spec.severity.scale.4",
        "stands here twice",
        "keep one",
    ),
    ("S2, normal: S3}", "S2}", "spec.severity.matrix.major.normal", "a hole", "add `normal`"),
    ("S2, normal: S3}", "S2, normal: S9}", "spec.severity.matrix.major.normal", "no severity 'S9'", "S1, S2, S3, S4"),
    ("S2, normal: S3}", "S2, normal: S3, x: S1}", "spec.severity.matrix.major.x", "no urgency 'x'", "normal"),
    ("{gte: 25}", "{gte: 101}", "spec.severity.floors.1.when.users_affected_pct.gte", "101", "1 to 100"),
    ("{gte: 25}", "{lte: 25}", "spec.severity.floors.1.when.users_affected_pct.lte", "unknown key", "gte"),
    (
        "service_tier: critical,",
        "service_tier: crtical,",
        "spec.severity.floors.1.when.service_tier",
        "no serv",
        "critical",
    ),
    ("{flag: personal_data_breach}", "{}", "spec.severity.floors.0.when", "no condition", "flag"),
    ("at_least: S2}", "at_least: S0}", "spec.severity.floors.1.at_least", "no severity 'S0'", "S1"),
    # clock rules
    ("carry_over", "restart", "spec.clock_rules.retarget.mode", "'restart' is not supported yet", "'carry_over'"),
    ("raise: PT0S", "raise: P1D", "spec.clock_rules.retarget.min_remaining_on_raise", "'P1D'", "on a clock"),
    ("beyond: needs_authority", "beyond: never", "spec.clock_rules.late_facts.beyond", "'never'", "needs_authority"),
    ("agreement: at_open", "agreement: latest", "spec.clock_rules.pin.agreement", "not supported yet", "'at_open'"),
    ("within: P5D", "within: PT5H", "spec.clock_rules.reopen.within", "not a number of days", "P5D"),
    (
        "[50%, 75%, 90%]",
        "[50%, 75%, 75%]",
        "spec.clock_rules.warn_at.2",
        "75% does not come after 75%",
        "small to large",
    ),
    ("[50%, 75%, 90%]", "[50%, 75%, 100%]", "spec.clock_rules.warn_at.2", "'100%'", "1% to 99%"),
    ("[50%, 75%, 90%]", "[50%, 75%, 90]", "spec.clock_rules.warn_at.2", "90 stands here", "with its % sign"),
    # targets
    ("    resolve:", "    reslove:", "spec.targets.reslove", "unknown key", "did you mean 'resolve'?"),
    ("S4: PT8H}", "S4: PT8H, S5: PT9H}", "spec.targets.acknowledge.within.S5", "no severity 'S5'", "declared: S1"),
    (", S4: PT8H}", "}", "spec.targets.acknowledge.within", "nothing is said about S4", "`S4: null`"),
    ("PT15M", "15m", "spec.targets.acknowledge.within.S1", "'15m'", "PT#H#M#S"),
    ("PT15M", "P1D", "spec.targets.acknowledge.within.S1", "'P1D'", "no fixed length on a clock"),
    ("PT15M", "PT0S", "spec.targets.acknowledge.within.S1", "'PT0S'", "longer than PT0S"),
    (
        "{S1: always, S2: always, d",
        "{S1: alway, S2: always, d",
        "spec.targets.acknowledge.calendar.S1",
        "no calendar",
        "did",
    ),
    (
        ", default: berlin-office}",
        "}",
        "spec.targets.acknowledge.calendar",
        "no calendar for S3, S4",
        "`default: NAME`",
    ),
    ("pausable: false", "pausable: [monitoring]", "spec.targets.acknowledge.pausable", "never be paused", "false"),
    ("pausable: false", "pausable: no", "spec.targets.acknowledge.pausable", "'no' stands here", "write false"),
    (
        "pausable: [waiting_on_p",
        "pausable: [wait_on_p",
        "spec.targets.update.pausable.0",
        "no reason to pause",
        "did you",
    ),
    ("from: reported", "from: became_aware", "spec.targets.acknowledge.from", "not supported yet", "'reported'"),
    ("repeats: true", "repeats: false", "spec.targets.update.repeats", "false is not supported yet", "supported: true"),
    # pauses
    ("max_each: PT72H", "max_each: -PT72H", "spec.pauses.0.max_each", "not a usable duration", "PT#H#M#S"),
    (
        "max_each: PT72H",
        "max_each: PT9H, max_total: PT8H",
        "spec.pauses.0.max_each",
        "longer than max_total",
        "shorter",
    ),
    (
        "- {reason: change_w",
        "- {reason: waiting_on_partner}\n    - {reason: change_w",
        "spec.pauses.1.reason",
        "declared twice",
        "its own reason",
    ),
    # ladders
    ("    default:\n", "    S9:\n", "spec.ladders.S9", "no severity 'S9' is declared", "default"),
    ("notify: [acme-duty]", "notify: [acme-dutty]", "spec.ladders.default.0.notify.0", "no contact", "'acme-duty'?"),
    ("provider.coo,", "provider.ceo,", "spec.ladders.S1.3.to.0", "nobody holds 'provider.ceo'", "'provider.coo'?"),
    ("provider.coo,", "provder.coo,", "spec.ladders.S1.3.to.0", "no party 'provder'", "did you mean 'provider'?"),
    ("provider.coo,", "{webhook: pager},", "spec.ladders.S1.3.to.0.webhook", "no webhook 'pager'", "declared: none"),
    ("{clock: acknowledge,", "{clock: acknowlege,", "spec.ladders.S1.1.when.clock", "no target", "'acknowledge'?"),
    ("at: 50%", "at: 0%", "spec.ladders.S1.2.when.at", "'0%'", "1% to 1000%"),
    ("at: 50%", "at: 1001%", "spec.ladders.S1.2.when.at", "'1001%'", "1% to 1000%"),
    ("when: opened", "when: open", "spec.ladders.S1.0.when", "'open' is no moment", "opened"),
    ("repeat_every: PT1H, ", "", "spec.ladders.S1.3.max_repeats", "nothing repeats", "repeat_every"),
    ("max_repeats: 12", "max_repeats: 0", "spec.ladders.S1.3.max_repeats", "0 stands here", "1 to 1000"),
    ("notify: [acme-duty]", "to: []", "spec.ladders.default.0", "reaches nobody", "`to`"),
    (
        "notify: [acme-duty]",
        "notify: [acme-duty], repeat_every: PT1H",
        "spec.ladders.default.0.repeat_every",
        "only a",
        "to",
    ),
    (
        "notify: [acme-duty, globex-ops]",
        "notify: [acme-duty], to: acme-duty",
        "spec.ladders.S1.0.notify",
        "paged by this rung",
        "not both",
    ),
]


UNSAID = tuple(f"nothing is said about {name}" for name in ("default", "legal", "claims"))
CONSEQUENCES = ("no target 'resolve' is declared", *UNSAID)
"""What else a change of the table can make wrong."""


@pytest.mark.parametrize(("old", "new", "field", "wrong", "right"), MISTAKES)
def test_a_single_mistake(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """One change makes exactly one mistake at its line and field, that says what is wrong and what would be right.

    A key with a typing error is missed under its right name as well, and so is a target by its rungs.
    """
    text, line = changed(old, new)
    agreement, mistakes = read(text)
    found = [mistake for mistake in mistakes if mistake.field == field]
    others = [mistake for mistake in mistakes if mistake.field != field and mistake.wrong != "missing"]
    assert agreement is None
    assert len(found) == 1
    assert wrong in found[0].wrong
    assert right in found[0].right
    assert abs((found[0].line or 0) - line) <= 1
    assert all(mistake.wrong in CONSEQUENCES for mistake in others)
