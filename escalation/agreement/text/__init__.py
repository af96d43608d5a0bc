"""Reading any document: YAML or JSON to values, each with its place and its mistakes."""
