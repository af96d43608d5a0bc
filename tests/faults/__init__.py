"""Killing Tocsin's processes under load, again and again, and checking that nothing is lost: `make faults`.

The processes are the real ones (gunicorn, worker, sequencer) on a durable PostgreSQL. Where a kill is to hit a certain
moment, the victim is wired here with a thin wrapper that kills its own process there; the product knows nothing of it.
"""
