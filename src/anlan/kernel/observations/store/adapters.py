"""Which engine an address means. The named adapter for psycopg, an extra, imported only for a PostgreSQL address."""

from __future__ import annotations

from pathlib import Path

from anlan.base.errors import Missing
from anlan.kernel.observations.store.databases import Database, SqliteDatabase


def open_database(address: str, *, writes: bool) -> Database:
    """`postgresql://…`, or the path of a SQLite file. Raises Missing when psycopg is not installed."""
    if not address.startswith(("postgres://", "postgresql://")):
        return SqliteDatabase(Path(address), writes=writes)
    try:
        from anlan.kernel.observations.store.postgres import PostgresDatabase
    except ImportError:
        raise Missing("psycopg", "没有装 PostgreSQL 驱动：pip install 'anlan[postgres]'。") from None
    return PostgresDatabase(address, writes=writes)
