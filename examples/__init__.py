"""Things to try: a demo, agreements, mappings."""
