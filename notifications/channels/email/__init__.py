"""E-mail: a letter made of a message, and the SMTP conversation that hands it over."""
