"""What parties claim, dispute, file and follow up on an incident: each text of it is a secret of its teller's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.support.http import Caller

    Word = Callable[[str], str]

FILED_BY = {"acme": "notify-client", "globex": "notify-authority"}
"""Which notification each party owes."""
ON_DUTY = {"acme": "acme-duty", "globex": "globex-ops"}
"""Who is asked to come for each party."""
DELAY = "client_caused_delay"
PLAIN = "for whoever may see it"


class Deciding:
    """One party, deciding on an incident; `word` makes up texts that the other one may not read."""

    def __init__(self, caller: Caller, party: str, now: datetime, word: Word) -> None:
        """Take who tells it."""
        self._caller, self._party, self._now, self._word = caller, party, now, word

    def openly(self, incident: dict[str, Any]) -> None:
        """Claim, become aware and file, each as the same entry of every incident, without a secret."""
        self._post(incident, "claims", {**self._exclusion(1), "reason": PLAIN, "evidence": PLAIN})
        self._post(incident, "claims", {**self._exclusion(2), "reason": PLAIN})
        self._post(incident, "aware", {})
        self._post(incident, "filings", {"notification": FILED_BY[self._party], "reference": PLAIN})
        self._post(incident, "actions", {"action": "A-1", "priority": "high", "text": PLAIN})
        self._post(incident, "responders", {"whom": ON_DUTY[self._party], "text": PLAIN})

    def secretly(self, incident: dict[str, Any]) -> None:
        """Do all of it with texts for one's own party alone."""
        texts = {"reason": self._word("a claim's reason"), "evidence": self._word("a claim's evidence")}
        claim = self._post(incident, "claims", self._own(**self._exclusion(1), **texts))
        address = f"claims/{claim['number']}"
        self._post(incident, f"{address}/evidence", self._own(evidence=self._word("more evidence")))
        self._post(incident, f"{address}/votes", self._own(vote="granted", reason=self._word("a vote's reason")))
        gone = self._post(
            incident, "claims", self._own(**self._exclusion(2), reason=self._word("a withdrawn claim's reason"))
        )
        why = self._own(reason=self._word("why a claim was withdrawn"))
        self._post(incident, f"claims/{gone['number']}/withdraw", why)
        self._file(incident)
        milestone = {"milestone": "client_replied", "evidence": self._word("a milestone's evidence")}
        self._post(incident, "milestone", self._own(**milestone, text=self._word("a milestone's text")))

    def answer(self, incident: dict[str, Any]) -> None:
        """Take it, snooze, escalate, reassign it, and ask for somebody who does not come."""
        self._post(incident, "acknowledge", {})
        until = (self._now + timedelta(hours=1)).isoformat()
        self._post(incident, "snooze", self._own(until=until, reason=self._word("a snooze's reason")))
        self._post(incident, "escalate", self._own(reason=self._word("an escalation's reason")))
        to = ON_DUTY[self._party]
        self._post(incident, "reassign", self._own(to=to, reason=self._word("a reassignment's reason")))
        asked = self._post(incident, "responders", self._own(whom=to, text=self._word("what a responder is for")))
        number = asked["responders"][-1]["request"]
        why = self._own(reason=self._word("why a responder does not come"))
        self._post(incident, f"responders/{number}/decline", why)

    def follow_up(self, incident: dict[str, Any]) -> None:
        """Review it, agree on an action, ask for more time for it, and close it."""
        self._post(incident, "review", self._own(reference=self._word("a review's reference")))
        action = {"action": "A-1", "priority": "high", "text": self._word("an action's text")}
        self._post(incident, "actions", self._own(**action))
        later = {"kind": "extension", "name": "A-1", "until": (self._now + timedelta(days=40)).isoformat()}
        self._post(incident, "claims", self._own(**later, reason=self._word("an extension's reason")))
        self._post(incident, "close-action", self._own(action="A-1", text=self._word("how an action was closed")))

    def _file(self, incident: dict[str, Any]) -> None:
        self._post(incident, "aware", {})
        words = {name: self._word(f"a filing's {name}") for name in ("reference", "reasons", "evidence")}
        filing = self._post(incident, "filings", self._own(notification=FILED_BY[self._party], **words))
        address = f"filings/{filing['number']}"
        added = {"text": self._word("an amendment"), "evidence": self._word("an amendment's evidence")}
        self._post(incident, f"{address}/amend", self._own(**added))
        confirmed = self._own(reference=self._word("a confirmation's reference"))
        self._post(incident, f"{address}/acknowledge", confirmed)

    def _exclusion(self, nth: int) -> dict[str, Any]:
        start = self._now - timedelta(minutes=nth)
        return {"kind": "exclusion", "name": DELAY, "start": start.isoformat(), "until": self._now.isoformat()}

    def _own(self, **body: object) -> dict[str, Any]:
        return body | {"visibility": "internal"}

    def _post(self, incident: dict[str, Any], rest: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._caller.command(incident, rest, body)
        assert answer.status in {200, 201}, answer.raw
        return answer.body
