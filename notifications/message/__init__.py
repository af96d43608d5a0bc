"""What is told, in words: an incident or a reminder, as its reader may see it."""
