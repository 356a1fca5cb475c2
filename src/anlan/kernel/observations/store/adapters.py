"""Which engine an address means. The named adapter for psycopg, an extra, imported only for a PostgreSQL address."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from anlan.base.errors import Missing, unwritable
from anlan.kernel.observations.store.databases import Database, SqliteDatabase, check_format, damaged


def open_database(address: str, *, writes: bool) -> Database:
    """`postgresql://…`, or the path of a SQLite file.

    Raises Refused for a store that another process writes, that is damaged or newer than this product; Missing when psycopg is
    not installed, the server away or the disk full.
    """
    try:
        database = _open(address, writes=writes)
        try:
            check_format(database, writes=writes)
        except BaseException:
            database.close()
            raise
    except (sqlite3.DatabaseError, ValueError) as error:
        raise (unwritable(error) or damaged(error)) from None
    return database


def _open(address: str, *, writes: bool) -> Database:
    if not address.startswith(("postgres://", "postgresql://")):
        return SqliteDatabase(Path(address), writes=writes)
    try:
        from anlan.kernel.observations.store.postgres import PostgresDatabase
    except ImportError:
        raise Missing("psycopg", "没有装 PostgreSQL 驱动：pip install 'anlan[postgres]'。") from None
    return PostgresDatabase(address, writes=writes)
