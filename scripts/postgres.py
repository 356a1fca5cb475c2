"""A throw-away PostgreSQL: started on a free loopback port in a temporary folder, ended by its own process id."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder that holds initdb and pg_ctl: Debian's, else on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_owner(owner: str | None, *words: str) -> list[str]:
    return (
        ["setpriv", f"--reuid={owner}", f"--regid={pwd.getpwnam(owner).pw_gid}", "--clear-groups", *words]
        if owner
        else list(words)
    )


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; use its own user, or nobody."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yield a database URL; everything is gone afterwards."""
    where = binaries()
    if where is None:
        message = "apt-get install postgresql"
        raise FileNotFoundError(message)
    owner, port = _owner(), _free_port()
    with tempfile.TemporaryDirectory(prefix="anlan-pg-", ignore_cleanup_errors=True) as folder:
        if owner:
            shutil.chown(folder, owner)
        data, log = f"{folder}/data", f"{folder}/log"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(
            _as_owner(
                owner, str(where / "initdb"), "-D", data, "-A", "trust", "-U", "anlan", "-E", "UTF8", "--locale=C.UTF-8"
            ),
            **quiet,
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c max_connections=60 -k {folder}"
        subprocess.run(
            _as_owner(owner, str(where / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start"), **quiet
        )
        try:
            yield f"postgresql://anlan@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(_as_owner(owner, str(where / "pg_ctl"), "-D", data, "-m", "fast", "-w", "stop"), **quiet)
