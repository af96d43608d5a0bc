"""The ladders of an incident as people read them: who was told when and why, and what comes next."""

from __future__ import annotations

from notifications.ladder_view.view import ladders_of

__all__ = ["ladders_of"]
