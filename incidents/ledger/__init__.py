"""The append-only store under everything: events, disclosures, sequence, Merkle log, followers."""
