"""What waits for a person, told by each capability and gathered here; ordered by clock, in three groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.base import clock
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.models import Entry
from anlan.kernel.web.types import Fact, Waiting
from anlan.server.house import CAPABILITIES

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """A heading of the workbench and its lines."""

    title: str
    rows: tuple[Waiting, ...]


# Everything that changes what waits is journalled, but for the clock's own progress: what was gathered holds until the next entry,
# and no longer than this. Two actions may commit in another order than their entries were numbered: then it lags by as much.
KEPT_SECONDS = 10


def _key(what: str, actor: Actor, at: datetime) -> str:
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first()
    return f"{what}:{actor.person_id}:{actor.post_id}:{last}:{clock.civil_date(at)}:{get_language()}"


def _kept(what: str, actor: Actor, at: datetime, gather: Callable[[], T]) -> T:
    return cast("T", cache.get_or_set(_key(what, actor, at), gather, timeout=KEPT_SECONDS))


def _by_clock(rows: Iterable[Waiting]) -> list[Waiting]:
    far = datetime.max.replace(tzinfo=clock.CHINA)
    return sorted(rows, key=lambda row: (row.due_at or far, row.title))


def waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Everything that waits for this actor, the most urgent first; what has no clock comes last."""
    return _kept("waiting", actor, at, lambda: _by_clock(row for one in CAPABILITIES if one.waiting for row in one.waiting(actor, at)))  # fmt: skip


def sent(actor: Actor, at: datetime) -> list[Waiting]:
    """等别人: what this person sent and others hold, the most urgent first."""
    return _kept("sent", actor, at, lambda: _by_clock(row for one in CAPABILITIES if one.sent for row in one.sent(actor, at)))  # fmt: skip


def facts(actor: Actor, at: datetime) -> list[Fact]:
    """现在: how things stand, a line a capability."""
    return _kept("facts", actor, at, lambda: [fact for one in CAPABILITIES if one.now for fact in one.now(actor, at)])


def count_waiting(actor: Actor, at: datetime) -> int:
    """The badge on every page."""
    return _kept("count", actor, at, lambda: len(waiting(actor, at)))


def grouped(rows: list[Waiting], at: datetime) -> list[Group]:
    """已超时 / 今天到期 / 7 天内 / 以后, empty groups left out."""
    today_end = at.astimezone(clock.CHINA).replace(hour=23, minute=59, second=59)
    week_end = today_end + timedelta(days=7)

    def between(low: datetime | None, high: datetime | None) -> tuple[Waiting, ...]:
        return tuple(
            row for row in rows
            if row.due_at and (low is None or row.due_at > low) and (high is None or row.due_at <= high)
        )  # fmt: skip

    groups = (
        Group(_("已超时"), tuple(row for row in rows if row.due_at and row.due_at < at)),
        Group(_("今天到期"), tuple(row for row in between(None, today_end) if row.due_at and row.due_at >= at)),
        Group(_("7 天内"), between(today_end, week_end)),
        Group(_("以后"), between(week_end, None)),
        Group(_("没有期限"), tuple(row for row in rows if row.due_at is None)),
    )
    return [group for group in groups if group.rows]
