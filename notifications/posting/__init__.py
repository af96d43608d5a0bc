"""The one way out by HTTP: where a request may go, how it goes there, and how it is signed."""
