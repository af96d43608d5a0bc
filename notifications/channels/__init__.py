"""Ways of carrying a message: the port, and an adapter each."""
