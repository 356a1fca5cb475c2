"""The observation store as the product's processes open it: read-only for all but the gateway.

Values are answered by stream number; who may see a stream is asked of `queries` before.
"""

from __future__ import annotations

import threading
from datetime import datetime

from django.conf import settings

from anlan.base.errors import Refused
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store

_here = threading.local()


def writer() -> Store:
    """The one writer. Raises Refused when another process is."""
    return Store(open_database(settings.OBSERVATIONS, writes=True))


def reader() -> Reader | None:
    """This thread's reader; None while no gateway has ever written. A file put in its place later is found again."""
    held: tuple[str, Reader] | None = getattr(_here, "reader", None)
    if held and held[0] == settings.OBSERVATIONS:
        return held[1]
    try:
        opened = Reader(open_database(settings.OBSERVATIONS, writes=False))
    except Refused:
        return None
    _here.reader = (settings.OBSERVATIONS, opened)
    return opened


def close() -> None:
    """Let go of this thread's reader (before a restore, and between tests)."""
    held = getattr(_here, "reader", None)
    if held:
        held[1].database.close()
        del _here.reader


def ms(at: datetime) -> int:
    """An aware instant in milliseconds since 1970-01-01 UTC."""
    return round(at.timestamp() * 1000)
