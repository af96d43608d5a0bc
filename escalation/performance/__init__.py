"""What clocks come to over many incidents: attainment, objectives, repetition, formal warnings."""
