"""The gateway's own troubles: a second one, a store that is damaged or newer, a full disk, a clock that jumps, an end under load."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.faults.load import HOST
from tests.faults.product import LONG, ROOT, STARTED, Product, Running, assert_one_line, draws, until
from tests.faults.site import FREE, Site, equipped
from tests.faults.test_hostile_lines import ask, hj, moment, post, stored, table, unanswered

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
BAD_INPUT, LACKING = 2, 3
SPARE = "token-2"
LOAD_S = 6.0 if LONG else 0.7


@pytest.fixture
def site(sqlite_product: Product) -> Site:
    return equipped(sqlite_product)


def observations(site: Site) -> Path:
    return site.product.var / "observations.sqlite3"


def a_life(site: Site) -> None:
    """A gateway that stored something and ended in order."""
    gateway = site.listening()
    assert b"CN=9014" in ask(site, hj(site, 90, moment()))
    done = gateway.end(signal.SIGTERM)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_a_second_gateway_is_refused(product: Product) -> None:
    """On a file and in PostgreSQL: one line, and the first goes on."""
    site = equipped(product)
    gateway = site.listening()
    ports = site.ports
    second = product.agent("patched", "{}", "gateway", *FREE)
    assert_one_line(second, BAD_INPUT)
    assert "另一个网关" in second.stderr
    assert site.ports == ports
    assert b"CN=9014" in ask(site, hj(site, 1, moment()))
    gateway.end()
    gateway = site.listening()  # a killed one holds nothing
    assert b"CN=9014" in ask(site, hj(site, 1, moment()))
    gateway.end()


def test_a_port_in_use_is_said(site: Site) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = str(taken.getsockname()[1])
        for protocol in ("--http", "--hj212"):
            words = [port if FREE[place - 1] == protocol else one for place, one in enumerate(FREE)]
            done = site.product.agent("patched", "{}", "gateway", *words)
            assert_one_line(done, BAD_INPUT)
            assert port in done.stderr


def overwritten(file: Path) -> None:
    file.write_bytes("示例，不是数据库。".encode() * 500)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def holed(file: Path) -> None:
    """Zeros over all pages but the first."""
    size = file.stat().st_size
    with file.open("r+b") as handle:
        handle.seek(8192)
        handle.write(b"\0" * (size - 8192))


def block_rewritten(file: Path) -> None:
    with closing(sqlite3.connect(file)) as store:
        store.execute("UPDATE obs_commit SET block = x'00112233'")
        store.commit()


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as store:
        store.execute("UPDATE obs_state SET body = CAST('99' AS BLOB) WHERE name = 'format'")
        store.commit()


@pytest.mark.parametrize("damage", [overwritten, cut_short, holed, block_rewritten, newer])
def test_a_store_that_cannot_be_read_is_said_in_one_line(site: Site, damage: Callable[[Path], None]) -> None:
    a_life(site)
    damage(observations(site))
    before = observations(site).read_bytes()
    done = site.product.agent("patched", "{}", "gateway", *FREE)
    assert_one_line(done, BAD_INPUT)
    assert "观测库" in done.stderr
    if damage is not block_rewritten:  # the file is whole; what is inside, only its reader can tell
        doctor = site.product.run("doctor")
        assert (doctor.returncode, "缺  观测库" in doctor.stdout) == (LACKING, True), doctor.stdout
    if damage in (overwritten, cut_short):
        assert observations(site).read_bytes() == before  # left as it was found


def test_a_newer_store_in_postgres(postgres_product: Product) -> None:
    site = equipped(postgres_product)
    site.listening().end()
    assert "好  观测库" in postgres_product.run("doctor").stdout
    with psycopg.connect(postgres_product.url) as database:
        database.execute("UPDATE obs_state SET body = '99' WHERE name = 'format'")
    assert_one_line(postgres_product.agent("patched", "{}", "gateway", *FREE), BAD_INPUT)
    assert "缺  观测库" in postgres_product.run("doctor").stdout


def test_a_store_begun_anew_loses_no_alarm(site: Site) -> None:
    """Somebody removed the store's file: doctor says that the two do not belong together, and new alarms reach the records."""
    a_life(site)
    worker = site.worker()
    until(lambda: site.product.number("SELECT count(*) FROM alarms_alarm") > 0, worker)
    worker.end()
    for file in site.product.var.glob("observations.sqlite3*"):
        file.unlink()
    gateway = site.listening()
    assert "不是同一时间的" in site.product.run("doctor").stdout
    assert post(site, table("load1", (moment(), 99)))[0] == 200
    worker = site.worker()
    http = site.device("http")["streams"]["load1"]
    until(
        lambda: site.product.number(f"SELECT count(*) FROM alarms_alarm WHERE stream_id = {http}") > 0, worker, gateway
    )
    assert "缺  观测库" not in site.product.run("doctor").stdout


