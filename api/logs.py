"""Logging: one line an event on standard error, for people (`console`) or machines (`json`), libraries included."""

from __future__ import annotations

import logging.config
import re
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor


_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Without the values of variables, here and on the console: they may be secrets."""

_SECRET_ADDRESS = re.compile(r"(/v1/calendars/|/v1/heartbeats/|/acknowledge/)[^\s\"'?#]+")
"""Addresses that are secrets: of calendars and heartbeats, and links to acknowledge. Servers write down what they were
asked for when something goes wrong.
"""


def configure_logging(level: str, style: str) -> None:
    """Set up logging for this process."""
    logging.config.dictConfig(logging_config(level, style))
    structlog.configure(
        processors=[*_common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str, style: str) -> dict[str, Any]:
    """Return the standard library's configuration. `style` is `console` or `json`."""
    handler = {"class": "logging.StreamHandler", "formatter": "line"}
    quiet = {"level": "WARNING"}  # what they say below that is about themselves
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": _formatter, "style": style}},
        "handlers": {"stderr": handler},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "alembic": quiet,
            "httpx": quiet,
            "httpcore": quiet,
            "psycopg": {"level": "ERROR"},  # a lost race raises its error, and a warning would repeat it each time
            "gunicorn.error": quiet,
            "gunicorn.access": quiet,
        },
    }


def _formatter(style: str) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer() if style == "json" else _console()
    exceptions: list[Processor] = [_TRACEBACKS] if style == "json" else []
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *exceptions, renderer, _masked],
    )


def _masked(_logger: object, _method: str, line: Any) -> str:  # noqa: ANN401 - what the renderer made: text
    """Take the secrets out of addresses, tracebacks included."""
    return _SECRET_ADDRESS.sub(r"\1…", str(line))


def _console() -> Processor:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
