"""Django's PostgreSQL connection, which is not asked before each request whether it is still there.

A server that stops or ends a session says so on the socket; while nothing has come, there is nothing to ask about.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """The engine of `settings.DATABASES`."""

    def is_usable(self) -> bool:
        """Whether the connection can be used for the next request; a statement is spent on it only in doubt."""
        if self.connection is None or self.connection.closed:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0) or super().is_usable()
