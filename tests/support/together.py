"""Several people at the same instant: threads with connections of their own, let go together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from anlan.base.errors import Refused

T = TypeVar("T")
WAIT = 60  # seconds before a test that hangs fails


def together(*acts: Callable[[], T]) -> list[T | Refused]:
    """What each got, in their order: its value, or the refusal. Any other error is raised here."""
    gate = threading.Barrier(len(acts))
    found: list[T | Refused | BaseException | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(WAIT)
            found[place] = act()
        except BaseException as error:  # noqa: BLE001  # told to the test below
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act), daemon=True) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive(), "somebody still waits"
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Refused):
            raise one
    return found  # type: ignore[return-value]  # what is no refusal was raised


def codes(*acts: Callable[[], object]) -> list[str]:
    """The same, told in words: "" for what went through, else the code of the refusal."""
    return [one.code if isinstance(one, Refused) else "" for one in together(*acts)]
