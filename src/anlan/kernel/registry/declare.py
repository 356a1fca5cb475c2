"""What this room declares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from anlan.base.jobs import Job
from anlan.kernel.access.types import Actor, Page, Permission
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Hit, Nav, Waiting

PERMISSIONS: tuple[Permission, ...] = ()
PAGES: tuple[Page, ...] = ()
NAV: tuple[Nav, ...] = ()
VERBS: tuple[Verb, ...] = ()
JOBS: tuple[Job, ...] = ()
SHEETS = ()
LAYERS = ()


def waiting(_actor: Actor, _at: datetime) -> Iterable[Waiting]:
    return ()


def find(_actor: Actor, _words: str) -> list[Hit]:
    return []


def demo(_at: datetime) -> None:
    return None
