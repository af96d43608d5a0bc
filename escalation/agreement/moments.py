"""The moments that an agreement may name: what starts, stops and pauses clocks. Pure.

Some are facts of their own (`acknowledged`); the milestones are reached by a command of that name.
"""

from __future__ import annotations

MILESTONES: dict[str, str] = {
    "request_sent_to_client": "the client was asked for something",
    "client_replied": "the client replied",
    "request_sent_to_provider": "the provider was asked for something",
    "provider_replied": "the provider replied",
    "approved_window_begins": "an approved change window began",
    "approved_window_ends": "the approved change window ended",
    "fix_deployed": "a fix was deployed",
    "confirmed": "the fix was confirmed",
    "relapse": "the fault came back",
}
"""What people say by the milestone command, each in words."""

RELAPSE = "relapse"

STARTS: dict[str, str] = {
    "reported": "it was reported",
    "severity_set": "a severity was set",
    "last_update": "the last update",
    "resolved": "it was resolved",
    "pir_published": "its review was published",
    **MILESTONES,
}
ENDS: dict[str, str] = {
    "acknowledged": "it was acknowledged",
    "first_qualified_response": "the partner first heard of it",
    "next_update": "the next update",
    "workaround_in_place": "it was mitigated",
    "resolved": "it was resolved",
    "pir_published": "its review was published",
    "action_closed": "the action was closed",
    **MILESTONES,
}
"""What may stand in a target's `from`, and in its `until`."""
