"""A broker for tests: Debian's mosquitto on a free loopback port, with an access list, ended by its own process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOW = "没有 mosquitto：apt-get install mosquitto"
# `%u` is the name a client signed in with: nobody publishes under another's identity; the gateway alone reads all.
_ACCESS = """user gateway
topic read anlan/#
pattern write anlan/%u/#
"""


def binary() -> str:
    """Where it is. Skips the test when it is absent, and fails it when ANLAN_REQUIRE asks for it."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        (pytest.fail if "mosquitto" in os.environ.get("ANLAN_REQUIRE", "") else pytest.skip)(HOW)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def broker(folder: Path, users: dict[str, str], port: int = 0) -> Iterator[int]:
    """Its port. `users` may sign in with their passwords; what it holds for absent clients survives in `folder`."""
    where, port = binary(), port or free_port()
    passwords, access, settings = folder / "passwords", folder / "access", folder / "mosquitto.conf"
    passwords.write_text("".join(f"{name}:{word}\n" for name, word in users.items()))
    passwords.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    access.write_text(_ACCESS)
    owner = "user root\n" if os.geteuid() == 0 else ""  # it would else leave for a user who cannot read the folder
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nacl_file {access}\n{owner}"
        f"persistence true\npersistence_location {folder}/\nautosave_interval 1\nmax_queued_messages 0\n"
    )
    process = subprocess.Popen([where, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("mosquitto did not start")
