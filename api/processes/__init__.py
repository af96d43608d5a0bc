"""What runs: the web processes, the worker, and `serve`, which starts and supervises all of it."""
