"""Where the web server listens."""

from __future__ import annotations

import errno
import socket

from jingwei.server.runtime import RuntimeProblem

FIRST_PORT = 8000
TRIED_PORTS = 100


def choose_port(host: str, wanted: int | None) -> int:
    """The wanted port, or without one the first free from 8000 on.

    Raises RuntimeProblem when the wanted one is taken or none is free.
    """
    if wanted is not None:
        if not _is_free(host, wanted):
            raise RuntimeProblem(f"port {wanted} of {host} is taken; choose another with --port.")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + TRIED_PORTS):
        if _is_free(host, port):
            return port
    raise RuntimeProblem(f"no port from {FIRST_PORT} to {FIRST_PORT + TRIED_PORTS - 1} is free; choose with --port.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free; a used one is not
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise RuntimeProblem(f"{host} can't be listened on: {error.strerror}") from error
    return True
