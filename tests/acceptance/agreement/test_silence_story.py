"""Everyone stays silent: what the agreement says for that case comes about by itself, and the clocks show it.

It is Monday, the 2nd of March, 12:00 in UTC; Berlin is an hour ahead until the 29th, then two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.bodies import Bodies
from tests.support.http import problem_of

if TYPE_CHECKING:
    from tests.support.http import Site

SILENCE = ("ClaimEscalated", "ClaimLapsed", "SeveritySettled")
BOARD = ["acme-sm", "globex-ops"]
COMMITTEE = ["acme-coo", "globex-cio"]
DELAY = {
    "kind": "exclusion",
    "name": "client_caused_delay",
    "start": "2026-03-02T12:00:00Z",
    "until": "2026-03-02T16:00:00Z",
}
SILENT_BOARD = "{decision: grant_exclusion, body: service_review_board, rule: both, within: P10D, if_silent: escalate}"


def overdue(bodies: Bodies) -> None:
    """Resolve the incident two hours after its eight were up."""
    bodies.turn(hours=10)
    bodies.do("acme", "resolve", text="Restarted")
    bodies.turn()
    assert bodies.clock("resolve")["state"] == "breached"


def test_a_silent_board_is_followed_by_the_committee_and_its_silence_refuses(site: Site) -> None:
    """The board has ten days and the committee thirty; each is asked, and reminded halfway. The breach stays one."""
    bodies = Bodies(site)
    overdue(bodies)
    claim = bodies.claim(**DELAY)
    assert (claim["body"], claim["due_at"]) == ("service_review_board", "2026-03-12T23:00:00.000000Z")
    bodies.turn()
    bodies.turn(days=6)
    assert bodies.asked() == [(0, BOARD), (1, BOARD)]
    bodies.turn(days=5)
    assert bodies.told(*SILENCE) == [("ClaimEscalated", "03-13 22:00")]
    assert bodies.asked()[2:] == [(2, COMMITTEE)]
    standing = bodies.read(claim["number"])
    assert (standing["state"], standing["body"]) == ("open", "steering_committee")
    assert standing["due_at"] == "2026-04-12T22:00:00.000000Z"
    bodies.turn(days=16)
    assert bodies.asked()[3:] == [(3, COMMITTEE)]
    bodies.turn(days=15)
    assert [name for name, _ in bodies.told(*SILENCE)] == ["ClaimEscalated", "ClaimLapsed"]
    assert bodies.read(claim["number"])["outcome"] == "refused"
    assert bodies.clock("resolve")["state"] == "breached"


def test_where_silence_grants_the_breach_is_excused_by_it(site: Site) -> None:
    """The same question under an agreement that lets silence grant: nothing else was said, and the clock changes."""
    bodies = Bodies(site, {SILENT_BOARD: SILENT_BOARD.replace("escalate", "granted")})
    overdue(bodies)
    claim = bodies.claim(**DELAY)
    before = bodies.clock("resolve")
    bodies.turn(days=11)
    assert bodies.told(*SILENCE) == [("ClaimLapsed", "03-13 22:00")]
    assert bodies.read(claim["number"])["outcome"] == "granted"
    after = bodies.clock("resolve")
    assert (before["state"], after["state"]) == ("breached", "excused")
    assert after["breached_at"] == before["breached_at"]


def test_force_majeure_that_nobody_declares_is_none(site: Site) -> None:
    """The committee has five days. Until then nobody knows; after it the breach is what it was."""
    bodies = Bodies(site)
    overdue(bodies)
    claim = bodies.claim(
        kind="exclusion", name="force_majeure", start="2026-03-02T12:00:00Z", evidence="The river stood in the cellar"
    )
    assert (claim["body"], claim["due_at"]) == ("steering_committee", "2026-03-07T23:00:00.000000Z")
    bodies.turn(days=4)
    assert bodies.told(*SILENCE) == []
    bodies.turn(days=2)
    assert [name for name, _ in bodies.told(*SILENCE)] == ["ClaimLapsed"]
    assert bodies.read(claim["number"])["outcome"] == "refused"
    assert bodies.clock("resolve")["state"] == "breached"


def test_a_severity_that_nobody_settles_is_the_higher_one(site: Site) -> None:
    """The client wants S1 where S3 stands. It holds meanwhile, and when the panel's two hours are over, for good."""
    bodies = Bodies(site, impact="minor", urgency="high")
    assert (bodies.severity(), bodies.clock("resolve")["severity"]) == ("S3", "S3")
    bodies.turn(minutes=30)
    claim = bodies.must(bodies.post("globex", "disputes", {"severity": "S1", "reason": "No shop can pay"}), 201)
    assert (claim["standing"], claim["name"], claim["if_silent"]) == ("S3", "S1", "S1")
    clock = bodies.clock("resolve")
    assert (bodies.severity(), clock["severity"], clock["target"]) == ("S1", "S1", 8 * 3600)
    bodies.turn(minutes=119)
    assert bodies.told(*SILENCE) == []
    bodies.turn(minutes=1)
    assert bodies.told(*SILENCE) == [("ClaimLapsed", "03-02 14:30"), ("SeveritySettled", "03-02 14:30")]
    assert (bodies.severity(), bodies.read(claim["number"])["outcome"]) == ("S1", "S1")
    assert bodies.clock("resolve")["severity"] == "S1"


