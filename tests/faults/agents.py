"""Processes that a test starts and breaks: `python -m tests.faults.agents WORD ...`. Each uses the product's own code."""

from __future__ import annotations

import importlib
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse

django.setup()

from anlan.base import clock  # noqa: E402 - models need the framework set up
from anlan.kernel.access.models import Organisation, Person  # noqa: E402
from anlan.kernel.access.types import SYSTEM  # noqa: E402
from anlan.kernel.alarms.actions import set_rule  # noqa: E402
from anlan.kernel.files.keeping import keep  # noqa: E402
from anlan.kernel.journal.models import Entry, Seal  # noqa: E402
from anlan.kernel.journal.record import record  # noqa: E402
from anlan.kernel.journal.sealing import consume  # noqa: E402
from anlan.kernel.observations import actions  # noqa: E402
from anlan.kernel.observations.models import Stream  # noqa: E402
from anlan.kernel.observations.types import Channel  # noqa: E402
from anlan.kernel.planning.reading.cli import sample_text  # noqa: E402
from anlan.kernel.registry.models import Station  # noqa: E402
from anlan.server import cli  # noqa: E402
from tests.faults import city, command  # noqa: E402
from tests.support.cast import make_cast  # noqa: E402


def die(place: str, *words: str) -> int:
    """Run a command and kill -9 this very process at its n-th step: a statement, a commit's two sides, a file's sync.

    `place` 0 kills nothing and ends stderr with the number of steps there were.
    """
    steps, last = 0, int(place)

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], *rest: Any) -> Any:
        step()
        return execute(*rest)

    commit, fsync = BaseDatabaseWrapper._commit, os.fsync  # type: ignore[attr-defined]

    def stepped_commit(self: BaseDatabaseWrapper) -> None:
        step()
        commit(self)
        step()

    def stepped_sync(handle: int) -> None:
        step()
        fsync(handle)
        step()

    BaseDatabaseWrapper._commit, os.fsync = stepped_commit, stepped_sync  # type: ignore[attr-defined]
    connection.execute_wrappers.append(statement)
    status = command.WORDS[words[0]](*words[1:]) if words[0] in command.WORDS else cli.run(words)
    sys.stderr.write(f"{steps}\n")
    return status


