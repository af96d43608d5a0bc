"""What things cost, measured; each module answers to one paragraph of docs/performance.md."""
