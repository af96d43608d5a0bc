"""Each mistake that a ladder, an addressee or a service's support can have: one change to an agreement without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from escalation.agreement import read

TEXT = (Path(__file__).parents[3] / "examples/agreements/two-sided.yaml").read_text(encoding="utf-8")
SHARED, OWN = "spec.ladders.default", "spec.ladders.parties.globex"
SECOND = "{when: unanswered, to: {schedule: acme.second-line}, wait: PT10M}"
ONLY = "{severity: S1, outside: globex-office}"
KINDS = "{body: ID}"

MOMENTS = [
    ("{when: opened, to: acme-duty,", "{when: unanswered, to: acme-duty,", f"{SHARED}.0.when", "first rung", "opened"),
    ("when: unanswered", "when: unansward", f"{SHARED}.1.when", "no moment", "did you mean 'unanswered'?"),
    ("when: unanswered", "when: sometime", f"{SHARED}.1.when", "no moment", "{clock: NAME, at: 50%}"),
    ("{unacknowledged: PT45M}", "unacknowledged", f"{SHARED}.3.when", "needs a time", "{unacknowledged: PT30M}"),
    ("{unacknowledged: PT45M}", "{}", f"{SHARED}.3.when", "hangs on nothing", "when: opened"),
    ("{unacknowledged: PT45M}", "{unacknowleged: PT45M}", f"{SHARED}.3.when.unacknowleged", "unknown", "'unack"),
    ("{unacknowledged: PT45M}", "{unacknowledged: P1D}", f"{SHARED}.3.when.unacknowledged", "'P1D'", "PT24H"),
    ("{unacknowledged: PT45M}", "{unacknowledged: PT1M, at: 5%}", f"{SHARED}.3.when.at", "no share", "remove it"),
    ("{unacknowledged: PT45M}", "{unacknowledged: PT1M, clock: any}", f"{SHARED}.3.when", "one thing", "two rungs"),
    ("{unacknowledged: PT45M}", "{silent_for: PT5M}", f"{SHARED}.3.when.silent_for", "never reached", "add"),
    ("{clock: resolve, at: 50%}", "{clock: answer, at: 50%}", f"{SHARED}.5.when.clock", "never reached", "move it"),
    ("{clock: answer, at: 50%}", "{clock: resolve, at: 50%}", f"{OWN}.default.0.when.clock", "owes no res", "duty_of"),
]
CHAINS = [
    ("to: acme-duty, notify: globex-ops, wait: PT10M, repeat_every: PT5M, max_repeats: 1", "notify: acme-duty",
     f"{SHARED}.1.when", "pages nobody who could answer", "`to`"),
    ("{when: {unacknowledged: PT45M}, to", "{when: {clock: any, at: 5%}, to: acme-ops}\n      - {when: unanswered, to",
     f"{SHARED}.4.when", "hangs on a clock", "behind a rung"),
    ("notify: {body: severity_panel}", "notify: {body: severity_panel}, wait: PT5M",
     f"{SHARED}.4.wait", "pages nobody", "`to`"),
    ("only: {severity: S1", "wait: PT5M, only: {severity: S1", f"{SHARED}.5.wait", "waits for no answer", "unanswered"),
    ("reach: one_at_a_time", "reach: one_at_time", f"{SHARED}.2.reach", "'one_at_time'", "'one_at_a_time'?"),
    ("reach: one_at_a_time", "reach: round_robin, repeat_every: PT1M",
     f"{SHARED}.2.repeat_every", "one to the next", "or `reach`"),
    ("notify: {body: severity_panel}", "notify: {body: severity_panel}, reach: round_robin",
     f"{SHARED}.4.reach", "pages nobody", "`to`"),
]  # fmt: skip
CONDITIONS = [
    (ONLY, "{}", f"{SHARED}.5.only", "no condition", "severity, service, during, outside"),
    (ONLY, "{severty: S1}", f"{SHARED}.5.only.severty", "unknown key", "did you mean 'severity'?"),
    (ONLY, "{severity: []}", f"{SHARED}.5.only.severity", "empty list", "at least one severity"),
    (ONLY, "{severity: [S1, S1]}", f"{SHARED}.5.only.severity.1", "twice", "keep one"),
    (ONLY, "{severity: S5}", f"{SHARED}.5.only.severity", "no severity 'S5'", "declared: S1"),
    (ONLY, "{service: payment-api}", f"{SHARED}.5.only.service", "no service", "'payments-api'?"),
    (ONLY, "{during: acme-dsk}", f"{SHARED}.5.only.during", "no calendar", "'acme-desk'?"),
    (ONLY, "{outside: edge_rule}", f"{SHARED}.5.only.outside", "no calendar", "declared: always"),
    (ONLY, "{outside: always}", f"{SHARED}.5.only.outside", "never closes", "another calendar"),
    (ONLY, "{during: acme-desk, outside: acme-desk}", f"{SHARED}.5.only.outside", "never at once", "another"),
    ("        default:\n", "        S2: [{when: opened, to: globex-ops, only: {severity: S1}}]\n        default:\n",
     f"{OWN}.S2.0.only.severity", "never true here", "the ladder of S1"),
]  # fmt: skip
SECOND_LINE = "{schedule: acme.second-line}, wait"
ADDRESSEES = [
    (SECOND_LINE, "{shedule: acme.x}, wait", f"{SHARED}.1.to.shedule", "unknown key", "did you mean 'schedule'?"),
    (SECOND_LINE, "{schedule: acne.x}, wait", f"{SHARED}.1.to.schedule", "no party 'acne'", "'acme'?"),
    (SECOND_LINE, "{schedule: second-line}, wait", f"{SHARED}.1.to.schedule", "not the schedule of", "PARTY.NAME"),
    (SECOND_LINE, "{team: acme.Second_Line}, wait", f"{SHARED}.1.to.team", "not the team of a party", "small letters"),
    (SECOND_LINE, "{body: severity_pannel}, wait", f"{SHARED}.1.to.body", "no body", "'severity_panel'?"),
    (SECOND_LINE, "{webhook: acme-pagr}, wait", f"{SHARED}.1.to.webhook", "no webhook", "'acme-pager'?"),
    (SECOND_LINE, "{person: ann}, wait", f"{SHARED}.1.to.person", "not the id of a person", "32 hexadecimal"),
    (SECOND_LINE, '"schedule:acme.x", wait', f"{SHARED}.1.to", "is no contact", "write {schedule: acme.x}"),
    (SECOND_LINE, '"slack:acme", wait', f"{SHARED}.1.to", "is no contact", KINDS),
    (SECOND_LINE, "{team: acme.x, body: severity_panel}, wait", f"{SHARED}.1.to", "2 names", KINDS),
    (SECOND_LINE, "[{}], wait", f"{SHARED}.1.to.0", "0 names", KINDS),
]
SIDES = [
    ("      globex: #", "      client: #", "spec.ladders.parties.client", "is the role of a party", "its id: globex"),
    ("      globex: #", "      globx: #", "spec.ladders.parties.globx", "no party 'globx'", "'globex'?"),
    ("        default:\n", "        S5:\n", f"{OWN}.S5", "no severity 'S5'", "default, exhausted"),
    ("{repeat: 1, hand_to: client.sponsor}", "{}", f"{OWN}.exhausted", "nothing follows", "`hand_to`"),
    ("{repeat: 2, hand_to: provider.coo}", "{hand_to: []}", "spec.ladders.exhausted", "nothing follows", "`hand_to`"),
    ("{repeat: 2, h", "{repeat: 101, h", "spec.ladders.exhausted.repeat", "101 stands here", "1 to 100"),
    ("{repeat: 2, h", "{repat: 2, h", "spec.ladders.exhausted.repat", "unknown key", "did you mean 'repeat'?"),
    ("{repeat: 2, hand_to: provider.coo}", "{repeat: 2, hand_to: provider.ceo}", "spec.ladders.exhausted.hand_to",
     "nobody holds", "'provider.coo'?"),
    ("{S1: PT2H, default: PT8H}", "{}", "spec.ladders.acknowledgement.expires_after", "an empty mapping", "S1: PT30M"),
    ("{S1: PT2H, d", "{S5: PT2H, d", "spec.ladders.acknowledgement.expires_after.S5", "no severity 'S5'", "S1, S2"),
    ("{S1: PT2H, default: PT8H}", "{S1: PT2H, S2: PT3H, default: PT8H}",
     "spec.ladders.acknowledgement.expires_after.default", "never used", "remove it"),
    ("{S1: PT2H", "{S1: P2D", "spec.ladders.acknowledgement.expires_after.S1", "'P2D'", "PT24H"),
]  # fmt: skip
SUPPORT = "spec.services.0.support"
SUPPORTED = [
    ("kind: phone", "kind: phon", f"{SUPPORT}.channels.0.kind", "'phon'", "'phone'?"),
    ('"+49 30 23125 014"', "ask Ann", f"{SUPPORT}.channels.0.address", "no address of kind phone", "digits"),
    ("kind: phone", "kind: email", f"{SUPPORT}.channels.0.address", "no address of kind email", "NAME@HOST"),
    ("kind: phone", "kind: portal", f"{SUPPORT}.channels.0.address", "no address of kind portal", "https://"),
    ("hours: acme-desk", "hours: acme-dsk", f"{SUPPORT}.hours", "no calendar", "'acme-desk'?"),
    ("[de, en-GB]", "[german]", f"{SUPPORT}.languages.0", "not a language", "BCP 47"),
    ("[de, en-GB]", "[]", f"{SUPPORT}.languages", "empty list", "at least one language"),
    ("[de, en-GB]", "[de, de]", f"{SUPPORT}.languages.1", "twice", "keep one"),
]
NAMES = [
    ("scale: [S1, S2]", "scale: [S1, S2, asked]", "spec.severity.scale", "'asked' is no severity", "asked by hand"),
    ("scale: [S1, S2]", "scale: [S1, S2, parties]", "spec.severity.scale", "no severity", "of the parties"),
    ("    answer: #", "    silent: #", "spec.targets.silent", "no name of a clock", "choose another"),
]
NAMED = ("no target 'answer'", "nothing is said about", "never reached: 'globex' owes no")
"""What else a change of the table can make wrong."""


@pytest.mark.parametrize(
    ("old", "new", "field", "wrong", "right"),
    [*MOMENTS, *CHAINS, *CONDITIONS, *ADDRESSEES, *SIDES, *SUPPORTED, *NAMES],
)
def test_a_single_mistake(old: str, new: str, field: str, wrong: str, right: str) -> None:
    """One change makes one mistake at its line and field, that says what is wrong and what would be right."""
    assert old in TEXT
    agreement, mistakes = read(TEXT.replace(old, new, 1))
    found = [mistake for mistake in mistakes if mistake.field == field]
    others = [str(each) for each in mistakes if each not in found and not any(told in each.wrong for told in NAMED)]
    assert agreement is None
    assert len(found) == 1, [str(each) for each in mistakes]
    assert wrong in found[0].wrong
    assert right in found[0].right
    assert others == []
    assert abs((found[0].line or 0) - TEXT.count("\n", 0, TEXT.index(old)) - 1) <= 1


@pytest.mark.parametrize(
    ("begin", "end", "field", "wrong"),
    [
        ("        default:\n", "        exhausted:", OWN, "no ladder"),
        ("      globex: #", "    acknowledgement:", "spec.ladders.parties", "an empty mapping"),
    ],
)
def test_a_party_without_a_ladder(begin: str, end: str, field: str, wrong: str) -> None:
    """What stands there for nobody is a mistake."""
    start, stop = TEXT.index(begin), TEXT.index(end)
    text = TEXT[:start].removesuffix("parties:\n") + ("parties: {}\n" if "globex" in begin else "") + TEXT[stop:]
    mistakes = read(text)[1]
    assert [each.wrong for each in mistakes if each.field == field] == [wrong]


def test_an_end_of_ladders_that_page_nobody() -> None:
    """There is nothing to begin again, and nobody who failed to answer."""
    start, stop = TEXT.index("    default: # what nobody"), TEXT.index("    parties:\n      globex")
    mistakes = read(TEXT[:start] + "    default: [{when: opened, notify: acme-duty}]\n" + TEXT[stop:])[1]
    assert [each.field for each in mistakes] == ["spec.ladders.exhausted"]
    assert "pages anybody" in mistakes[0].wrong


def test_an_external_party_has_no_ladder() -> None:
    """It is told of things, and owes nothing."""
    mistakes = read(TEXT.replace("role: client, kind: signatory", "role: client, kind: external"))[1]
    assert ["an external party" in each.wrong for each in mistakes if each.field == OWN] == [True]
