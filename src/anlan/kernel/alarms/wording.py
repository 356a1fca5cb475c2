"""A rule's condition in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DAYS = "一二三四五六日"


def seconds_words(seconds: float) -> str:
    """`90 秒`, `30 分钟`, `2 小时`: the largest unit that says it exactly."""
    for size, word in ((3600, "小时"), (60, "分钟")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {word}"
    return f"{seconds:g} 秒"


def calendar_words(given: Mapping[str, Any]) -> str:
    days = sorted(set(given["weekdays"]))
    which = "每天" if len(days) == len(_DAYS) else "周" + "、".join(_DAYS[day] for day in days)
    start, end = int(given["start"]), int(given["end"])
    hours = (
        ""
        if (start, end) == (0, 1440)
        else f" {start // 60}:{start % 60:02} 到{'次日' if start > end else ''} {end // 60}:{end % 60:02}"
    )
    return f"{which}{hours}"


def members_words(given: Any, titles: Mapping[str, str]) -> str:
    return "、".join(f"“{titles.get(slug, slug)}”" for slug, _code in given or ())


# What each form says, with the words below filled in.
_SAID = {
    "above": "高于 {bound}", "below": "低于 {bound}", "outside": "不在 {under} 到 {bound} 之间", "bits": "状态位 {mask} 有任何一位",
    "rate": "每分钟变化超过 {bound}", "frozen": "{hold}读数不变", "gap": "{hold}没有数据", "twin": "与“{other}”相差超过 {bound}（{window}内的值）",
    "all": "{of}同时成立",
}  # fmt: skip


def condition(
    form: str, settings: Mapping[str, Any], unit: str, titles: Mapping[str, str], limit: float | None = None, low: float | None = None
) -> str:  # fmt: skip
    """`titles`: names of other rules by slug. `limit` and `low`: those of a permit, when the rule takes them from there."""
    upper, lower = settings.get("limit", limit), settings.get("low", low)
    hold = float(settings.get("hold_s", 0))
    said = _SAID[form].format(
        bound="许可限值" if upper is None else f"{upper:g} {unit}".strip(), under="许可下限" if lower is None else f"{lower:g}",
        mask=f"{int(settings.get('mask', 0)):#x}", hold=seconds_words(hold), other=settings.get("other", ""),
        window=seconds_words(float(settings.get("window_s", 120))), of=members_words(settings.get("of"), titles),
    )  # fmt: skip
    further = (
        (hold and form not in ("frozen", "gap", "all"), f"持续 {seconds_words(hold)}"),
        (settings.get("back"), f"回差 {settings.get('back', 0):g}"),
        (settings.get("calendar"), calendar_words(settings["calendar"]) if settings.get("calendar") else ""),
        (settings.get("unless"), f"{members_words(settings.get('unless'), titles)}报警时不报"),
        (settings.get("permit"), "限值取自许可证"),
    )
    return "，".join([said, *(words for true, words in further if true)])
