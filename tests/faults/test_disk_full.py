"""A disk that is full: the command ends with one sentence, what was there stays whole, and with room it works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.product import Product, assert_one_line, assert_verified, contents, until
from tests.faults.test_kill_import import air_csv

pytestmark = pytest.mark.slow


def _size(product: Product) -> int:
    return product.file.stat().st_size


@pytest.mark.parametrize("room", [4096, 40_960])
def test_import_on_a_full_disk_changes_nothing(sqlite_product: Product, tmp_path: Path, room: int) -> None:
    file = tmp_path / "hours.csv"
    file.write_text(air_csv(days=10, stations="甲"), encoding="utf-8")
    before = contents(sqlite_product)
    done = sqlite_product.agent("limit", str(room), "air", "import", str(file), "--yes")
    assert_one_line(done, 3)
    assert contents(sqlite_product) == before
    assert_verified(sqlite_product)
    again = sqlite_product.run("air", "import", str(file), "--yes")
    assert again.returncode == 0, again.stderr
    assert contents(sqlite_product) != before


def test_backup_to_a_full_disk_says_so_and_leaves_no_half_file(sqlite_product: Product, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    done = sqlite_product.agent("limit", "20000", "backup", str(target))
    assert_one_line(done, 2)
    assert not target.exists()
    assert sqlite_product.run("backup", str(target)).returncode == 0
    assert target.stat().st_size > 20_000


def test_a_backup_while_others_write_restores_whole(sqlite_product: Product, tmp_path: Path) -> None:
    stop, ledger, target = tmp_path / "stop", tmp_path / "ledger", tmp_path / "backup.tar.gz"
    writer = sqlite_product.start_agent("write", "w", str(ledger), str(stop))
    until(lambda: ledger.exists() and bool(ledger.read_bytes()), writer)
    assert sqlite_product.run("backup", str(target)).returncode == 0
    stop.touch()
    assert writer.wait() == 0
    (tmp_path / "elsewhere").mkdir()
    restored = Product(tmp_path / "elsewhere")
    done = restored.run("restore", str(target))
    assert done.returncode == 0, done.stderr
    assert_verified(restored)
    assert restored.number("SELECT count(*) FROM journal_entry") > 0


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda _data: b"not an archive", lambda _data: b""]
)
def test_a_damaged_backup_is_refused(sqlite_product: Product, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    target = tmp_path / "backup.tar.gz"
    assert sqlite_product.run("backup", str(target)).returncode == 0
    target.write_bytes(damage(target.read_bytes()))
    (tmp_path / "elsewhere").mkdir()
    restored = Product(tmp_path / "elsewhere")
    assert_one_line(restored.run("restore", str(target)), 2)
    assert not restored.file.exists()
