"""Killing senders while much is due: each delivery arrives, is sent again only where a kill hit it, and counts once.

The senders are those of the product, in processes of their own; what they send to is a server of this process, which
notes every request. Nothing here looks into a sender: what was in flight at a kill is what the server had been sent and
the database did not know the outcome of.
"""
