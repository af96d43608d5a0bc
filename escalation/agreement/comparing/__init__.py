"""Two versions of an agreement, compared in words."""
