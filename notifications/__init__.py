"""Telling people: what is owed to whom, the queue it waits in, and the channels that carry it."""
