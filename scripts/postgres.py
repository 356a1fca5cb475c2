"""A throw-away PostgreSQL: started on a free loopback port in a temporary folder, ended by its own process id."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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


@dataclass
class Server:
    """A server of our own in `folder`; its postmaster is our child."""

    folder: str
    port: int
    owner: str | None
    where: Path
    more: tuple[str, ...] = ()  # settings as `name=value`
    postmaster: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://anlan@127.0.0.1:{self.port}/postgres"

    def _words(self, program: str, *words: str) -> list[str]:
        return _as_owner(self.owner, str(self.where / program), *words)

    def make(self) -> None:
        words = self._words(
            "initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "anlan", "-E", "UTF8", "--locale=C.UTF-8"
        )
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> None:
        """Returns when it answers, after recovery where that is due. Raises RuntimeError with its log when it ends instead."""
        options = ("-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60", "-k", self.folder)
        options += tuple(word for one in self.more for word in ("-c", one))
        words = self._words("postgres", "-D", f"{self.folder}/data", "-p", str(self.port), *options)
        with Path(f"{self.folder}/log").open("ab") as log:
            self.postmaster = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        ready = [str(self.where / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False, cwd=self.folder).returncode:
            if self.postmaster.poll() is not None:
                raise RuntimeError(Path(f"{self.folder}/log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        if self.postmaster is not None:
            self.postmaster.send_signal(signal.SIGINT)  # what pg_ctl calls fast
            self.postmaster.wait()

    def kill(self) -> None:
        """kill -9 of the postmaster and of all its children; returns when they are gone."""
        if self.postmaster is None:
            return
        pid = self.postmaster.pid
        os.kill(pid, signal.SIGSTOP)  # from here on it has no further children
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for one in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.postmaster.wait()
        while any(_lives(one) for one in children):
            time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def throwaway_server(*settings: str) -> Iterator[Server]:
    """A started server; everything is gone afterwards."""
    where = binaries()
    if where is None:
        message = "apt-get install postgresql"
        raise FileNotFoundError(message)
    owner = _owner()
    with tempfile.TemporaryDirectory(prefix="anlan-pg-", ignore_cleanup_errors=True) as folder:
        if owner:
            shutil.chown(folder, owner)
        server = Server(folder, _free_port(), owner, where, settings)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def throwaway_postgres(*settings: str) -> Iterator[str]:
    """Yield a database URL; everything is gone afterwards. `settings`: the server's own, as `name=value`."""
    with throwaway_server(*settings) as server:
        yield server.url
