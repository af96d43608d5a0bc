"""Webhook subscriptions: what happens in a partnership, told to other systems of a party as they see it."""
