"""The agreement of a run: a ladder that is climbed in seconds, each contact with a webhook of its own.

An incident that nobody answers climbs all of it in 5 seconds. What is expected of it stands beside it, by hand, so
that the checks do not ask the code that they check.
"""

from __future__ import annotations

from dataclasses import dataclass

PARTNERSHIP = "acme-globex-faults"
SERVICE = "payments-api"

_TEXT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {id: acme-globex-faults, version: 1, title: A ladder of seconds}
spec:
  term: {effective_from: "2026-01-01T00:00:00Z", effective_to: null}
  defaults: {tz: UTC}
  parties:
    - {id: acme, role: provider, kind: signatory}
    - {id: globex, role: client, kind: signatory}
  webhooks:
    - {id: duty-pager, party: acme, url: "SINK/duty"}
    - {id: sm-pager, party: acme, url: "SINK/sm"}
    - {id: ops-pager, party: acme, url: "SINK/ops"}
    - {id: globex-pager, party: globex, url: "SINK/globex"}
  contacts:
    - {id: acme-duty, party: acme, role: duty_manager, via: [{webhook: duty-pager}]}
    - {id: acme-sm, party: acme, role: service_manager, via: [{webhook: sm-pager}]}
    - {id: acme-ops, party: acme, role: head_of_operations, via: [{webhook: ops-pager}]}
    - {id: acme-coo, party: acme, role: coo, via: []}
    - {id: globex-ops, party: globex, role: service_owner, via: [{webhook: globex-pager}]}
  services:
    - {id: payments-api, provided_by: acme, used_by: globex, tier: critical}
  calendars:
    always: {tz: UTC, hours: {daily: [["00:00", "24:00"]]}}
  severity:
    scale: [S1]
    impact: [critical]
    urgency: [immediate]
    matrix:
      critical: {immediate: S1}
  clock_rules: {warn_at: [50%]}
  targets:
    acknowledge: {from: reported, until: acknowledged, pausable: false, within: {S1: PT2S}, calendar: always}
    resolve: {from: reported, until: resolved, pausable: false, within: {S1: PT4S}, calendar: always}
  ladders:
    S1:
      - {when: opened, to: [acme-duty], notify: [globex-ops], wait: PT2S}
      - {when: {clock: acknowledge, at: 100%}, to: provider.service_manager, repeat_every: PT1S, max_repeats: 2}
      - {when: {clock: resolve, at: 50%}, to: provider.coo}
      - {when: {clock: resolve, at: 100%}, to: [acme-ops], notify: [globex-ops]}
"""


@dataclass(frozen=True)
class Expected:
    """A rung that an incident owes, once it was left alone long enough, unless one of `unless` happened to it.

    `last` is its last round: earlier ones may have been passed over by an engine that came late.
    """

    rung: int
    clock: str | None
    last: int
    skipped: bool
    unless: frozenset[str]


_RESOLVED = frozenset({"incident.resolved.v1"})
LADDER = (
    Expected(0, None, 0, skipped=False, unless=_RESOLVED),
    Expected(1, "acknowledge", 2, skipped=False, unless=_RESOLVED | {"incident.acknowledged.v1"}),
    Expected(2, "resolve", 0, skipped=True, unless=_RESOLVED),
    Expected(3, "resolve", 0, skipped=False, unless=_RESOLVED),
)
CLIMB_SECONDS = 5.0


def agreement_text(sink: str) -> bytes:
    """Give the agreement, its webhooks at the address of the sink."""
    return _TEXT.replace("SINK", sink).encode()
