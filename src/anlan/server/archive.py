"""The backup file: a gzipped tar of the records, the observation store of the same instant, and the attachments that rows name."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from anlan.base.errors import Refused

DATABASE, OBSERVATIONS, FILES = "anlan.sqlite3", "observations.sqlite3", "files"
PIECE = 1 << 20


def whole(file: Path, digest: str) -> bool:
    """The attachment is there and holds the bytes it is named after."""
    if not file.is_file():
        return False
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() == digest


def attachments(database: Path) -> list[str]:
    """Digests of the attachments that the rows of a database file name."""
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM files_stored ORDER BY sha256")]


def place(digest: str) -> str:
    """Where an attachment lies below the folder of files."""
    return f"{digest[:2]}/{digest}"


def _copy(database: Path, observations: Path, folder: Path) -> None:
    """Both files as of one moment, by SQLite's own online backup, while others write.

    Reading begins in the records first: whatever they have taken over from the store is in the copy of the store too.
    """
    with contextlib.ExitStack() as stack:
        pairs = []
        for source, name in ((database, DATABASE), (observations, OBSERVATIONS)):
            if source.exists():
                live, saved = (stack.enter_context(closing(sqlite3.connect(one))) for one in (source, folder / name))
                live.execute("BEGIN")
                live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one state
                pairs.append((live, saved))
        for live, saved in pairs:
            live.backup(saved)


def write(target: Path, database: Path, observations: Path, media: Path, scratch: Path) -> list[str]:
    """Write `target` whole or not at all; returns the digests of attachments that are lost or damaged.

    The databases are copied first. Attachments are never changed or removed, so those that rows name are still there.
    """
    partial = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            folder = Path(name)
            _copy(database, observations, folder)
            digests = attachments(folder / DATABASE)
            lost = [digest for digest in digests if not whole(media / place(digest), digest)]
            with tarfile.open(partial, "w:gz") as archive:
                for copy in (DATABASE, OBSERVATIONS):
                    if (folder / copy).exists():
                        archive.add(folder / copy, copy)
                for digest in sorted(set(digests) - set(lost)):
                    archive.add(media / place(digest), f"{FILES}/{place(digest)}")
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return lost


def unpack(source: Path, folder: Path) -> list[str]:
    """Unpack into `folder`; refuses what is cut, altered or no backup. Returns the digests of attachments it lacks."""
    try:
        with gzip.open(source) as stream:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                archive.extractall(folder, filter="data")
            while stream.read(PIECE):  # to the end, where the checksum of the whole stands
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused("broken", "这不是完好的备份文件，没有恢复。换一份备份。") from None
    database = folder / DATABASE
    if not database.exists():
        raise Refused("broken", "备份里没有数据库，没有恢复。换一份备份。")
    if not (_sound(database) and _sound(folder / OBSERVATIONS) and _has(database, "files_stored")):
        raise Refused("broken", "备份里的数据库已损坏，没有恢复。换一份备份。")
    if (folder / OBSERVATIONS).exists() and _taken(database) > _told(folder / OBSERVATIONS):
        raise Refused("broken", "备份里的记录和观测库不是同一时间的，没有恢复。换一份备份。")
    digests = attachments(database)
    kept = {file.name: file for file in (folder / FILES).rglob("*") if file.is_file()}
    if changed := [name for name, file in kept.items() if not whole(file, name)]:
        raise Refused("broken", f"备份里的附件 {changed[0][:12]} 被改动过，没有恢复。换一份备份。")
    return [digest for digest in digests if digest not in kept]


def _sound(database: Path) -> bool:
    """Readable to the last page; one that is not there lacks nothing."""
    if not database.exists():
        return True
    try:
        with closing(sqlite3.connect(database)) as connection:
            whole_pages = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return whole_pages and not connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return False


def _number(database: Path, query: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _taken(database: Path) -> int:
    """The last event of the observation store that the records have taken over."""
    return _number(database, "SELECT event FROM alarms_consumed") if _has(database, "alarms_consumed") else 0


def _told(observations: Path) -> int:
    return _number(observations, "SELECT COALESCE(MAX(id), 0) FROM obs_event") if _has(observations, "obs_event") else 0


def _has(database: Path, table: str) -> bool:
    return database.exists() and bool(_number(database, f"SELECT count(*) FROM sqlite_master WHERE name = '{table}'"))  # noqa: S608
