"""Words and rules of school buildings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from anlan.kernel.registry.types import Problem

GRADES = {"A": "A 级", "B": "B 级", "C": "C 级", "D": "D 级", "none": "未鉴定"}
STRUCTURES = {"brick": "砖混", "frame": "框架", "steel": "钢结构", "other": "其他"}
USES = {
    "teaching": "教学用房",
    "dormitory": "宿舍",
    "canteen": "食堂",
    "sports": "体育馆、礼堂",
    "office": "办公",
    "other": "其他",
}
# 抗震设防类别, GB 50223-2008 3.0.2.
CLASSES = {"special": "特殊设防类", "key": "重点设防类", "standard": "标准设防类", "lesser": "适度设防类"}
INTENSITIES = {
    "6": "6 度",
    "7": "7 度（0.10g）",
    "7.5": "7 度（0.15g）",
    "8": "8 度（0.20g）",
    "8.5": "8 度（0.30g）",
    "9": "9 度",
}
# GB 50223-2008 6.0.8 as recalled, not verified: rooms of teaching, dormitories and canteens are 重点设防类 at least.
KEY_USES, KEY_SOURCE = ("teaching", "dormitory", "canteen"), "GB 50223-2008 6.0.8，条款待核"
WORKS = {"none": "不需要", "planned": "已列计划", "running": "施工中", "done": "已完成"}
WORK_KINDS = {"strengthen": "加固", "rebuild": "拆除重建", "repair": "维修"}
WORK_STATES = {
    "planned": "已列计划", "designed": "设计完成", "running": "施工中", "finished": "待验收", "accepted": "已验收", "cancelled": "已取消",
}  # fmt: skip
# What a building says of its works, by the state of the newest one.
SAID_OF_WORKS = {
    "planned": "planned",
    "designed": "planned",
    "running": "running",
    "finished": "running",
    "accepted": "done",
}


def check_building(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A grade needs its appraisal and the day of the next one; C and D need works; D stands empty; class follows use."""
    problems = []
    if values["grade"] != "none":
        problems += [
            Problem(name, f"{title}：有等级就要有{title}。")
            for name, title in (("appraised_on", "鉴定日期"), ("appraisal_due_on", "下次鉴定"))
            if not values[name]
        ]
    if values["grade"] in ("C", "D") and values["works"] == "none":
        problems.append(Problem("works", "加固：C、D 级校舍要列入加固或拆除计划。"))
    if values["grade"] == "D" and values["used"]:
        problems.append(Problem("used", "在用：D 级整栋危险，先停用、把人搬出来。"))
    if values["appraised_on"] and values["appraised_on"].year < values["built_year"]:
        problems.append(Problem("appraised_on", "鉴定日期：早于建成年份。"))
    if values["appraised_on"] and values["appraisal_due_on"] and values["appraisal_due_on"] <= values["appraised_on"]:
        problems.append(Problem("appraisal_due_on", "下次鉴定：要晚于鉴定日期。"))
    if values["use"] in KEY_USES and values["seismic_class"] in ("standard", "lesser"):
        problems.append(
            Problem("seismic_class", f"抗震设防类别：教学用房、宿舍、食堂不低于{CLASSES['key']}（{KEY_SOURCE}）。")
        )
    return problems


def check_work(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A state has the dates that it means, in their order."""
    state, found = values["state"], []
    needed = {
        "running": ("started_on",), "finished": ("started_on", "finished_on"), "accepted": ("started_on", "finished_on", "accepted_on"),
    }.get(state, ())  # fmt: skip
    titles = {"started_on": "开工", "finished_on": "完工", "accepted_on": "验收"}
    found += [
        Problem(name, f"{titles[name]}：“{WORK_STATES[state]}”要写{titles[name]}日期。")
        for name in needed
        if not values[name]
    ]
    if not needed and values["started_on"] and state != "cancelled":
        found.append(Problem("state", "状态：有开工日期的至少是施工中。"))
    days = [
        (values[name], name) for name in ("approved_on", "started_on", "finished_on", "accepted_on") if values.get(name)
    ]
    found += [
        Problem(later[1], "日期：先批准，再开工、完工、验收。")
        for earlier, later in pairwise(days)
        if later[0] < earlier[0]
    ]
    if values["planned_done_on"] < values["planned_start_on"]:
        found.append(Problem("planned_done_on", "计划完工：早于计划开工。"))
    return found
