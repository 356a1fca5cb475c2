"""The clock of a household, room by day and night, coverage, and what may be published. Pure; figures are dated data in `limits.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anlan.base.clock import CHINA
from anlan.packs.safety.relief.types import CLASSES, FIVE, Case, Clock, Method, SiteKind, Told
from anlan.science.geo.earth import kilometres

_FILE = Path(__file__).with_name("limits.toml")
LEAST_PUBLIC = 5  # a count of households below this is not published


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def clock(on: date, *, counts: bool = True) -> Clock:
    """The edition of the limit in force on a day; `counts` False: the one shown beside it."""
    rows = [Clock(**one) for one in _data()["clock"]]
    fitting = [one for one in rows if one.counts is counts]
    return max((one for one in fitting if one.valid_from <= on), key=lambda one: one.valid_from, default=fitting[0])


@cache
def kinds() -> Mapping[str, SiteKind]:
    return {one["slug"]: SiteKind(**one) for one in _data()["kind"]}


@cache
def method() -> Method:
    return Method(**_data()["method"])


# ---- the clock
def ended_at(told: Iterable[Told], at: datetime) -> datetime | None:
    """When the last of the five was confirmed, as known at an instant; None while one is missing."""
    first: dict[str, datetime] = {}
    for one in told:
        stands = one.at <= at and (one.struck_at is None or one.struck_at > at)
        if stands and one.what in FIVE and one.at < first.get(one.what, one.at + timedelta(1)):
            first[one.what] = one.at
    return max(first.values()) if len(first) == len(FIVE) else None


def class_of(case: Case, occurred_at: datetime, limit: timedelta, at: datetime) -> str | None:
    """The one class of a household at an instant; None when it was not registered then, or no longer counts.

    Relieved: all five were confirmed within the limit (its last instant included). Otherwise, until the limit: running; after it: late
    when somebody had met the household, else unreached. Only instants the house gave itself count."""
    if case.registered_at > at or (case.voided_at is not None and case.voided_at <= at):
        return None
    deadline = occurred_at + limit
    end = ended_at(case.told, at)
    if end is not None and end <= deadline:
        return "relieved"
    if at <= deadline:
        return "running"
    return "late" if case.reached_at is not None and case.reached_at <= at else "unreached"


@dataclass(frozen=True)
class Sum:
    """Households of a street (or of all) by class. `share`: relieved in time, per cent of all, None when there are none."""

    running: int = 0
    relieved: int = 0
    late: int = 0
    unreached: int = 0

    @property
    def total(self) -> int:
        return self.running + self.relieved + self.late + self.unreached

    @property
    def over(self) -> int:
        return self.late + self.unreached

    @property
    def share(self) -> float | None:
        return round(100 * self.relieved / self.total, 1) if self.total else None


def summed(classes: Iterable[str]) -> Sum:
    counts = dict.fromkeys(CLASSES, 0)
    for one in classes:
        counts[one] += 1
    return Sum(**counts)


def hidden(rows: Sequence[Sum]) -> tuple[set[int], bool]:
    """Which rows, and whether the total too, are not published: a count from 1 to 4 would tell of somebody, also as the difference between
    the total and the rows that are shown. Rows are hidden smallest first until what is hidden tells nobody."""
    gone = {number for number, row in enumerate(rows) if not row.total or _tells(row)}
    if not any(rows[number].total for number in gone):
        return gone, False
    while True:
        with_somebody = [rows[number] for number in gone if rows[number].total]
        left = [number for number in range(len(rows)) if number not in gone]
        if len(with_somebody) > 1 and not _tells(_added(with_somebody)):
            return gone, False
        if not left:
            return gone, True
        gone.add(min(left, key=lambda number: (rows[number].total, number)))


def _tells(row: Sum) -> bool:
    return any(0 < one < LEAST_PUBLIC for one in (row.total, row.relieved, row.total - row.relieved))


def _added(rows: Sequence[Sum]) -> Sum:
    return Sum(
        sum(one.running for one in rows), sum(one.relieved for one in rows), sum(one.late for one in rows), sum(one.unreached for one in rows)
    )  # fmt: skip


# ---- sites
def is_night(at: datetime) -> bool:
    hour, rule = at.astimezone(CHINA).hour, method()
    return hour >= rule.night_from or hour < rule.night_until


def metres(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Great-circle distance in m; degrees of WGS-84."""
    return kilometres(longitude, latitude, other_longitude, other_latitude) * 1000


@dataclass(frozen=True)
class Reach:
    """A community and the site it reaches best: metres to walk and the metres its kind allows; None: there is no site at all."""

    community: Any
    site: Any = None
    walk: float | None = None
    limit: int = 0

    @property
    def covered(self) -> bool:
        return self.walk is not None and self.walk <= self.limit


def reach(communities: Iterable[Any], sites: Sequence[Any]) -> list[Reach]:
    """For each community the site within whose walking distance it lies, nearest first; else the nearest. A community is one point and counts
    whole; the way is the straight line times the detour factor."""
    found = []
    for one in communities:
        best = Reach(one)
        for site in sites:
            walk = metres(one.longitude, one.latitude, site.longitude, site.latitude) * method().detour
            mine = Reach(one, site, walk, kinds()[site.kind].walk)
            if best.walk is None or (not mine.covered, walk) < (not best.covered, best.walk):
                best = mine
        found.append(best)
    return found


# ---- people
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PHONE = re.compile(r"^[0-9+][0-9 -]{5,19}$")


def id_fault(number: str) -> str:
    """ "" for a resident's 18-digit number with its right check digit (GB 11643-1999); other papers are taken as they are written."""
    if not re.fullmatch(r"\d{17}[\dXx]", number):
        return "" if not number.isdecimal() or len(number) in (8, 9, 15) else "身份证号是 18 位；没有就空着。"
    rest = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11
    return "" if "10X98765432"[rest] == number[17].upper() else "身份证号的校验位不对，核对一下；没有就空着。"
