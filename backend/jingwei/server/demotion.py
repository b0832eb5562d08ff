"""Who runs PostgreSQL when we are root: PostgreSQL refuses to, so the process must become somebody else.

First choice is a user namespace, which needs no account and works inside a folder only root may enter; second an
existing system user, when the binaries and the data lie where that user may go. Parent folders are never chmod-ed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USERS = ("jingwei", "postgres")
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class DemotionError(Exception):
    """No way was found to run PostgreSQL as somebody other than root; the message says what to do."""


@dataclass(frozen=True)
class Demotion:
    """How to start a program as the database's user: a command prefix, or a uid and gid to become."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str], *, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a short program to its end, its output captured; the exit status is the caller's to judge."""
        return subprocess.run(  # noqa: S603
            [*self.prefix, *command],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            user=self.uid,
            group=self.gid,
            extra_groups=self._groups(),
        )

    def popen(self, command: list[str], *, env: dict[str, str], log: int) -> subprocess.Popen[bytes]:
        """Start a long-lived program in a session of its own, so that Ctrl-C in the terminal does not reach it."""
        return subprocess.Popen(  # noqa: S603
            [*self.prefix, *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=self._groups(),
        )

    def give(self, path: Path) -> None:
        """Hand a file or folder that we made to the database's user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def _groups(self) -> list[int] | None:
        return None if self.uid is None else []  # none of root's groups for somebody else


def choose(*, bin_dir: Path, folder: Path, data: Path) -> Demotion:
    """The way to run `bin_dir`'s programs on `data` inside `folder`.

    Raises DemotionError when we are root and nothing works.
    """
    if os.geteuid() != 0:
        return Demotion()
    owner = data.stat().st_uid if data.exists() else None
    candidates = [c for c in _candidates(folder) if owner is None or (c.uid or 0) == owner]
    for candidate in candidates:
        if _may_work(candidate, bin_dir=bin_dir, folder=folder):
            return candidate
    raise DemotionError(
        "PostgreSQL refuses to run as root, and neither a user namespace nor a system user "
        f"({', '.join(SYSTEM_USERS)}) can reach both {bin_dir} and {folder}. Start Jingwei as an ordinary user, or "
        "allow user namespaces, or set JINGWEI_VAR to a folder that such a user may enter, or set DATABASE_URL and "
        "MIGRATION_DATABASE_URL to use a PostgreSQL server of your own."
    )


def _candidates(folder: Path) -> list[Demotion]:
    found = [Demotion(prefix=NAMESPACE)] if shutil.which(NAMESPACE[0]) else []
    # Root works in somebody's checkout: that somebody is the natural owner of the data.
    owners = (place.stat() for place in (folder, *folder.parents))
    found += [Demotion(uid=o.st_uid, gid=o.st_gid) for o in owners if o.st_uid != 0][:1]
    for name in SYSTEM_USERS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        found.append(Demotion(uid=account.pw_uid, gid=account.pw_gid))
    return found


def _may_work(candidate: Demotion, *, bin_dir: Path, folder: Path) -> bool:
    # A user namespace works in the folder as it is; a system user is given the folder, and must get as far as it.
    script = 'test -x "$1" && test -r "$1" && cd "$2"'
    place = folder if candidate.uid is None else folder.parent
    try:
        done = candidate.run(["/bin/sh", "-c", script, "sh", str(bin_dir / "postgres"), str(place)], env={})
    except OSError:
        return False
    return done.returncode == 0
