"""One JSON object a line."""

import json
import logging
import sys

from jingwei.server.logs import JsonFormatter


def line(**extra: object) -> dict[str, object]:
    record = logging.makeLogRecord(
        {"name": "jingwei", "levelname": "INFO", "msg": "shipped %s", "args": ("SO-1",)} | extra
    )
    record.created = 1795348800.25
    text = JsonFormatter().format(record)
    assert "\n" not in text
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_facts_stand_beside_the_message() -> None:
    assert line(request_id="r1", status=200) == {
        "at": "2026-11-22T12:00:00.250Z",
        "level": "info",
        "logger": "jingwei",
        "message": "shipped SO-1",
        "request_id": "r1",
        "status": 200,
    }


def test_a_traceback_stays_on_the_line() -> None:
    try:
        raise ValueError("经纬")
    except ValueError:
        found = line(exc_info=sys.exc_info())
    assert str(found["error"]).startswith("Traceback (most recent call last):\n")
    assert str(found["error"]).endswith("ValueError: 经纬")
