"""What a heartbeat says in an incident. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.heartbeats.watching import expected_at, silent_at

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.heartbeats.record import Heartbeat
    from escalation.heartbeats.watching import Watched


def title(heartbeat: Heartbeat) -> str:
    """Give the title of an incident: that which people set, else one that names the heartbeat."""
    own = heartbeat.settings.title
    return own if isinstance(own, str) else f"No heartbeat from {heartbeat.name}"


def description(heartbeat: Heartbeat, watched: Watched) -> str:
    """Say since when it is silent, and what was expected."""
    heard = "never heard" if watched.heard_at is None else f"last heard at {_said(watched.heard_at)}"
    return (
        f"The heartbeat {heartbeat.name} of {heartbeat.party} is silent. It was {heard}, should have called by "
        f"{_said(expected_at(watched))}, and was waited for until {_said(silent_at(watched))}."
    )


def heard_again(heartbeat: Heartbeat, heard_at: datetime) -> str:
    """Say that it calls again."""
    return f"The heartbeat {heartbeat.name} was heard again at {_said(heard_at)}."


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
