"""Metrics for Prometheus: what processes count, and what the database tells when it is scraped."""
