"""The registers as sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.grass_roots.models import MicroStation
from anlan.packs.safety.subjects.reserve import BASES, ITEMS, KINDS
from anlan.packs.safety.subjects.reserve_models import Reserve, ReserveNorm, ReservePlan, ReserveScenario

READ, WRITE, NORMS = "grass_roots.read", "grass_roots.write", "grass_roots.norms"
HOSTS = {"community": "社区", "unit": "重点单位", "mall": "商场市场", "school": "学校", "other": "其他"}


def station_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """No more trained than there are; a pump needs two people."""
    if (values["trained"] or 0) > values["people"]:
        return [Problem("trained", "受过训练的：不能比人数多。")]
    if (values["pumps"] or 0) * 2 > values["people"]:
        return [Problem("people", "人数：一台泵至少两个人。")]
    return []


def reserve_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """An agreement names with whom."""
    if values["kind"] == "agreement" and not values["partner"]:
        return [Problem("partner", "协议单位：协议储备要写和谁签的。")]
    return []


def norm_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Its scenario is there."""
    if not ReserveScenario.objects.filter(code=values["scenario"], retired_on=None).exists():
        return [Problem("scenario", "情景编号：没有这个情景。先登记情景。")]
    if values["verified"] and not values["source"]:
        return [Problem("source", "来源：核对过的要写来源。")]
    return []


def plan_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """No more arrived than planned."""
    if (values["arrived"] or 0) > values["quantity"]:
        return [Problem("arrived", "已到：不能比计划多；多到的改计划数。")]
    return []


STATIONS = Sheet(
    slug="micro_stations", title="微型消防站", model=MicroStation, key="code", read=READ, write=WRITE, review_days=90, check=station_problems,
    duty="一处一行，每季度复核：人、泵、战斗服、训练。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=80),
        Column("host", "依托", kind="choice", required=True, choices=HOSTS, filterable=True),
        Column("people", "人数", kind="int", required=True, unit="人", minimum=1, maximum=200),
        Column("trained", "受过训练的", kind="int", required=True, unit="人", minimum=0, maximum=200),
        Column("pumps", "手抬泵", kind="int", required=True, unit="台", minimum=0, maximum=50),
        Column("suits", "战斗服", kind="int", required=True, unit="套", minimum=0, maximum=200),
        Column("extinguishers", "灭火器", kind="int", required=True, unit="具", minimum=0, maximum=1000),
        Column("phone", "值守电话", max_length=40), Column("drilled_on", "最近演练", kind="date"),
        Column("longitude", "经度", kind="longitude", in_list=False), Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip

RESERVES = Sheet(
    slug="reserves", title="应急储备", model=Reserve, key="code", read=READ, write=WRITE, review_days=180, check=reserve_problems,
    duty="一处一批一行；半年清点一次。过期的不算数。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("item", "品种", kind="choice", required=True, choices=ITEMS, filterable=True),
        Column("kind", "储备方式", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("quantity", "数量", kind="int", required=True, minimum=0, maximum=10_000_000),
        Column("place", "存放处", required=True, max_length=120), Column("expires_on", "有效期到", kind="date"), Column("partner", "协议单位", max_length=80),
    ),
)  # fmt: skip

SCENARIOS = Sheet(
    slug="reserve_scenarios", title="储备情景", model=ReserveScenario, key="code", read=READ, write=NORMS, review_days=365,
    duty="可能发生什么，要管多少人、多少天；每年复核。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("name", "情景", required=True, max_length=80),
        Column("people", "受影响人数", kind="int", required=True, unit="人", minimum=1, maximum=1_000_000),
        Column("days", "保障天数", kind="int", required=True, unit="天", minimum=1, maximum=60), Column("basis", "依据", max_length=200),
    ),
)  # fmt: skip

NORMS_SHEET = Sheet(
    slug="reserve_norms", title="需求定额", model=ReserveNorm, key="code", read=READ, write=NORMS, check=norm_problems,
    duty="每个情景每样要多少。没有核对过来源的不要勾“已核对”。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("scenario", "情景编号", required=True, max_length=40),
        Column("item", "品种", kind="choice", required=True, choices=ITEMS, filterable=True),
        Column("basis", "按什么算", kind="choice", required=True, choices=BASES, filterable=True),
        Column("amount", "数量", kind="decimal", required=True, minimum=0, maximum=1_000_000), Column("source", "来源", max_length=200),
        Column("verified", "已核对", kind="bool"),
    ),
)  # fmt: skip

PLANS = Sheet(
    slug="reserve_plans", title="储备规划", model=ReservePlan, key="code", read=READ, write=WRITE, check=plan_problems,
    duty="哪年补多少，到了多少。到货后到“应急储备”登记。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("year", "年度", kind="int", required=True, minimum=2020, maximum=2100, filterable=False),
        Column("item", "品种", kind="choice", required=True, choices=ITEMS, filterable=True), Column("kind", "储备方式", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("quantity", "计划数量", kind="int", required=True, minimum=1, maximum=10_000_000),
        Column("arrived", "已到", kind="int", required=True, minimum=0, maximum=10_000_000),
        Column("money", "资金", kind="decimal", unit="元", minimum=0, maximum=1e11),
    ),
)  # fmt: skip

SHEETS = (STATIONS, RESERVES, SCENARIOS, NORMS_SHEET, PLANS)