def test_ended_under_load(site: Site) -> None:
    """SIGTERM: what was acknowledged is there; the process ends by itself and says nothing."""
    worker, load, dice = site.worker(), site.load("end"), draws("end")
    for _ in range(20 if LONG else 3):
        gateway = site.listening()
        time.sleep(dice.uniform(0.1, LOAD_S))
        done = gateway.end(signal.SIGTERM)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        site.assert_kept()
    gateway = site.listening()
    site.drained(load)
    site.assert_kept()
    site.assert_counted()
    assert site.assert_told(worker)


def unlimited(gateway: Running) -> None:
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def limited(gateway: Running, size: int) -> None:
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def refused(site: Site) -> tuple[int, int]:
    """Posts of a device that takes no part in the load, until one is answered 507: its time and value. None raises an alarm."""
    for _ in range(10_000):
        at = moment()
        value = 30 + at // 60_000 % 20  # never the same twice running: no rule has anything to tell of it
        status = post(site, table("load1", (at, value)), SPARE)[0]
        if status == 507:
            return at, value
        assert status == 200, status
    raise AssertionError("it is never full")


def test_a_full_disk_acknowledges_nothing_and_recovers(sqlite_product: Product) -> None:
    """Files that cannot grow, under load, again and again: 507 and no word to devices, then all goes on without a restart."""
    site = equipped(sqlite_product, 3)
    gateway, worker = site.listening(limit=0, **{"writer.RETRY_S": 0.1, "writer.PATIENCE_S": 0.5}), site.worker()
    unlimited(gateway)
    load = site.load("full")
    for _turn in range(8 if LONG else 2):
        until(lambda: bool(site.acknowledged()), gateway)
        wal = site.product.var / "observations.sqlite3-wal"
        limited(
            gateway, wal.stat().st_size
        )  # the log cannot grow: a large commit fails in its middle, a small one may fit
        at, _value = refused(site)
        assert at not in stored(site, "http", "load1", 2)
        limited(gateway, 4096)  # nothing can be written at all
        at, value = refused(site)
        assert at not in stored(site, "http", "load1", 2)
        assert unanswered(site, hj(site, value, at, 2))
        assert at not in stored(site, "hj212", number=2)
        assert site.assert_kept()
        unlimited(gateway)
        again = hj(site, value, at, 2)
        until(lambda frame=again: not unanswered(site, frame), gateway)  # type: ignore[misc]
        time.sleep(LOAD_S)
    site.drained(load)
    site.assert_kept()
    site.assert_counted()
    assert site.assert_told(worker)


# In a name space of its own: a small file system that holds the product; `fill` and `free` come from outside.
_SMALL_DISK = """
set -u
disk=$1 var=$2 python=$3 out=$4
mount -t tmpfs -o size=12m none "$disk" || exit 1
cp -r "$var/." "$disk/"
touch "$out/mounted"
export ANLAN_VAR=$disk
cd "$disk"
"$python" -m anlan.server gateway --http 0 --hj212 0 --gb26875 0 --jt808 0 --sl651 0 > "$out/stdout" 2> "$out/stderr" &
gateway=$!
wait_for() { while [ ! -e "$1" ]; do kill -0 $gateway || exit 2; sleep 0.05; done; }
wait_for "$out/fill"; cat /dev/zero > "$disk/ballast" 2> /dev/null; touch "$out/filled"
wait_for "$out/free"; rm "$disk/ballast"; touch "$out/freed"
wait_for "$out/stop"; kill -TERM $gateway; wait $gateway; echo $? > "$out/status"
rm -rf "$var" && cp -r "$disk" "$var"
"""


def test_a_file_system_that_is_really_full(site: Site, tmp_path: Path) -> None:
    if not shutil.which("unshare"):
        pytest.skip("no unshare: apt-get install util-linux")
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    process = subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", _SMALL_DISK, "sh", *map(str, (disk, site.product.var, sys.executable, out))],
        env=site.product.env(), cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    STARTED.append(process)
    until(lambda: (out / "mounted").exists() or process.poll() is not None)
    if not (out / "mounted").exists():
        pytest.skip("this user may not mount a small file system (unshare -rm)")
    until(lambda: (out / "stdout").exists() and (out / "stdout").read_text().endswith("\n"), process)
    ports = dict(word.split("=") for word in (out / "stdout").read_text().split()[1:])
    site.ports_file.write_text(json.dumps({name: int(port) for name, port in ports.items()}))
    before, during, after, kept = moment(), moment(), moment(), []
    assert b"CN=9014" in ask(site, hj(site, 1, before))
    (out / "fill").touch()
    until((out / "filled").exists, process)
    for _ in range(200):  # what is left in the log's file is used up
        at = moment()
        status = post(site, table("load1", *((at + place, place % 60) for place in range(60))))[0]
        if status == 507:
            break
        assert status == 200
        kept.append(at)
    assert post(site, table("load1", (during, 1)))[0] == 507
    (out / "free").touch()
    until((out / "freed").exists, process)
    until(lambda: not unanswered(site, hj(site, 3, after)), process)
    (out / "stop").touch()
    process.communicate(timeout=60)
    assert (out / "status").read_text() == "0\n", (out / "stderr").read_text()
    found = stored(site, "hj212")
    assert (found[before], found[after], during in stored(site, "http", "load1")) == (1, 3, False)
    assert set(kept) <= set(stored(site, "http", "load1"))
    with closing(sqlite3.connect(observations(site))) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_servers_clock_jumps_under_load(site: Site) -> None:
    """An hour, days, back and forth: nothing acknowledged is lost, alarms are those of the values' own time, reports go on."""
    offset = site.product.var / "offset"
    offset.write_text("0")
    gateway, worker = site.listening(clock=str(offset)), site.worker()
    load, dice = site.load("clock"), draws("clock")
    for jump in (3600, -3600, 3 * 86_400, -86_400, 0):
        told = _reported(site)
        offset.with_suffix(".new").write_text(str(jump + dice.uniform(0, 60)))
        offset.with_suffix(".new").replace(offset)
        until(lambda before=told: _reported(site) != before, gateway)  # type: ignore[misc]
        time.sleep(LOAD_S / 2)
        site.assert_kept()
    site.drained(load)
    site.assert_kept()
    site.assert_counted()
    assert site.assert_told(worker)


