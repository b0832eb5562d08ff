"""Work done by many at once, on connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(n)` in `count` threads that start together; re-raises what any of them raised."""
    from django.db import connections

    results, errors, gate = [None] * count, [], threading.Barrier(count)

    def one(number):
        try:
            gate.wait()
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - raised again in the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
