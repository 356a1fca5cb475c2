"""The registers of supplies: catalogue, stores, agreements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.subjects.reserve import ITEMS
from anlan.packs.safety.supplies.models import SupplyAgreement, SupplyItem, SupplyStore
from anlan.packs.safety.supplies.moves import CATALOGUE, READ, WRITE
from anlan.packs.safety.supplies.rules import CATEGORIES, STORES


def item_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A name is one word of a plan's card; what is verified has a source."""
    found = []
    if " " in (values["code"] or ""):
        found.append(Problem("code", "编号：不能有空格。"))
    if values["verified"] and not values["source"]:
        found.append(Problem("source", "来源：核对过的定额要写来源。"))
    return found


def agreement_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Its item is in the catalogue, its days are in order, and it promises no less than was drawn of it."""
    found = []
    if not SupplyItem.objects.filter(code=values["item"], retired_on=None).exists():
        found.append(Problem("item", "物资编号：目录里没有。先登记物资目录。"))
    if values["valid_from"] and values["valid_until"] and values["valid_until"] < values["valid_from"]:
        found.append(Problem("valid_until", "有效期止：不能早于有效期起。"))
    standing = SupplyAgreement.objects.filter(code=values["code"]).first()
    if standing is not None and (values["quantity"] or 0) < standing.drawn:
        found.append(Problem("quantity", f"数量：已经调用 {standing.drawn}，不能比它少。"))
    return found


ITEMS_SHEET = Sheet(
    slug="supply_items", title="物资目录", model=SupplyItem, key="code", read=READ, write=CATALOGUE, review_days=365, check=item_problems,
    duty="一种物资一行；数量都按“单位”整数计。定额没有核对过来源的不要勾“已核对”。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=60),
        Column("unit", "单位", required=True, max_length=8), Column("category", "类别", kind="choice", required=True, choices=CATEGORIES, filterable=True),
        Column("reserve", "定额品种", kind="choice", choices=ITEMS, filterable=True, help="情景需求定额按哪个品种算"),
        Column("least", "自定定额", kind="int", minimum=0, maximum=100_000_000, help="没有情景定额的，全区至少存多少"),
        Column("returnable", "用后收回", kind="bool", help="泵、帐篷等收回；水、食品等用掉"),
        Column("warn_days", "提前预警", kind="int", required=True, unit="天", minimum=0, maximum=3650),
        Column("source", "来源", max_length=200, in_list=False), Column("verified", "已核对", kind="bool"),
    ),
)  # fmt: skip

STORES_SHEET = Sheet(
    slug="supply_stores", title="储备点", model=SupplyStore, key="code", read=READ, write=WRITE, review_days=180,
    duty="一处一行，半年核一次位置和保管人。库存在总账里，只由本单位动。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=STORES, filterable=True), Column("address", "地址", max_length=160),
        Column("keeper", "保管人", max_length=40), Column("phone", "值守电话", max_length=40),
        Column("longitude", "经度", kind="longitude", in_list=False), Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip

AGREEMENTS = Sheet(
    slug="supply_agreements", title="协议储备", model=SupplyAgreement, key="code", read=READ, write=CATALOGUE, review_days=180, check=agreement_problems,
    duty="企业答应存着、要时供货的数量；联系人换了马上改。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("item", "物资编号", required=True, max_length=40),
        Column("quantity", "数量", kind="int", required=True, minimum=1, maximum=100_000_000), Column("firm", "协议单位", required=True, max_length=80),
        Column("contact", "联系人", required=True, max_length=40), Column("phone", "电话", required=True, max_length=40),
        Column("lead_hours", "供货时限", kind="int", required=True, unit="小时", minimum=0, maximum=720),
        Column("valid_from", "有效期起", kind="date", required=True), Column("valid_until", "有效期止", kind="date", required=True),
    ),
)  # fmt: skip

SHEETS = (ITEMS_SHEET, STORES_SHEET, AGREEMENTS)
