"""`python -m api.cli`, the same as `tocsin`."""

from __future__ import annotations

from api.cli import main

main(prog_name="tocsin")
