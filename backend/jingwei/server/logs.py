"""The log: one JSON object a line on standard output, so that any collector can read it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: What Django and granian hang on records: objects, not facts.
_NOT_LOGGED = frozenset({"request", "server_time", "color_message"})
_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonFormatter(logging.Formatter):
    """`at` (UTC), `level`, `logger`, `message`, what the caller gave in `extra`, and `error` with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD and k not in _NOT_LOGGED}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _json(line)


def configuration(level: str = "INFO") -> dict[str, Any]:
    """A logging.config dictionary; the same for web, worker and commands."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "jingwei.server.logs.JsonFormatter"}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # A refused request is answered and appears in the access log; only failures of ours are errors.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "_granian": {"level": "WARNING", "handlers": ["stdout"], "propagate": False},
        },
    }
