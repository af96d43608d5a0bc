"""The table of page webhooks' secrets."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Table, Text

from incidents.ledger.tables import metadata

page_webhook_secrets = Table(
    "page_webhook_secrets",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("webhook", Text, primary_key=True),
    Column("made_at", DateTime(timezone=True), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
)
"""By which pages to a webhook that an agreement gives to a party are signed: each that has not expired.

Web processes write secrets and cannot read them; only the worker, which signs, can.
"""
