"""Children end with the process that started them, even when that one is killed outright."""

from __future__ import annotations

import ctypes
import os
import signal

PARENT = "JINGWEI_SUPERVISOR"
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when our supervisor dies; does nothing in a process started by hand."""
    parent = os.environ.pop(PARENT, None)
    if parent is None:
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before we asked
        os.kill(os.getpid(), signal.SIGTERM)