def test_where_the_lower_one_is_agreed_silence_brings_it_back(site: Site) -> None:
    """The clocks follow: S1 for as long as it was disputed, then S3 again."""
    settled = "{decision: settle_severity, body: severity_panel, rule: both, within: PT2H, if_silent: higher}"
    bodies = Bodies(site, {settled: settled.replace("higher", "lower")}, impact="minor", urgency="high")
    bodies.must(bodies.post("globex", "disputes", {"severity": "S1", "reason": "No shop can pay"}), 201)
    assert bodies.clock("resolve")["severity"] == "S1"
    bodies.turn(hours=2)
    assert [name for name, _ in bodies.told(*SILENCE)] == ["ClaimLapsed", "SeveritySettled"]
    clock = bodies.clock("resolve")
    assert (bodies.severity(), clock["severity"], clock["target"]) == ("S3", "S3", 40 * 3600)


def test_an_older_time_that_nobody_accepts_is_not_so(site: Site) -> None:
    """A call was answered in time and told five hours later: too late to be taken at its word, so it is claimed."""
    bodies = Bodies(site)
    bodies.turn(hours=5)
    late = bodies.post("acme", "acknowledge", {"occurred_at": "2026-03-02T12:05:00Z"})
    assert problem_of(late)["code"] == "too_late"
    assert "claim its time" in problem_of(late)["detail"]
    entry = bodies.do("acme", "acknowledge")["version"]
    claim = bodies.claim(kind="backdating", entry=entry, start="2026-03-02T12:05:00Z")
    assert (claim["decision"], claim["due_at"]) == ("backdate_fact", "2026-03-07T23:00:00.000000Z")
    bodies.turn(days=6)
    assert [name for name, _ in bodies.told(*SILENCE)] == ["ClaimLapsed"]
    assert bodies.clock("acknowledge")["state"] == "breached"


def test_an_older_time_that_both_accept_is_so(site: Site) -> None:
    """What was said is taken back: the clock was met."""
    bodies = Bodies(site)
    bodies.turn(hours=5)
    entry = bodies.do("acme", "acknowledge")["version"]
    claim = bodies.claim(kind="backdating", entry=entry, start="2026-03-02T12:05:00Z")
    assert bodies.vote(claim["number"], "granted", "acme", "globex")["outcome"] == "granted"
    bodies.turn()
    assert bodies.clock("acknowledge")["state"] == "met"
    assert "ClockCorrected" in [type(fact).__name__ for fact in bodies.history()]


def test_an_action_for_which_nobody_gives_more_time_is_due_as_agreed(site: Site) -> None:
    """Ten business days from the review; with both votes it would have had until the end of April."""
    bodies = Bodies(site)
    bodies.turn(hours=1)
    bodies.do("acme", "resolve", text="Restarted")
    bodies.do("acme", "actions", action="rotate-keys", priority="high", text="Rotate the keys")
    bodies.do("acme", "review", reference="wiki/7")
    due_at = bodies.clock("action_due")["due_at"]
    asked = {"kind": "extension", "name": "rotate-keys", "until": "2026-04-30T15:30:00Z"}
    claim = bodies.claim(**asked)
    bodies.turn(days=6)
    assert [name for name, _ in bodies.told(*SILENCE)] == ["ClaimLapsed"]
    assert bodies.read(claim["number"])["outcome"] == "refused"
    assert bodies.clock("action_due")["due_at"] == due_at
    again = bodies.claim(**asked)
    bodies.vote(again["number"], "granted", "globex", "acme")
    assert bodies.clock("action_due")["due_at"] == "2026-04-30T15:30:00.000000Z"


def test_of_what_was_withdrawn_nobody_is_asked_any_more(site: Site) -> None:
    """A false alarm: the claim on it waits for nobody, and lapses never."""
    bodies = Bodies(site)
    bodies.claim(**DELAY)
    bodies.do("acme", "cancel", reason="A test of the alarm")
    bodies.turn(days=60)
    assert (bodies.asked(), bodies.told(*SILENCE)) == ([], [])
