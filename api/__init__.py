"""Every way in, and the wiring: HTTP resources, the `tocsin` command, and what starts and supervises the processes."""
