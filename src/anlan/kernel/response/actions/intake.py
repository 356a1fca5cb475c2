"""The first report: four fields by keyboard open an incident; anything else can propose one with the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Counter
from anlan.kernel.response import log
from anlan.kernel.response.grading import kinds
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.types import FACTS, INTAKE
from anlan.science.geo.earth import in_the_country

OLDEST = timedelta(days=30)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Counts as whole numbers not below nothing, money and texts; Refused at the field."""
    found: dict[str, Any] = {}
    for slug, given in values.items():
        kind = FACTS.get(slug)
        if kind is None:
            raise Refused("fact", "没有这一项。", slug)
        if given in (None, ""):
            continue
        found[slug] = (
            _text(kind.title, given, slug)
            if kind.kind == "text"
            else _number(kind.title, given, slug, whole=kind.kind == "count")
        )
    return found


def _text(title: str, given: Any, slug: str) -> str:
    if len(str(given)) > 2000:
        raise Refused("fact", f"“{title}”超过 2000 个字。", slug)
    return str(given).strip()


def _number(title: str, given: Any, slug: str, *, whole: bool) -> float | int:
    try:
        value = float(given)
    except (TypeError, ValueError):
        raise Refused("fact", f"“{title}”要写数字。", slug) from None
    if not 0 <= value <= 1e9 or (whole and value != int(value)):
        raise Refused("fact", f"“{title}”要写{'不小于 0 的整数' if whole else '不小于 0 的数'}。", slug)
    return int(value) if whole else value


def place_of(longitude: Any, latitude: Any) -> tuple[float | None, float | None]:
    """Both or none; inside the country."""
    if longitude in (None, "") and latitude in (None, ""):
        return None, None
    try:
        x, y = float(longitude), float(latitude)
    except (TypeError, ValueError):
        raise Refused("place", "经纬度要写全，写数字。", "longitude") from None
    if not in_the_country(x, y):
        raise Refused("place", "经纬度不在国内。", "longitude")
    return x, y


def open_incident(
    *, actor: Actor, organisation: Organisation, place: str, kind: str, source: str, at: datetime, counts: Mapping[str, Any] | None = None,
    title: str = "", key: UUID | None = None, occurred_at: datetime | None = None, longitude: Any = None, latitude: Any = None,
    streets: tuple[Organisation, ...] = (), mode: str = "real", link: Mapping[str, Any] | None = None, drill_from: datetime | None = None,
    drill_pace: float = 1.0, is_demo: bool = False,
) -> Incident:  # fmt: skip
    """Open an incident. The same `key` again gives the one that stands. `link`: the alarm, case or warning it came from."""
    policy.require(actor, INTAKE, organisation)
    place, source, title = place.strip(), source.strip(), title.strip()
    if not place:
        raise Refused("place", "没有写在哪里。写一句地点就能接报。", "place")
    if kind not in kinds():
        raise Refused("kind", "没有选是什么事。", "kind")
    for name, word, text, most in (
        ("place", "地点", place, 120),
        ("source", "来源", source, 200),
        ("title", "标题", title, 120),
    ):
        if len(text) > most:
            raise Refused(name, f"“{word}”超过 {most} 个字。", name)
    x, y = place_of(longitude, latitude)
    happened = occurred_at or at
    if happened > at + timedelta(minutes=10) or happened < at - OLDEST:
        raise Refused("occurred_at", "发生时间要在 30 天内，不能晚于现在。", "occurred_at")
    given = checked(counts or {})
    now = drill_from or at
    payload = {
        "title": title or f"{place}{kinds()[kind].title}"[:120], "kind": kind, "mode": mode, "place": place, "longitude": x, "latitude": y,
        "organisation": organisation.pk, "source": source, "counts": given, "streets": [(one.code, str(one), one.pk) for one in streets],
        **({"link": dict(link)} if link else {}),
    }  # fmt: skip
    return log.open_incident(
        actor=actor, at=at, draft=Draft(kind="opened", payload=payload, at=min(happened, now), post="duty"), key=key or uuid4(),
        number=Counter.next("YL" if mode == "drill" else "SJ", at.astimezone(CHINA).year), title=payload["title"], kind=kind, mode=mode, place=place,
        longitude=x, latitude=y, organisation=organisation, drill_from=drill_from, drill_at=at if drill_from else None, drill_pace=drill_pace,
        is_demo=is_demo,
    )  # fmt: skip


def correct(
    *, actor: Actor, incident: Incident, at: datetime, key: UUID | None = None, **changes: Any
) -> list[LogEntry]:
    """Say again what was taken down at first: `title`, `kind`, `place`, `longitude`, `latitude`, `streets`. What was first said stays in the log."""
    policy.require(actor, INTAKE, incident)
    known = {"title", "kind", "place", "longitude", "latitude", "streets"}
    if not changes or changes.keys() - known:
        raise Refused("nothing", "没有要更正的内容。")
    if "kind" in changes and changes["kind"] not in kinds():
        raise Refused("kind", "没有这个类别。", "kind")
    if "longitude" in changes or "latitude" in changes:
        changes["longitude"], changes["latitude"] = place_of(changes.get("longitude"), changes.get("latitude"))
    if "streets" in changes:
        changes["streets"] = [(one.code, str(one), one.pk) for one in changes["streets"]]
    for name, most in (("title", 120), ("place", 120)):
        if name in changes and not 0 < len(str(changes[name]).strip()) <= most:
            raise Refused(name, f"要写 1–{most} 个字。", name)
    draft = Draft(kind="corrected", payload=changes, id=key or uuid4())
    return log.write(actor=actor, incident=incident, at=at, decide=lambda _board: [draft], key=key)
