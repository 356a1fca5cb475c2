"""The observation store in PostgreSQL. Imported only by `adapters`, since psycopg is an extra."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from anlan.base.errors import Refused
from anlan.kernel.observations.store.databases import NOTHING, SCHEMA

_LOCK = 0x414E4C41  # the advisory lock of the writer


class PostgresDatabase:
    """The same tables in the records' server; synchronous_commit is asked for, whatever the server's default is."""

    def __init__(self, address: str, *, writes: bool) -> None:
        """Raises Refused when another process writes already, or when there is nothing to read yet."""
        self._at = psycopg.connect(address, autocommit=True)
        self._at.execute("SET synchronous_commit TO on")
        if not writes:
            self._must_exist()
            return
        row = self._at.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
        if row is None or not row[0]:
            self._at.close()
            raise Refused("observations", "另一个网关正在写观测数据。先停掉它。")
        for sentence in SCHEMA:
            self._at.execute(sentence.format(blob="BYTEA", id="BIGINT PRIMARY KEY"))

    def _must_exist(self) -> None:
        row = self._at.execute("SELECT to_regclass('obs_event')").fetchone()
        if row is None or row[0] is None:
            self._at.close()
            raise Refused("observations", NOTHING)

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

    def close(self) -> None:
        self._at.close()
