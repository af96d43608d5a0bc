"""The tables of access: keys, people and where they belong, sessions, limits, and who read what.

All but `people`, `identities`, `sessions` and `secrets` name a partnership and are held to reach (see ledger/reach.py).
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)

from incidents.ledger.tables import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("partnership", Text),
    Column("name", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("party", Text),
    Column("scopes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("expires_at", DateTime(timezone=True)),
    Column("next_hash", Text),
    Column("old_until", DateTime(timezone=True)),
)
"""`partnership` is None for the operator's keys, which reach all of them.

Once a key is rotated, `next_hash` is that of its newest secret, and `hash` that of the one before, good until
`old_until`.
"""

key_uses = Table(
    "key_uses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partnership", Text),
    Column("used_at", DateTime(timezone=True), nullable=False),
)
"""When a key was last used, to the minute: no fact, so not in the ledger."""

people = Table(
    "people",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("email", Text, unique=True),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("deactivated_at", DateTime(timezone=True)),
)
"""`kind` is `person`, or `service`: a program that its identity provider vouches for. Name and e-mail are None once
erased; the e-mail of who was deactivated is None too, so that it is free for a new record."""

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("linked_at", DateTime(timezone=True), nullable=False),
)
"""As whom an identity provider knows a person (OpenID Connect Core, section 2: `iss` and `sub`)."""

members = Table(
    "members",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Index("members_person_idx", "person"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("sessions_person_idx", "person"),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("millionths", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("taken", Boolean, nullable=False),
    prefixes=["UNLOGGED"],
)
"""One bucket a principal, in millionths of a token (see limits.py). `taken`: there was one for the last request.

After a crash of the database all buckets are full again.
"""

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("party", Text),
    Column("operation", Text, nullable=False),
    Column("target", Text),
    Column("recorded", Boolean, nullable=False, server_default=text("false")),
    Index("access_log_partnership_id_idx", "partnership", "id"),
    Index("access_log_unrecorded_idx", "id", postgresql_where=text("NOT recorded")),
)
"""Who read or exported what. `recorded`: it stands in the partnership's log as well."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What this installation alone knows, 256 random bits each: made by the migration, shared by its processes."""
