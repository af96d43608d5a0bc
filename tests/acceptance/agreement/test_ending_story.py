"""How an agreement ends: reminders in time, notice, nothing more is declared, and the record is handed over."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.agreeing import AGREEMENTS, Partners, agreement_text
from tests.support.http import Site, problem_of

SEATED = ["acme-sm", "acme-ops", "globex-ops"]
"""Those who sit in the bodies, whom reminders go to."""


def days_until(partners: Partners, *dates: str) -> None:
    """Let the engine work in the morning of each date."""
    for date in dates:
        at = datetime.fromisoformat(f"{date}T06:00:00").replace(tzinfo=UTC)
        partners.turn(seconds=(at - partners.site.clock.now()).total_seconds())


def test_people_are_reminded_before_the_notice_date_and_the_end(site: Site) -> None:
    """An agreement that ends on 31 December with 90 days' notice: 30, 7 and 1 days before 3 October, then the end."""
    partners = Partners(site, agreement_text(until="2027-01-01"))
    partners.agree()
    days_until(partners, "2026-09-02", "2026-09-03", "2026-09-26", "2026-10-02", "2026-10-03")
    assert partners.reminded() == [
        ("notice_in_30_days", "2026-09-03", SEATED),
        ("notice_in_7_days", "2026-09-26", SEATED),
        ("notice_in_1_days", "2026-10-02", SEATED),
    ]
    days_until(partners, "2026-12-02", "2026-12-25", "2026-12-31")
    assert [kind for kind, _, _ in partners.reminded()[3:]] == ["end_in_30_days", "end_in_7_days", "end_in_1_days"]
    assert partners.must(partners.declare(), 201)


def test_of_what_is_past_at_once_only_the_last_is_told(site: Site) -> None:
    """An agreement that is signed ten days before its end reminds of that end once, and of no notice date."""
    partners = Partners(site, agreement_text(until="2026-03-12"))
    partners.agree()
    partners.turn()
    assert [kind for kind, _, _ in partners.reminded()] == ["end_in_30_days"]
    partners.turn(days=8)
    assert [kind for kind, _, _ in partners.reminded()] == ["end_in_30_days", "end_in_7_days"]


def test_a_renewal_ends_the_reminders_of_the_old_end(site: Site) -> None:
    """Once a version without an end is agreed, nobody is reminded, and nothing ends."""
    partners = Partners(site, agreement_text(until="2026-06-01", amendments="notice: P7D"))
    partners.agree()
    partners.must(partners.propose("globex", agreement_text(2, since="2026-05-01", amendments="notice: P7D")), 201)
    partners.agree(2)
    partners.turn(days=120)
    assert partners.reminded() == []
    assert partners.must(partners.declare(), 201)["agreement"]["version"] == 2
    assert "Ended" not in partners.facts()


def test_notice_ends_an_open_ended_agreement(site: Site) -> None:
    """Given on 2 March with 90 days: the whole 31 May belongs to it, and from 1 June on nothing is declared."""
    partners = Partners(site)
    partners.agree()
    assert partners.must(partners["acme"].get(f"{AGREEMENTS}/end"))["ends_at"] is None
    given = partners.must(partners["globex"].post(f"{AGREEMENTS}/notice-of-termination", {"reason": "We move on"}))
    assert given["ends_at"] == "2026-06-01T00:00:00.000000Z"
    assert given["records_kept_until"] == "2033-06-02T00:00:00.000000Z"
    again = problem_of(partners["acme"].post(f"{AGREEMENTS}/notice-of-termination", {}))
    assert (again["status"], again["code"]) == (409, "notice_already_given")

    days_until(partners, "2026-05-31")
    running = partners.must(partners.declare(), 201)
    days_until(partners, "2026-06-01")
    ended = problem_of(partners.declare())
    assert (ended["status"], "ended at 2026-06-01" in ended["detail"]) == (404, True)
    assert partners["acme"].must(running, "resolve")["status"] == "resolved"
    assert partners.standing(1)["stage"] == "ended"
    assert partners.facts()[-3:] == ["Ended", "Reminded", "Reminded"]
    assert [(kind, whom) for kind, _, whom in partners.reminded()[-2:]] == [
        ("handover_due", ["acme-sm", "acme-ops"]),
        ("handover_due", ["globex-ops"]),
    ]


def test_notice_needs_its_time_and_its_party(site: Site) -> None:
    """Not after the last day, not by the operator, not where the agreement names no notice period."""
    partners = Partners(site, agreement_text(until="2026-06-01"))
    partners.agree()
    address = f"{AGREEMENTS}/notice-of-termination"
    assert problem_of(partners.site.operator.post(address, {}))["code"] == "not_a_signer"
    partners.site.clock.move(hours=12)
    late = problem_of(partners["acme"].post(address, {}))
    assert (late["status"], late["code"]) == (409, "notice_too_late")


def test_a_new_version_revives_what_has_ended(site: Site) -> None:
    """The parties agree anew after the end: it holds from then on, and can end again."""
    partners = Partners(site, agreement_text(until="2026-03-10"))
    partners.agree()
    partners.turn(days=10)
    assert "Ended" in partners.facts()
    partners.must(site.operator.send("/v1/agreements", agreement_text(2, since="2026-04-01"), "application/yaml"), 201)
    partners.agree(2)
    partners.turn(days=60)
    assert partners.must(partners.declare(), 201)["agreement"]["version"] == 2
    assert partners.must(partners["acme"].get(f"{AGREEMENTS}/end"))["ended_at"] is None
