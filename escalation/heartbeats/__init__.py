"""Heartbeats: other systems' dead man's switches. They call as long as they are well; silence opens an incident."""
