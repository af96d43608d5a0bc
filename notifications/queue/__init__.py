"""The delivery queue: what waits, who sends it, and what follows a failed try."""
