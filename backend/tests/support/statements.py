"""Counting SQL statements, for the budgets that the design pins per action."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

NOT_COUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


@contextlib.contextmanager
def counted(at_most: int | None = None) -> Iterator[list[str]]:
    """The statements sent on the default connection inside the block, transaction control apart.

    `executemany` counts once per row, as it is sent. With `at_most`, a longer list fails and shows itself.
    """
    sent: list[str] = []

    def note(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not NOT_COUNTED.match(statement):
            sent.extend([statement] * (len(params) if many else 1))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
    if at_most is not None and len(sent) > at_most:
        listing = "\n".join(f"{n:3} {statement[:300]}" for n, statement in enumerate(sent, 1))
        raise AssertionError(f"{len(sent)} statements, {at_most} allowed:\n{listing}")
