"""The backup file: a gzipped tar of one consistent database and the attachments its rows name."""

from __future__ import annotations

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

DATABASE, FILES = "anlan.sqlite3", "files"
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


def write(target: Path, database: Path, media: Path, scratch: Path) -> list[str]:
    """Write `target` whole or not at all; returns the digests of attachments that are lost or damaged.

    The database is copied first, by SQLite's own online backup: a consistent picture while others write. Attachments
    are never changed or removed, so those its rows name are still there.
    """
    partial = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            copy = Path(folder) / DATABASE
            with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as saved:
                live.backup(saved)
            digests = attachments(copy)
            lost = [digest for digest in digests if not whole(media / place(digest), digest)]
            with tarfile.open(partial, "w:gz") as archive:
                archive.add(copy, DATABASE)
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
    try:
        with closing(sqlite3.connect(database)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            sound = sound and not connection.execute("PRAGMA foreign_key_check").fetchall()
        digests = attachments(database)
    except sqlite3.DatabaseError:
        sound, digests = False, []
    if not sound:
        raise Refused("broken", "备份里的数据库已损坏，没有恢复。换一份备份。")
    kept = {file.name: file for file in (folder / FILES).rglob("*") if file.is_file()}
    if changed := [name for name, file in kept.items() if not whole(file, name)]:
        raise Refused("broken", f"备份里的附件 {changed[0][:12]} 被改动过，没有恢复。换一份备份。")
    return [digest for digest in digests if digest not in kept]
