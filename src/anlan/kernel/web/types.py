"""What a capability hands to the shell: navigation, what waits for a person, search hits. Pure data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from anlan.kernel.access.types import Actor

Section = Literal["workbench", "map", "monitor", "command", "registry", "planning", "reports", "help"]


@dataclass(frozen=True, kw_only=True)
class Nav:
    """A tab inside a section of the rail; shown to those who hold `permission`."""

    section: Section
    title: str
    page: str  # name of a Page without arguments
    permission: str
    order: int = 50
    below: str = ""  # shown on pages whose path starts with this only: a tab of a tab


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of the workbench: something that waits for this person. `due_at` None means no clock."""

    kind: str
    title: str
    fact: str
    sender: str
    verb: str
    url: str
    due_at: datetime | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of 现在 on the workbench: what it is, its value in words, where to look closer."""

    title: str
    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One of my indicators on the workbench. `share` is the way from baseline to target in per cent, None when unknown."""

    title: str
    value: str
    unit: str
    target: str
    share: Decimal | None
    behind: bool
    url: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One search result. `group` is 去 (pages), 办 (commands) or 查 (objects)."""

    group: Literal["去", "办", "查"]
    title: str
    detail: str
    url: str


Finder = Callable[[Actor, str], Sequence[Hit]]
