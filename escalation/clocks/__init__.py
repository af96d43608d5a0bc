"""What clocks say: pure functions of an incident's facts, its agreement, and now (design decision 7)."""
