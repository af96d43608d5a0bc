"""The database: reaching it, bringing its tables up to date, and the embedded one."""
