"""Counted time: opening hours on the UTC line, time zones, business days."""
