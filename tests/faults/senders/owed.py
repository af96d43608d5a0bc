"""What is owed in a run: pages to many destinations, and messages to subscriptions, all due at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement import read
from escalation.agreement.text.mistakes import AgreementError
from escalation.changes import Sender
from incidents.incidents import Asked
from incidents.ledger.followers import FollowerRunner
from incidents.opening import Report
from incidents.terms import Assessment
from notifications.webhooks.book import Place
from notifications.webhooks.fan_out import FanOut
from notifications.webhooks.record import Settings

if TYPE_CHECKING:
    from api.bootstrap import Tocsin

PAGES, MESSAGES = "pages", "messages"
"""How the paths begin that they are sent to."""
BY = "faults"

_AGREEMENT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {{id: {partnership}, version: 1, title: Many destinations}}
spec:
  term: {{effective_from: "2026-01-01T00:00:00Z", effective_to: null}}
  defaults: {{tz: UTC}}
  parties:
    - {{id: acme, role: provider, kind: signatory}}
    - {{id: globex, role: client, kind: signatory}}
  webhooks: [{webhooks}]
  contacts: [{contacts}]
  services:
    - {{id: payments-api, provided_by: acme, used_by: globex, tier: critical}}
  calendars:
    always: {{tz: UTC, hours: {{daily: [["00:00", "24:00"]]}}}}
  severity:
    scale: [{severities}]
    impact: [critical]
    urgency: [immediate]
    matrix: {{critical: {{immediate: S1}}}}
  targets:
    resolve: {{from: reported, until: resolved, within: PT8H, calendar: always}}
  ladders: {{{ladders}}}
"""
"""Each severity pages contacts of its own at once, and nobody later."""


@dataclass(frozen=True)
class Size:
    """How much is owed: an incident pages all contacts of its severity, each at a webhook of its own."""

    partnerships: int
    severities: int
    contacts: int
    """Of each severity."""
    incidents: int
    """Of each severity."""

    @property
    def destinations(self) -> int:
        """How many are paged."""
        return self.partnerships * self.severities * self.contacts

    @property
    def pages(self) -> int:
        """How many pages are due: every destination has one of each incident."""
        return self.destinations * self.incidents


def owe(tocsin: Tocsin, sink: str, size: Size) -> None:
    """Declare incidents, fire their rungs, and fan all that out to a subscription a partnership; nothing is sent."""
    for number in range(size.partnerships):
        partnership = f"partner-{number:02}"
        _publish(tocsin, partnership, sink, size)
        wanted = Settings(f"{sink}/{MESSAGES}/{partnership}", BY, ("incident.*",))
        tocsin.webhooks.create(Place(partnership, "acme"), wanted, Sender(BY))
        for severity in _severities(size) * size.incidents:
            report = Report("Card payments fail", "payments-api", assessment=Assessment(severity=severity))
            tocsin.incidents.declare(partnership, report, Asked(by=BY))
    fan_out = FollowerRunner(tocsin.database, tocsin.ledger.mapper, FanOut(tocsin.ledger.catalogue, tocsin.clock))
    for turn in (tocsin.engine.run_once, tocsin.sequencer.run_once, fan_out.run_once):
        while turn():
            pass


def _publish(tocsin: Tocsin, partnership: str, sink: str, size: Size) -> None:
    """Publish an agreement. AgreementError."""
    duty = {each: [f"duty-{each}-{nth}".lower() for nth in range(size.contacts)] for each in _severities(size)}
    ids = [contact for contacts in duty.values() for contact in contacts]
    text = _AGREEMENT.format(
        partnership=partnership,
        severities=", ".join(duty),
        webhooks=", ".join(f'{{id: {each}, party: acme, url: "{sink}/{PAGES}/{partnership}/{each}"}}' for each in ids),
        contacts=", ".join(f"{{id: {each}, party: acme, role: {each}, via: [{{webhook: {each}}}]}}" for each in ids),
        ladders=", ".join(f"{each}: [{{when: opened, to: [{', '.join(duty[each])}]}}]" for each in duty),
    )
    agreement, mistakes = read(text)
    if agreement is None:
        raise AgreementError(mistakes)
    tocsin.book.publish(agreement, by=BY)


def _severities(size: Size) -> list[str]:
    return [f"S{nth + 1}" for nth in range(size.severities)]