def _reported(site: Site) -> int:
    """When the gateway last said how it is, by its own clock."""
    reader = site.open()
    body = reader.state().get("gateway", b"{}")
    reader.database.close()
    return int(json.loads(body).get("at", 0))


def test_a_devices_clock_jumps(site: Site) -> None:
    """Ahead of ours: not stored as a value and said so, the frame is kept; back: stored as of the time it says."""
    gateway = site.listening()
    now = time.time_ns() // 1_000_000_000 * 1000
    for ahead in (3_600_000, 86_400_000):
        status, answer = post(site, table("load1", (now + ahead, 5)))
        assert (status, answer["stored"], answer["untimely"]) == (200, 0, 1)
        frame = hj(site, 5, now + ahead)
        assert b"CN=9014" in ask(site, frame)
        reader = site.open()
        assert any(raw == frame for _number, some in reader.frames(0, 10_000) for _device, raw in some)
        reader.database.close()
    order = [now, now - 3_600_000, now - 86_400_000, now + 1000]
    for place, at in enumerate(order):
        assert post(site, table("load1", (at, place)))[1]["stored"] == 1
        assert b"CN=9014" in ask(site, hj(site, place, at))
    for protocol in ("http", "hj212"):
        found = stored(site, protocol)
        assert {at: found.get(at) for at in order} == {at: float(place) for place, at in enumerate(order)}
        assert max(found) == now + 1000
    gateway.end()


def test_backed_up_under_load_and_restored(site: Site, tmp_path: Path) -> None:
    """Both stores as of one moment: what was acknowledged before is there, and the records go on where the store's events do."""
    gateway, worker, load = site.listening(), site.worker(), site.load("backup")
    until(lambda: site.product.number("SELECT count(*) FROM alarms_alarm") > 2, gateway, worker)
    before, target = site.acknowledged(), tmp_path / "backup.tar.gz"
    done = site.product.run("backup", str(target))
    assert done.returncode == 0, done.stderr
    until(lambda: sum(map(len, site.acknowledged().values())) > sum(map(len, before.values())) + 100, gateway, worker)
    site.drained(load)
    gateway.end()
    worker.end()
    (tmp_path / "new").mkdir()
    other = Site(Product(tmp_path / "new"), site.told, site.start)
    done = other.product.run("restore", str(target))
    assert done.returncode == 0, done.stderr
    other.ledger.write_text(
        "".join(f"{stream} {end} {value!r}\n" for stream, rows in before.items() for end, value in rows)
    )
    other.assert_kept()
    assert "好  观测库" in other.product.run("doctor").stdout
    taken, held = other.product.number("SELECT event FROM alarms_consumed"), len(other.events())
    assert taken > 0
    worker = other.worker()
    until(lambda: other.product.number("SELECT event FROM alarms_consumed") >= held, worker)
    told = other.alarms_stored()
    assert other.alarms_recorded() == sorted((*one[:5], one[5] if one[3] == "raised" else 0.0) for one in told)
    assert other.product.number("SELECT count(*) FROM journal_entry WHERE verb = 'alarms.alarm.raised'") == sum(
        one[3] == "raised" for one in told
    )
    load = other.load("after")  # and it works on
    gateway = other.listening()
    time.sleep(0.5)
    other.drained(load)
    other.assert_kept()


def test_a_restore_does_not_join_two_halves(site: Site, tmp_path: Path) -> None:
    a_life(site)
    target = tmp_path / "backup.tar.gz"
    assert site.product.run("backup", str(target)).returncode == 0
    (tmp_path / "new").mkdir()
    shutil.copy(observations(site), tmp_path / "new")
    done = Product(tmp_path / "new").run("restore", str(target))
    assert_one_line(done, BAD_INPUT)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["observations.sqlite3"]
