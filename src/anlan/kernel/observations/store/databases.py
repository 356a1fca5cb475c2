"""The two engines below the chunks: the same SQL, other words for bytes and places. One writer each, any number of readers."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from anlan.base.errors import Refused

# {id}: an integer key, in SQLite the row's own number. Blobs stand last, so that the others are read without them.
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS obs_commit (id BIGINT NOT NULL, part BIGINT NOT NULL, received BIGINT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, count BIGINT NOT NULL, block {blob} NOT NULL, PRIMARY KEY (id, part))",
    "CREATE TABLE IF NOT EXISTS obs_frame (id {id}, received BIGINT NOT NULL, block {blob} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS obs_day (id {id}, hours {blob} NOT NULL, block {blob} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS obs_span (id {id}, figures {blob} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS obs_latest (id {id}, upto BIGINT NOT NULL, block {blob} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS obs_state (name TEXT PRIMARY KEY, body {blob} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS obs_event (id {id}, key TEXT NOT NULL UNIQUE, at BIGINT NOT NULL, body TEXT NOT NULL)",
)
FORMAT = 2  # of the tables and blocks; a state row of the store says which it is
_PAGE, _BUSY_MS = 8192, 5000
NOTHING = "还没有观测数据。先启动网关：anlan gateway。"
BUSY = "另一个网关正在写观测数据。先停掉它。"


class Database(Protocol):
    """What the store asks of an engine; `?` stands for a parameter."""

    def query(self, sql: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...

    def transaction(self) -> Any: ...

    def snapshot(self) -> Any: ...

    def revive(self) -> None: ...

    def fault(self) -> str: ...

    def close(self) -> None: ...


class SqliteDatabase:
    """A file of its own; WAL and synchronous=FULL, so that what was acknowledged survives a power cut."""

    def __init__(self, file: Path, *, writes: bool) -> None:
        """Raises Refused when another process writes this file already, or when there is nothing to read yet."""
        if not writes and not file.exists():
            raise Refused("observations", NOTHING)
        self._lock = _locked(file) if writes else None
        address = f"file:{file}" + ("" if writes else "?mode=ro")
        self._at = sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
        )
        if writes:
            self._at.execute(f"PRAGMA page_size={_PAGE}")
            self._at.execute("PRAGMA journal_mode=WAL")
            self._at.execute("PRAGMA synchronous=FULL")
            for sentence in SCHEMA:
                self._at.execute(sentence.format(blob="BLOB", id="INTEGER PRIMARY KEY"))
        elif not self.query("SELECT name FROM sqlite_master WHERE name = 'obs_event'"):  # the last one made
            self._at.close()
            raise Refused("observations", NOTHING)

    def query(self, sql: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._at.execute(sql, args).fetchall()

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._at.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._at.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._at.execute("COMMIT")
        except BaseException:
            if self._at.in_transaction:
                self._at.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads inside see one state, whatever the writer commits meanwhile."""
        self._at.execute("BEGIN")
        try:
            yield
        finally:
            self._at.execute("ROLLBACK")

    def revive(self) -> None:
        """After an error: no transaction is left open. A file needs no new connection."""
        if self._at.in_transaction:
            self._at.execute("ROLLBACK")

    def fault(self) -> str:
        """What is wrong with the file; empty when it is sound. Reads all of it."""
        ((first,), *_more) = self.query("PRAGMA quick_check(1)")
        return "" if first == "ok" else str(first).splitlines()[-1]

    def close(self) -> None:
        self._at.close()
        if self._lock is not None:
            self._lock.close()


def check_format(database: Database, *, writes: bool) -> None:
    """Raises Refused for a store of a newer product; the writer names the format of a new one."""
    named = database.query("SELECT body FROM obs_state WHERE name = ?", ("format",))
    found = int(bytes(named[0][0])) if named else 0
    if found > FORMAT:
        raise Refused("newer", f"观测库是更新的版本写的（格式 {found}，本程序到 {FORMAT}）。升级程序后再开。")
    if writes and found < FORMAT:
        with database.transaction():
            database.run(
                "INSERT INTO obs_state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                [("format", str(FORMAT).encode())],
            )


def damaged(error: Exception) -> Refused:
    """The answer when the store's file cannot be read as one."""
    return Refused("damaged", f"观测库读不出：{' '.join(str(error).split())[:120]}。先看 anlan doctor，再从备份恢复。")


def _locked(file: Path) -> Any:
    file.parent.mkdir(parents=True, exist_ok=True)
    held = file.with_suffix(".lock").open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Refused("observations", BUSY) from None
    return held
