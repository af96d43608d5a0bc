"""The tables that are written with each command: every projection, beside the deadlines (api/bootstrap.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.key_rows import ApiKeys
from api.access.person import IdentityRows, PersonRows
from api.access.roster import MemberRows
from escalation.book import AgreementVersions
from escalation.crew.rows import HolderRows, ProfileRows, TeamRows, TurnRows
from escalation.heartbeats.rows import HeartbeatRows
from escalation.matters import MatterRows
from escalation.oncall.rows import FeedRows, ScheduleRows
from escalation.performance.record import PeriodRows
from escalation.standing import AgreedStandings
from incidents.restrictions import RestrictionRows
from incidents.states import IncidentStates
from notifications.owed.deliveries import Deliveries
from notifications.webhooks.rows import SubscriptionRows

if TYPE_CHECKING:
    from escalation.book import AgreementBook
    from escalation.clocks.courses import Courses
    from incidents.ledger.projections import Projection


def rows_of(courses: Courses, book: AgreementBook) -> list[Projection]:
    """Give them in the order in which they are written: all commands keep to one, so that none waits for another."""
    return [
        IncidentStates(AgreedStandings(courses)),
        RestrictionRows(book),
        AgreementVersions(),
        MatterRows(),
        PeriodRows(),
        HolderRows(),
        ScheduleRows(),
        FeedRows(),
        HeartbeatRows(),
        SubscriptionRows(),
        TeamRows(),
        ProfileRows(),
        TurnRows(),
        Deliveries(book),
        ApiKeys(),
        PersonRows(),
        IdentityRows(),
        MemberRows(),
    ]