def limit(size: str, *words: str) -> int:
    """Run a command that can write no file beyond `size` bytes: what a full disk looks like from inside."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    return cli.run(words)


def fill(count: str) -> int:
    """Commit many entries, none sealed."""
    rows = [
        Entry(at=clock.now(), actor_name="示例", verb="fault.filled", subject_kind="fault", subject_id=str(number))
        for number in range(int(count))
    ]
    Entry.objects.bulk_create(rows, batch_size=1000)
    return 0


def write(name: str, ledger: str, stop: str, *, attaching: bool = False) -> int:
    """Act again and again until the file `stop` appears; after each commit has returned, a line in the ledger."""
    place = Organisation.objects.create(code=name, name=name, kind="bureau", path=f"/{name}/")
    book, number = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 0
    while not Path(stop).exists():
        number += 1
        with transaction.atomic():
            Organisation.objects.filter(pk=place.pk).update(short_name=str(number))
            if attaching:
                keep(actor=SYSTEM, name="示例.txt", content=f"{name} {number}".encode(), at=clock.now())
            record(actor=SYSTEM, verb="fault.wrote", subject_kind=name, subject_id=number, at=clock.now())
        os.write(book, f"{number}\n".encode())
        time.sleep(0.002)  # lets the others have their turn
    return 0


def attach(name: str, ledger: str, stop: str) -> int:
    """The same, each act with a file of its own."""
    return write(name, ledger, stop, attaching=True)


def prepare() -> int:
    """The table into which `follow` writes, numbered by the database."""
    kind = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE fault_seen (place {kind} PRIMARY KEY, seq bigint)")
    return 0


def follow(name: str) -> int:
    """A consumer whose effect is a row: one for each sealed entry it is handed."""

    def note(row: Seal) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO fault_seen (seq) VALUES (%s)", [row.seq])

    while True:
        if not consume(name, note, limit=100):
            time.sleep(0.02)


def upload(size: str) -> int:
    """Send a plan to the page that previews it, first without a limit on files when `size` is 0; prints the answer."""
    settings.ALLOWED_HOSTS = ["testserver"]
    person = Person.objects.get(username="planner")
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    if int(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    answer = client.post(reverse("plan_import"), {"file": SimpleUploadedFile("plan.txt", sample_text().encode())})
    words = "磁盘满了" if "磁盘满了" in answer.content.decode() else ""
    sys.stdout.write(f"{answer.status_code} {words}\n")
    return 0


def prepare_upload() -> int:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make_cast()
    return 0


def run(*words: str) -> int:
    return cli.run(words)


KIND = "tank_area"  # any kind will do: streams are given one by one
_FACTORS = ("w01018-Rtd", "w21003-Rtd")
_CHANNELS = {
    "http": ("load1", "load2"), "hj212": tuple(f"2011/{one}" for one in _FACTORS), "jt808": ("speed",), "gb26875": ("1.1/40.2.15",),
}  # fmt: skip
_LAWS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("high", "above", {"limit": 80, "back": 5}), ("long", "above", {"limit": 55, "hold_s": 240}),
    ("outside", "outside", {"low": 8, "limit": 95, "back": 1}), ("jump", "rate", {"limit": 40}), ("frozen", "frozen", {"hold_s": 180}),
)  # fmt: skip


def equip(many: str, settings: str = "{}") -> int:
    """Stations, devices, streams and rules to send to and to be alarmed by; prints what a load generator and a replay need."""
    at = datetime.fromtimestamp(0, UTC)
    place = Organisation.objects.create(code="f", name="示例单位", kind="bureau", path="/f/")
    told: dict[str, Any] = {"devices": [], "laws": [], "possible": {}}
    streams: dict[str, list[int]] = {"load": [], "bits": []}
    for number in range(int(many)):
        for protocol, channels in _CHANNELS.items():
            station = Station.objects.create(
                code=f"{protocol}-{number}",
                name=f"示例{protocol}{number}",
                kind=KIND,
                organisation=place,
                created_at=at,
                updated_at=at,
            )
            identity = {"gb26875": str(1000 + number), "jt808": f"0100000000{number:02d}"}.get(
                protocol, f"{protocol}示例{number}"
            )
            secret = {"http": f"token-{number}", "hj212": "123456"}.get(protocol, "")
            device = actions.register_device(
                actor=SYSTEM, protocol=protocol, identity=identity, name=identity, station=station, at=at, settings=json.loads(settings),
                secret=actions.digest_of(secret) if protocol == "http" else secret,
            )  # fmt: skip
            mine = {}
            for order, source in enumerate(channels):
                kind = "bits" if protocol == "gb26875" else "load"
                channel = Channel(
                    code=f"{kind}{order}", quantity="示例", title="示例", unit="", every=60, low=0, high=1000
                )
                mine[source] = actions.add_stream(actor=SYSTEM, device=device, channel=channel, source=source, at=at).pk
                streams[kind].append(mine[source])
            told["devices"].append(
                {"protocol": protocol, "identity": identity, "secret": secret, "id": device.pk, "streams": mine}
            )
    for code, laws in (("load0", _LAWS), ("load1", _LAWS), ("bits0", (("bits", "bits", {"mask": 2}),))):
        for slug, form, given in laws:
            rule = set_rule(actor=SYSTEM, slug=re.sub(r"[^a-z0-9]", "_", f"{code}_{slug}".lower()), title="示例", form=form, kind=KIND, code=code, settings=given,
                            priority=3, basis="示例", at=at)  # fmt: skip
            hold = {"hold": round(given["hold_s"] * 1000)} if "hold_s" in given else {}
            rest = {name: value for name, value in given.items() if name != "hold_s"}
            told["laws"] += [{"rule": rule.pk, "stream": one, "form": form, **rest, **hold}
                             for one in Stream.objects.filter(code=code).values_list("pk", flat=True)]  # fmt: skip
    told["possible"] = {one: [0, 1000] for some in streams.values() for one in some}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def patched(constants: str, *words: str) -> int:
    """A command with other constants, `{"tidying.GATHER_MS": 200}`; `"clock": FILE` adds the seconds in a file to the clock."""
    given: dict[str, Any] = json.loads(constants)
    if file := given.pop("clock", ""):
        real = clock.now
        clock.now = lambda: real() + timedelta(seconds=float(Path(file).read_text() or 0))
    limited = given.pop("limit", 0)
    for name, value in given.items():
        module, _dot, constant = name.rpartition(".")
        setattr(importlib.import_module(f"anlan.kernel.exchange.{module}"), constant, value)
    if limited:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limited, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return cli.run(words)


def _child(var: Path, words: list[str], out: str, err: str) -> None:
    """Become that installation's command: its folder, its database, its output; never returns."""
    for number, name in ((1, out), (2, err)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    settings.VAR, settings.MEDIA_ROOT, settings.STATIC_ROOT = var, var / "files", var / "static"
    if connection.vendor == "sqlite":
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = var / "anlan.sqlite3"
        settings.OBSERVATIONS = str(var / "observations.sqlite3")
    os.chdir(var)
    status = 1
    try:
        status = AGENTS[words[0]](*words[1:])
        connection.close()
    except BaseException:  # noqa: BLE001 - the loop of the parent must not go on in the child
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _spawn(var: Path, words: list[str]) -> int:
    out, err, *words = words
    child = os.fork()
    if child == 0:
        os.close(0)
        _child(var, words, out, err)
    return child


def _ended(child: int) -> int | None:
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def serve() -> int:
    """Read commands from stdin, run each in a forked child, answer with its status, stdout and stderr.

    `&`: answer with its pid at once, its output in files; `?`: the status of such a child, null while it runs.
    """
    for line in sys.stdin:
        var, *words = json.loads(line)
        if words[0] in ("&", "?"):
            done = _spawn(Path(var), words[1:]) if words[0] == "&" else _ended(int(words[1]))
            sys.stdout.write(json.dumps(done) + "\n")
            sys.stdout.flush()
            continue
        with tempfile.TemporaryDirectory() as folder:
            out, err = f"{folder}/out", f"{folder}/err"
            child = os.fork()
            if child == 0:
                _child(Path(var), words, out, err)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = [status, Path(out).read_text(encoding="utf-8"), Path(err).read_text(encoding="utf-8")]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


AGENTS: dict[str, Callable[..., int]] = {
    "die": die, "limit": limit, "fill": fill, "write": write, "attach": attach, "prepare": prepare, "follow": follow,
    "upload": upload, "equip": equip, "patched": patched, "prepare-upload": prepare_upload, "run": run, "serve": serve,
    **{f"link-{name}": word for name, word in city.WORDS.items()}, **command.WORDS,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(AGENTS[sys.argv[1]](*sys.argv[2:]))
