"""What a rule is to the engine, and what it tells. Pure. Times are milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

from anlan.kernel.observations.store.types import Event

Form = Literal["above", "below", "outside", "bits", "rate", "frozen", "gap", "twin", "all"]
FORMS: dict[Form, str] = {
    "above": "高于限值",
    "below": "低于限值",
    "outside": "超出区间",
    "bits": "状态位",
    "rate": "变化过快",
    "frozen": "长时间不变",
    "gap": "数据中断",
    "twin": "双传感器不一致",
    "all": "条件同时成立",
}
# Within how many minutes each has to be answered is dated data: `rules.edition`.
PRIORITIES: dict[int, str] = {1: "紧急", 2: "高", 3: "中", 4: "低"}
Told = Literal["raised", "returned", "withdrawn"]
DAY_MS, CHINA_MS = 86_400_000, 28_800_000
FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a rule counts: civil weekdays (0 = Monday) and minutes of the day, `start` ≤ t < `end`; over midnight if start > end."""

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start: int = 0
    end: int = 1440

    def holds(self, at: int) -> bool:
        local = at + CHINA_MS
        minute = local % DAY_MS // 60_000
        day = (local // DAY_MS + 3) % 7  # 1970-01-01 was a Thursday
        if self.start <= self.end:
            return day in self.weekdays and self.start <= minute < self.end
        return (day in self.weekdays and minute >= self.start) or ((day - 1) % 7 in self.weekdays and minute < self.end)


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule on one stream.

    | form | true while a usable value |
    |---|---|
    | above, below | is > / < `limit`; returns at ≤ limit − `back` / ≥ limit + `back` |
    | outside | is < `low` or > `limit`; returns `back` inside |
    | bits | has any bit of `mask` set |
    | rate | differs from the one before by more than `limit` per minute |
    | frozen | is the same as the one before (for `hold`) |
    | gap | has not come for `hold` (told by the clock, not by a value); returns with a value not older than `hold` |
    | twin | differs by more than `limit` from the newest of stream `other`, not older than `window` |
    | all | every watch of `of` is raised, on whatever stream, at the same time; `stream` is where it is shown; no `hold` |

    `hold`: how long it must be true before it is raised, in the values' own time. While any watch of `unless` is raised, this
    one is not raised (suppression by design). It counts for values with `valid_from` ≤ end < `valid_to`, inside `calendar`;
    what stands returns with the first value outside its calendar, and is withdrawn when `valid_to` has come.
    """

    rule: int
    stream: int
    form: Form
    limit: float = 0.0
    low: float = 0.0
    back: float = 0.0
    hold: int = 0
    mask: int = 0
    other: int = 0
    window: int = 120_000
    of: tuple[tuple[int, int], ...] = ()  # (rule, stream)
    unless: tuple[tuple[int, int], ...] = ()
    valid_from: int = 0
    valid_to: int = FOREVER
    calendar: Calendar | None = None

    @property
    def key(self) -> tuple[int, int]:
        return (self.rule, self.stream)

    def counts(self, at: int) -> bool:
        return self.valid_from <= at < self.valid_to and (self.calendar is None or self.calendar.holds(at))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step adds to the commit: events in order, and the state of the watches that changed."""

    events: tuple[Event, ...] = ()
    state: dict[str, bytes] = field(default_factory=dict)


def event(told: Told, watch: Watch, since: int, at: int, value: float | None) -> Event:
    """`since`: when the condition began; with rule and stream it names the alarm. One event of each kind an alarm."""
    body = {"told": told, "rule": watch.rule, "stream": watch.stream, "since": since, "at": at, "value": value,
            "limit": None if watch.form in ("gap", "frozen", "bits", "all") else watch.limit}  # fmt: skip
    return Event(f"{watch.rule}.{watch.stream}.{since}.{told}", at, json.dumps(body))
