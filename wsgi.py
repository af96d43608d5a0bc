"""What gunicorn imports."""

from __future__ import annotations

from api.http.app import create_app

app = create_app()
