"""Corporate, customer and service layers over an agreement, the first that speaks wins."""
