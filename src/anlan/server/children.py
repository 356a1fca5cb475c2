"""Processes that belong to another: started with it, ended with it, also when it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

PARENT = "ANLAN_PARENT"  # set for a child: it ends when this process is gone
GRACE_S = 5.0


def start(words: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """`anlan <words>` as a child of this process."""
    whole = {**os.environ, **env, PARENT: str(os.getpid())}
    return subprocess.Popen([sys.executable, "-m", "anlan.server", *words], env=whole, stdout=subprocess.DEVNULL)


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()


def follow_parent() -> None:
    """Called by a command that may be a child: SIGTERM to ourselves once the parent is gone. Nothing without a parent."""
    parent = os.environ.get(PARENT, "")
    if parent.isdecimal():
        threading.Thread(target=_watch, args=(int(parent),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
