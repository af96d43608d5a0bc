"""Bringing in another system's incident log: what `tocsin import` does (docs/import.md)."""
