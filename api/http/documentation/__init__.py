"""The documentation page, made from the OpenAPI document alone: what each part of it says to people."""
