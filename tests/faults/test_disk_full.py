"""Nothing more can be written: one clear line, nothing half-stored, the old data still read, the next run with space works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.product import ROOT, Product, assert_one_line, assert_verified, attachments_whole, contents
from tests.faults.test_kill_import import air_csv

pytestmark = pytest.mark.slow
LACKING = 3


@pytest.fixture
def hours(tmp_path: Path) -> Path:
    file = tmp_path / "hours.csv"
    file.write_text(air_csv(), encoding="utf-8")
    return file


def left_over(product: Product) -> list[str]:
    """Files below the attachments that are no whole attachment: what a broken write left lying."""
    return [file.name for file in (product.var / "files").rglob("*") if file.is_file() and len(file.name) != 64]


# Where the limit is met: the write-ahead log's first page, the attachment, then the log within the transaction.
@pytest.mark.parametrize("size", [4096, 60_000, 150_000])
def test_import_on_a_full_disk(filled: Product, hours: Path, size: int) -> None:
    before = contents(filled)
    done = filled.agent("limit", str(size), "air", "import", str(hours), "--yes")
    assert_one_line(done, LACKING)
    assert "磁盘" in done.stderr
    assert contents(filled) == before
    assert left_over(filled) == []
    assert filled.run("plan", "coverage").returncode == 0
    assert filled.run("air", "import", str(hours), "--yes").returncode == 0
    assert filled.number("SELECT count(*) FROM environment_airfile") == 1
    assert attachments_whole(filled)
    assert_verified(filled)


def test_upload_on_a_full_disk(filled: Product) -> None:
    """The page says so and what to do (507), keeps nothing of the upload, and takes it when there is space."""
    assert filled.agent("prepare-upload").returncode == 0
    done = filled.agent("upload", "4096")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["507", "磁盘满了"], (done.stdout, done.stderr)
    assert left_over(filled) == []
    assert not list((filled.var / "files" / "waiting").iterdir())
    assert filled.agent("upload", "0").stdout.split() == ["200"]


@pytest.mark.parametrize("size", [20_000, 400_000])
def test_backup_to_a_full_target(filled: Product, tmp_path: Path, size: int) -> None:
    target, before = tmp_path / "target" / "backup.tar.gz", contents(filled)
    target.parent.mkdir()
    assert_one_line(filled.agent("limit", str(size), "backup", str(target)), LACKING)
    assert list(target.parent.iterdir()) == []
    assert contents(filled) == before
    assert filled.run("backup", str(target)).returncode == 0
    assert [file.name for file in target.parent.iterdir()] == ["backup.tar.gz"]


def test_backup_whose_own_file_does_not_fit(filled: Product, tmp_path: Path) -> None:
    """The device is full, not the folder of the data: the copy succeeds, the archive does not."""
    target = tmp_path / "backup.tar.gz"
    target.with_name("backup.tar.gz.part").symlink_to("/dev/full")
    assert_one_line(filled.run("backup", str(target)), LACKING)
    assert not target.exists()
    assert Path("/dev/full").exists()
    assert filled.run("backup", str(target)).returncode == 0


# In a name space of its own: a small file system with a copy of the product, ballast that leaves `room` KB, the import;
# then the ballast goes and the import comes again. Results are left outside.
_SMALL_DISK = """
set -u
disk=$1 var=$2 room=$3 hours=$4 python=$5 out=$6
mount -t tmpfs -o size=16m none "$disk" || exit 1
touch "$out/mounted"
cp -r "$var/." "$disk/"
head -c $(( $(df -k --output=avail "$disk" | tail -1) - room ))k /dev/zero > "$disk/ballast"
export ANLAN_VAR=$disk
"$python" -m anlan.server air import "$hours" --yes > "$out/stdout" 2> "$out/stderr"; echo $? > "$out/status"
find "$disk/files" -type f -name 'tmp*' > "$out/left"
rm "$disk/ballast"
"$python" -m anlan.server journal verify || exit 2
"$python" -m anlan.server air import "$hours" --yes || exit 3
rm -rf "$var" && cp -r "$disk" "$var"
"""


@pytest.mark.parametrize("room", [52, 200])
def test_a_file_system_that_is_really_full(filled: Product, hours: Path, tmp_path: Path, room: int) -> None:
    """Where this user may mount one: log, index and attachment compete for the last pages of a real file system."""
    if not shutil.which("unshare"):
        pytest.skip("no unshare: apt-get install util-linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    words = [str(word) for word in (disk, filled.var, room, hours, sys.executable, tmp_path)]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", _SMALL_DISK, "sh", *words],
        env=filled.env(), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not (tmp_path / "mounted").exists():
        pytest.skip("this user may not mount a small file system (unshare -rm)")
    said = {name: (tmp_path / name).read_text() for name in ("status", "stdout", "stderr", "left")}
    first = subprocess.CompletedProcess((), int(said["status"]), said["stdout"], said["stderr"])
    assert_one_line(first, LACKING)
    assert said["left"] == ""
    assert done.returncode == 0, done.stderr
    assert filled.number("SELECT count(*) FROM environment_airfile") == 1
    assert attachments_whole(filled)
    assert_verified(filled)
