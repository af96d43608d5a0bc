"""What gunicorn imports instead of wsgi.py: the same application, which may die between a commit and its answer."""

from __future__ import annotations

from api.http.app import create_app, served
from api.logs import configure_logging
from api.settings import Settings
from tests.faults.points import UNANSWERED
from tests.faults.victims import dying_after_commit

_settings = Settings.read()
configure_logging(_settings.log_level, _settings.log_format)
app = create_app(served(_settings, committed=dying_after_commit(_settings, UNANSWERED)))
