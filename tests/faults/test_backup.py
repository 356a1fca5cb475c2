"""A backup made while others write is one consistent state; a damaged one is refused and leaves the place empty."""

from __future__ import annotations

import gzip
import io
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.product import Product, assert_one_line, assert_verified, attachments_whole, contents, kill, until

pytestmark = pytest.mark.slow
BAD_INPUT, LACKING = 2, 3


def restored(archive: Path, var: Path) -> Product:
    var.mkdir()
    product = Product(var)
    done = product.run("restore", str(archive))
    assert done.returncode == 0, done.stderr
    return product


@pytest.fixture
def backup(filled: Product, tmp_path: Path) -> Path:
    assert filled.run("journal", "verify").returncode == 0
    target = tmp_path / "backup.tar.gz"
    assert filled.run("backup", str(target)).returncode == 0
    return target


def test_restored_is_what_was_backed_up(filled: Product, backup: Path, tmp_path: Path) -> None:
    product = restored(backup, tmp_path / "new")
    assert contents(product) == contents(filled)
    assert attachments_whole(product)
    assert_verified(product)


def test_backup_while_writers_write(filled: Product, tmp_path: Path) -> None:
    """Acts with attachments go on during the backup; what it holds is a beginning of what they did, whole."""
    stop, target = tmp_path / "stop", tmp_path / "backup.tar.gz"
    crew = [filled.start_agent("write", name, str(tmp_path / name), str(stop)) for name in ("a", "b")]
    crew.append(filled.start_agent("attach", "c", str(tmp_path / "c"), str(stop)))
    worker = filled.start("worker")
    ledgers = [tmp_path / name for name in ("a", "b", "c")]
    until(lambda: all(book.exists() and book.stat().st_size > 20 for book in ledgers), worker, *crew)
    done = filled.run("backup", str(target))
    assert done.returncode == 0, done.stderr
    told = [book.stat().st_size for book in ledgers]
    until(lambda: all(book.stat().st_size > size for book, size in zip(ledgers, told, strict=True)), worker, *crew)
    stop.touch()
    for process in crew:
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    kill(worker)
    product = restored(target, tmp_path / "new")
    assert_verified(product)
    assert attachments_whole(product)
    states = dict(product.rows("SELECT code, short_name FROM access_organisation"))
    for name in ("a", "b", "c"):
        wrote = (
            f"SELECT subject_id FROM journal_entry WHERE verb = 'fault.wrote' AND subject_kind = '{name}' ORDER BY id"
        )
        numbers = [int(row[0]) for row in product.rows(wrote)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert 0 < len(numbers) < filled.number(f"SELECT count(*) FROM ({wrote})")
        assert states[name] == str(numbers[-1])


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def cut_at_the_very_end(data: bytes) -> bytes:
    return data[:-4]


def one_byte_within(data: bytes) -> bytes:
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


def one_byte_of_the_checksum(data: bytes) -> bytes:
    return data[:-6] + bytes([data[-6] ^ 1]) + data[-5:]


def no_archive(_data: bytes) -> bytes:
    return "示例".encode() * 100


def nothing(_data: bytes) -> bytes:
    return b""


def _repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A well-formed archive whose members someone changed; None leaves a member out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        for member in old:
            handle = old.extractfile(member)
            changed = change(member.name, handle.read() if handle else b"")
            if changed is not None:
                member.size = len(changed)
                new.addfile(member, io.BytesIO(changed))
    return out.getvalue()


def an_attachment_rewritten(data: bytes) -> bytes:
    return _repacked(data, lambda name, old: old + b"!" if name.startswith("files/") else old)


def no_database(data: bytes) -> bytes:
    return _repacked(data, lambda name, old: None if name.endswith(".sqlite3") else old)


def half_a_database(data: bytes) -> bytes:
    return _repacked(data, lambda name, old: old[: len(old) // 2] if name.endswith(".sqlite3") else old)


DAMAGES = (
    cut, cut_at_the_very_end, one_byte_within, one_byte_of_the_checksum, no_archive, nothing,
    an_attachment_rewritten, no_database, half_a_database,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused(backup: Path, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(damage(backup.read_bytes()))
    (tmp_path / "new").mkdir()
    product = Product(tmp_path / "new")
    assert_one_line(product.run("restore", str(bad)), BAD_INPUT)
    assert list(product.var.iterdir()) == []


def test_a_backup_with_a_forged_journal_is_refused(backup: Path, tmp_path: Path) -> None:
    def forge(name: str, old: bytes) -> bytes:
        if not name.endswith(".sqlite3"):
            return old
        file = tmp_path / "forged.sqlite3"
        file.write_bytes(old)
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(
                "DROP TRIGGER journal_entry_no_update; UPDATE journal_entry SET actor_name = '示例·他人';"
            )
        return file.read_bytes()

    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(_repacked(backup.read_bytes(), forge))
    (tmp_path / "new").mkdir()
    product = Product(tmp_path / "new")
    done = product.run("restore", str(bad))
    assert_one_line(done, BAD_INPUT)
    assert "第 1 号" in done.stderr
    assert not product.file.exists()


def test_an_attachment_lost_before_the_backup_is_named(filled: Product, tmp_path: Path) -> None:
    """The backup is made all the same, and both backup and restore say what it lacks."""
    (digest,) = filled.rows("SELECT sha256 FROM files_stored")[0]
    (filled.var / "files" / digest[:2] / digest).write_bytes(b"cut")
    target = tmp_path / "backup.tar.gz"
    done = filled.run("backup", str(target))
    assert_one_line(done, LACKING)
    assert digest[:12] in done.stderr
    (tmp_path / "new").mkdir()
    product = Product(tmp_path / "new")
    done = product.run("restore", str(target))
    assert_one_line(done, LACKING)
    assert digest[:12] in done.stderr
    assert contents(product) == contents(filled)
