"""People as pages reach them: how, when and where; teams; and who holds the contacts that agreements name."""
