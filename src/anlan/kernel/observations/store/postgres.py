"""The observation store in PostgreSQL. Imported only by `adapters`, since psycopg is an extra."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from anlan.base.errors import Missing, Refused
from anlan.kernel.observations.store.databases import BUSY, NOTHING, SCHEMA

_LOCK = 0x414E4C41  # the advisory lock of the writer
LOCK_S = 3.0


class PostgresDatabase:
    """The same tables in the records' server; synchronous_commit is asked for, whatever the server's default is."""

    def __init__(self, address: str, *, writes: bool) -> None:
        """Raises Refused when another process writes already, or when there is nothing to read yet; Missing without a server."""
        self._address, self._writes = address, writes
        self._at = self._opened()

    def _opened(self) -> psycopg.Connection[Any]:
        try:
            at = psycopg.connect(self._address, autocommit=True)
        except psycopg.OperationalError as error:
            raise Missing(
                "observations", f"观测数据库连不上：{str(error).splitlines()[0]}。检查 ANLAN_DATABASE_URL。"
            ) from None
        try:
            at.execute("SET synchronous_commit TO on")
            if self._writes:
                _lock(at)
                for sentence in SCHEMA:
                    at.execute(sentence.format(blob="BYTEA", id="BIGINT PRIMARY KEY"))
            elif at.execute("SELECT to_regclass('obs_event')").fetchone() == (None,):
                raise Refused("observations", NOTHING)
        except BaseException:
            at.close()
            raise
        return at

    def revive(self) -> None:
        """After an error: a connection that was lost is made again, with the lock of the writer."""
        if self._at.closed:
            self._at = self._opened()

    def query(self, sql: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._at.execute(sql.replace("?", "%s"), args, binary=True).fetchall()

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._at.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), rows)

    def transaction(self) -> Any:
        return self._at.transaction()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._at.transaction():
            self._at.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    def fault(self) -> str:
        """The server watches over its own pages."""
        return ""

    def close(self) -> None:
        self._at.close()


def _lock(at: psycopg.Connection[Any]) -> None:
    """A gateway that was just killed holds the lock until its backend has noticed: that long one waits."""
    end = time.monotonic() + LOCK_S
    while at.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        if time.monotonic() > end:
            raise Refused("observations", BUSY)
        time.sleep(0.1)
