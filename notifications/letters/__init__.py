"""Letters: deliveries as people look at them. What became of each, what waits and why, and what failed for good."""
