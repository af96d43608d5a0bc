"""Reading the sections of an agreement, each beside those that it refers to."""
