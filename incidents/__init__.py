"""What happened: the incident, its use cases, its timeline and other views, over the ledger."""
