"""The allow-list of all event types: what records there are (design decision 5)."""

from __future__ import annotations

from api.access.api_key import ApiKey
from api.access.journal import AccessLog
from api.access.person import Person
from api.access.roster import Roster
from escalation.book import Agreements
from escalation.crew.holders import Holders
from escalation.crew.profile import Profile
from escalation.crew.team import Team
from escalation.crew.trial import Trial
from escalation.heartbeats.record import Heartbeat
from escalation.matters import Certificate, Dispute, Notice
from escalation.oncall.feed import CalendarFeed
from escalation.oncall.record import OnCallSchedule
from escalation.performance.record import Performance
from incidents.incident import Incident
from incidents.ledger.catalogue import Catalogue
from notifications.page_secrets.record import PageWebhook
from notifications.webhooks.record import Subscription


def catalogue() -> Catalogue:
    """Give the allow-list of all event types."""
    types = Catalogue()
    types.add(Incident, "incident")
    types.add(Agreements, "agreement")
    for matter in (Dispute, Notice, Certificate):
        types.add(matter, matter.KIND)
    types.add(Performance, "performance")
    types.add(Holders, "holders")
    types.add(OnCallSchedule, "schedule")
    types.add(CalendarFeed, "calendar")
    types.add(Subscription, "webhook")
    types.add(PageWebhook, "page_webhook")
    types.add(Heartbeat, "heartbeat")
    types.add(Team, "team")
    types.add(Profile, "profile")
    types.add(Trial, "test_page")
    types.add(ApiKey, "key")
    types.add(Person, "person")
    types.add(Roster, "members")
    types.add(AccessLog, "access")
    return types
