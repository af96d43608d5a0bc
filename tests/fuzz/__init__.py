"""`make fuzz`: thousands of generated requests by several callers; no answer breaks the document or tells a secret."""
