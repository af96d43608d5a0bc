"""Text messages and calls, through whichever provider a small file describes (docs/phone.md)."""
