"""The product as an operator runs it: subprocesses on a folder or a database of their own, and what they left behind."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parents[2]
# `make fuzz` draws new faults and many; otherwise the same few every time.
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
ROUNDS = int(os.environ.get("ANLAN_FAULT_ROUNDS", "60" if LONG else "6"))
STARTED: list[subprocess.Popen[str]] = []
PATIENCE = 120.0  # only bounds a hang; no outcome depends on it
# What the sealer moves at its own pace, and what the framework keeps for itself.
_PASSING = ("journal_seal", "journal_pending", "journal_head", "journal_cursor", "django_", "sqlite_")


def draws(name: str) -> random.Random:
    """The test's own dice: fixed in the short run, new under the long profile (pytest prints what was drawn on failure)."""
    return random.Random(f"{name}-{time.time_ns()}" if LONG else name)


@dataclass(frozen=True)
class Product:
    """One installation: its folder `var`, and a PostgreSQL `url` (`pool`: connections are kept) or SQLite in the folder."""

    var: Path
    url: str = ""
    pool: bool = False

    @property
    def file(self) -> Path:
        return self.var / "anlan.sqlite3"

    def env(self) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        mine = {"ANLAN_VAR": str(self.var), "PYTHONPATH": path, "ANLAN_DATABASE_POOL": str(int(self.pool))}
        mine["DJANGO_SETTINGS_MODULE"] = "anlan.server.settings"
        rest = {key: value for key, value in os.environ.items() if not key.startswith("ANLAN_")}
        return {**rest, **mine, **({"ANLAN_DATABASE_URL": self.url} if self.url else {})}

    def start(self, *words: str, module: str = "anlan.server", **how: Any) -> subprocess.Popen[str]:
        """A process of the product; it leads no group and is ended by its own id."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        words = (sys.executable, "-m", module, *words)
        process = subprocess.Popen(words, env=self.env(), text=True, cwd=self.var, **pipes)
        STARTED.append(process)
        return process

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command to its end, in a process forked from one that has loaded the product already."""
        return self.agent("run", *words)

    def cold(self, *words: str, module: str = "anlan.server") -> subprocess.CompletedProcess[str]:
        with self.start(*words, module=module) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def agent(self, *words: str) -> subprocess.CompletedProcess[str]:
        return warm(self).run(self.var, words)

    def start_agent(self, *words: str, **how: Any) -> subprocess.Popen[str]:
        return self.start(*words, module="tests.faults.agents", **how)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read past the product, straight from the database."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(query).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def copy(self, var: Path) -> Product:
        """The same installation in another folder (SQLite, nobody writing)."""
        shutil.copytree(self.var, var)
        return Product(var)


class _Warm:
    """A process with the product loaded, for one database, that forks a child for each command: seconds saved each time."""

    def __init__(self, url: str = "", *, pool: bool = False) -> None:
        self._pool = pool
        self._url, self._lock, self._folder = url, threading.Lock(), tempfile.TemporaryDirectory(prefix="anlan-warm-")
        self._process: subprocess.Popen[str] | None = None

    def run(self, var: Path, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        status, out, err = self.ask(var, *words)
        return subprocess.CompletedProcess(words, status, out, err)

    def ask(self, var: Path, *words: str) -> Any:
        with self._lock:
            if self._process is None:
                home = Product(Path(self._folder.name), self._url, self._pool)
                self._process = home.start_agent("serve", stdin=subprocess.PIPE, stderr=None)
                STARTED.remove(self._process)
            send, answers = self._process.stdin, self._process.stdout
            assert send is not None
            assert answers is not None
            send.write(json.dumps([str(var), *words]) + "\n")
            send.flush()
            return json.loads(answers.readline())

    def end(self) -> None:
        if self._process is not None:
            self._process.communicate()  # its input ends, and so does it
            self._process = None
        self._folder.cleanup()


WARM = _Warm()
_OTHERS: dict[str, _Warm] = {}


def warm(product: Product) -> _Warm:
    if not product.url:
        return WARM
    return _OTHERS.setdefault(product.url, _Warm(product.url, pool=product.pool))


def cool() -> None:
    """End all of them."""
    for one in (WARM, *_OTHERS.values()):
        one.end()
    _OTHERS.clear()


class Running:
    """A child that goes on: forked from a warm process, ended by its own pid."""

    def __init__(self, product: Product, *words: str) -> None:
        number = next(_NUMBERS)
        self._product, self._files = product, [product.var / f"{name}-{number}" for name in ("out", "err")]
        self.pid = int(warm(product).ask(product.var, "&", *map(str, self._files), *words))
        self.status: int | None = None
        RUNNING.append(self)

    def poll(self) -> int | None:
        if self.status is None:
            self.status = warm(self._product).ask(self._product.var, "?", str(self.pid))
            if self.status is not None:
                RUNNING.remove(self)
        return self.status

    def send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> subprocess.CompletedProcess[str]:
        self.send(number)
        until(lambda: self.poll() is not None)
        return self.communicate()

    def communicate(self) -> subprocess.CompletedProcess[str]:
        out, err = (file.read_text(encoding="utf-8") if file.exists() else "" for file in self._files)
        return subprocess.CompletedProcess((), self.status or 0, out, err)

    def memory(self) -> int:
        """Bytes it holds now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def files(self) -> int:
        """Open files and sockets."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


RUNNING: list[Running] = []
_NUMBERS = itertools.count()


def contents(product: Product) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table (SQLite) but for instants: two installations with the same history are equal."""
    found = {}
    with closing(sqlite3.connect(product.file, timeout=20)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name.startswith(_PASSING):
                continue
            cursor = connection.execute(f"SELECT * FROM {name}")
            kept = [place for place, column in enumerate(cursor.description) if not column[0].endswith("at")]
            found[name] = sorted((tuple(row[place] for place in kept) for row in cursor), key=repr)
    return found


def attachments_whole(product: Product) -> bool:
    """Every stored row has its bytes, and they are the bytes it names."""
    for (digest,) in product.rows("SELECT sha256 FROM files_stored"):
        file = product.var / "files" / digest[:2] / digest
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            return False
    return True


def assert_verified(product: Product) -> None:
    done = product.run("journal", "verify")
    assert done.returncode == 0, done.stderr
    assert product.number("SELECT count(*) FROM journal_pending") == 0
    assert product.number("SELECT count(*) FROM journal_entry") == product.number("SELECT count(*) FROM journal_seal")


def assert_one_line(done: subprocess.CompletedProcess[str], status: int) -> None:
    """A clear end: the status, one sentence on stderr, no traceback."""
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stderr), done.stderr


def until(true: Callable[[], bool], *alive: subprocess.Popen[str] | Running) -> None:
    """Wait for what must happen; fail when a process that should bring it about has ended."""
    end = time.monotonic() + PATIENCE
    while not true():
        for process in alive:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, of a process this test started."""
    process.kill()
    process.communicate()
