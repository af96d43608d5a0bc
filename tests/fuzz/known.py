"""Values that exist in a world, by where a request names them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.http import OURS, THEIRS

if TYPE_CHECKING:
    from tests.fuzz.world import World

Known = dict[tuple[str, ...], list[Any]]
"""Values by place (path, query, header or body) and name, and maybe type."""

PARTIES = ["acme", "globex"]
NUMBERED = {"/claims/": [2, 3, 5], "/filings/": [5, 8], "/responders/": [7, 8]}
"""Numbers of claims, filings and requests: entries of incidents that are told alike (see deciding.py)."""
EXCLUSIONS = ["client_caused_delay", "force_majeure", "third_party_failure", "planned_maintenance"]
MISSING = "INC-99999999"
VERSIONS = list(range(1, 16))
WORDS = ["Seit 9 Uhr", "slow\u2026 \U0001f422", "=1+1"]
NAMES = {
    "severity": ["S1", "S2", "S3"],
    "impact": ["critical", "minor"],
    "urgency": ["immediate", "normal"],
    "service": ["payments-api", "reporting"],
    "party": PARTIES,
}
"""Names of the agreement: a body with others is refused, a list filtered by others is empty."""

TEXTS = ("title", "description", "text", "note", "reason", "name")
PAST = (
    "reported_from",
    "reported_to",
    "resolved_from",
    "resolved_to",
    "changed_since",
    "since",
    "until",
    "as_of",
    "at",
)


def known_values(world: World, *, positive: bool) -> Known:
    """Give what exists; where requests are to be refused, only for places in which everything else is refused."""
    return _refused_otherwise(world) | (_taken_otherwise(world) if positive else {})


def _refused_otherwise(world: World) -> Known:
    references = [*world.known["reference"], *world.known["free"], MISSING]
    return {
        ("path", "reference"): references,
        ("path", "partnership"): [OURS, THEIRS],
        ("path", "key"): world.known["key"],
        ("path", "person"): world.known["person"],
        ("path", "version"): VERSIONS,
        ("path", "migration"): [*world.known["migration"], 999],
        **{("path", kind): world.known[kind] for kind in ("dispute", "notice", "certificate")},
        ("path", "settlement"): [2, 3],
        ("path", "absence"): [1, 2],
        ("path", "team"): world.known["team"],
        ("path", "heartbeat"): world.known["heartbeat"],
        ("path", "delivery"): world.known["delivery"],
        ("path", "schedule"): world.known["schedule"],
        **{("path", name): world.known[name] for name in ("webhook", "message")},
        **{("path", name): [1, 2] for name in ("override", "swap")},
        ("path", "contact"): ["acme-duty", "globex-ops"],
        ("header", "If-Match"): ["*"],
        ("query", "partnership"): [OURS, THEIRS],
        ("body", "partnership"): [OURS, THEIRS],
        ("body", "of"): references,
        ("body", "entry"): VERSIONS,
        ("body", "digest"): world.known["digest"],
        ("body", "to_version"): [1, 2, 3],
        **{("body", name): values for name, values in NAMES.items()},
    }


def _taken_otherwise(world: World) -> Known:
    now = world.site.clock.now()
    past = [(now - timedelta(seconds=ago)).isoformat() for ago in (1, 30, 3600)]
    later = [(now + timedelta(days=1)).isoformat()]
    words = world.secrets.words()
    return {
        ("header", "Idempotency-Key"): [f"request-{number}" for number in range(200)],
        ("header", "Last-Event-ID"): world.known["events"],
        ("query", "after"): [*world.known["events"], "now"],
        ("query", "types"): ["incident.*", "agreement.*,members.*", "incident.noted", "access.*"],
        ("query", "kinds"): ["noted", "update_posted,declared"],
        ("query", "cursor"): world.known["cursor"],
        ("query", "q"): words,
        ("query", "text"): words,
        ("query", "at_version"): VERSIONS,
        **{("body", name, "date-time"): past for name in ("since", "until")},
        ("query", "since", "integer"): [1, 2],
        ("query", "until", "integer"): [2, 3],
        ("body", "users_affected_pct"): [0, 25],
        ("body", "occurred_at"): past,
        ("body", "expires_at"): later,
        ("body", "old_until"): later,
        ("body", "person"): world.known["person"],
        ("body", "members"): [[person] for person in world.known["person"]] + [[]],
        ("body", "holder"): [f"team:{name}" for name in world.known["team"]],
        ("body", "interval"): [60, 3600],
        ("body", "grace"): [0, 60],
        ("body", "tz"): ["Europe/Berlin", "America/New_York"],
        ("body", "languages"): [["de", "en-GB"]],
        ("body", "people"): [[person] for person in world.known["person"]] + [[]],
        ("body", "with"): world.known["person"],
        ("body", "layers"): [_layers(person) for person in world.known["person"]] + [[]],
        ("body", "give"): [{"starts_at": past[0], "ends_at": later[0]}],
        ("body", "take"): [{"starts_at": past[0], "ends_at": later[0]}],
        ("body", "warn"): [["acme-duty"], []],
        ("query", "from"): past,
        ("query", "to"): later,
        ("body", "starts_at"): past,
        ("body", "ends_at"): later,
        ("body", "email"): [*world.known["email"], "new@people.example"],
        **{("query", name, "date-time"): past for name in PAST},
        **{("body", name): WORDS for name in TEXTS},
        **{("query", name): values for name, values in NAMES.items()},
    }


def _layers(person: str) -> list[dict[str, Any]]:
    """Give layers in which somebody has every turn."""
    return [{"rotation": "weekly", "start": "2026-01-05T09:00", "participants": [person]}]


def known_in(body: str, world: World) -> Known:
    """Give what exists for the fields of one body of the document, by its name there."""
    now = world.site.clock.now()
    later = [(now + timedelta(days=ahead)).isoformat() for ahead in (3, 100, 9000)]
    own: dict[str, dict[str, list[Any]]] = {
        "Announcing": {"services": [["reporting"], ["payments-api"]], "starts_at": later[:1], "ends_at": later[1:]},
        "Raising": {"about": ["other", "agreement"], "happened_at": [(now - timedelta(days=1)).isoformat()]},
        **{body: {"name": ["first", "second", "third"]} for body in ("ScheduleBody", "TeamBody")},
        **{
            body: {"url": ["https://hooks.example/new"], "types": [["incident.*"], []]}
            for body in ("WebhookBody", "WebhookSettings")
        },
        "Pause": {"reason": ["waiting_on_partner"]},
        "Resumption": {"reason": ["waiting_on_partner"]},
        "Veto": {"reason": ["waiting_on_partner"]},
        "Vote": {"vote": ["granted", "refused", *NAMES["severity"]]},
        "Filing": {"notification": ["notify-client", "notify-authority", "early-warning"]},
        "Action": {"priority": ["high", "medium", "low"], "action": [f"A-{number}" for number in range(1, 30)]},
        "ActionDone": {"action": ["A-1", "A-2", "A-3"]},
        "Snooze": {"until": [(now + timedelta(hours=ahead)).isoformat() for ahead in (1, 8)]},
        "Escalation": {"rung": [0, 1, 2, 3]},
        "Reassignment": {"to": _addressees(world)},
        "ResponderAsked": {"whom": _addressees(world)},
        "Flags": {"add": [["personal_data_breach"], ["significant"]], "remove": [["significant"], ["other"]]},
        "Claiming": {
            "name": [*EXCLUSIONS, "approved_extension", "waiting_on_partner", "A-1"],
            "start": [(now - timedelta(seconds=ago)).isoformat() for ago in (1, 30, 3600, 90_000)],
            "until": [(now + timedelta(days=ahead)).isoformat() for ahead in (0, 1, 40)],
            "clocks": [["resolve"], ["workaround", "resolve"], ["action_due"]],
            "at_fault": ["globex", "initech"],
        },
    }
    return {("body", field): values for field, values in own.get(body, {}).items()}


def _addressees(world: World) -> list[str]:
    people, teams = world.known["person"], world.known["team"]
    named = ["acme-duty", "client.service_owner", "body:severity_panel"]
    return [*named, *(f"person:{each}" for each in people), *(f"team:{each}" for each in teams)]
