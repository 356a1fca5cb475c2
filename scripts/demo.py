"""`make demo` and `make stop`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.assets import build
from scripts.env import PYTHON, ROOT, compile_catalogues, environment, fail, install

VAR = ROOT / "var"
PID, LOG = VAR / "demo.pid", VAR / "demo.log"
READY_SECONDS = 120


def _running() -> int | None:
    """The process id of our own demonstration, if it runs."""
    try:
        number = int(PID.read_text())
        words = Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return number if b"anlan.server" in words and b"demo" in words else None


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(f"端口 {port} 已被占用。换一个：make demo PORT={port + 1}", 2)


def demo() -> int:
    port = int(os.environ.get("PORT") or 8000)
    if _running():
        fail("演示已在运行。先 make stop。", 2)
    _check_port(port)
    if os.environ.get("RESET") == "1":
        shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(exist_ok=True)
    with ThreadPoolExecutor(1) as pool:  # npm and pip wait for different things
        assets = pool.submit(build)
        install("core")
        if not assets.result():
            build()  # the machine has no Node: now that the environment stands, the wheel can bring one
    compile_catalogues()
    words = [str(PYTHON), "-m", "anlan.server", "demo", "--port", str(port)]
    env = environment(ANLAN_DEMO="1", ANLAN_VAR=str(VAR), PYTHONUNBUFFERED="1")
    return _detached(words, env) if os.environ.get("DETACH") == "1" else _foreground(words, env)


def _foreground(words: list[str], env: dict[str, str]) -> int:
    child = subprocess.Popen(words, cwd=ROOT, env=env, start_new_session=True)
    PID.write_text(str(child.pid))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
    try:
        status = child.wait()
    finally:
        PID.unlink(missing_ok=True)
    return 0 if status in (0, -signal.SIGINT, 130) else status


def _detached(words: list[str], env: dict[str, str]) -> int:
    with LOG.open("w", encoding="utf-8") as log:
        child = subprocess.Popen(
            words,
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    PID.write_text(str(child.pid))
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        said = LOG.read_text(encoding="utf-8")
        if "READY" in said and "Ctrl-C" in said:
            sys.stdout.write(said.replace("停止：Ctrl-C", "停止：make stop"))
            return 0
        if child.poll() is not None:
            PID.unlink(missing_ok=True)
            sys.stderr.write(said)
            return child.returncode or 1
        time.sleep(0.1)
    fail("演示没有在限时内就绪，看 var/demo.log。", 1)
    return 1


def city() -> int:
    """The city's side of the link, beside the demonstration, until Ctrl-C."""
    port = int(os.environ.get("PORT") or 8100)
    _check_port(port)
    install("core")
    words = [str(PYTHON), "-m", "anlan.server", "city", "--port", str(port)]
    try:
        return subprocess.call(words, cwd=ROOT, env=environment(ANLAN_VAR=str(VAR), PYTHONUNBUFFERED="1"))
    except KeyboardInterrupt:
        return 0


def stop() -> int:
    number = _running()
    if number is None:
        sys.stdout.write("演示没有在运行。\n")
        PID.unlink(missing_ok=True)
        return 0
    os.kill(number, signal.SIGINT)
    for _ in range(100):
        if _running() is None:
            break
        time.sleep(0.1)
    else:
        os.kill(number, signal.SIGKILL)
    PID.unlink(missing_ok=True)
    sys.stdout.write("已停止。\n")
    return 0
