"""Words of supplies in the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

_TITLES = {
    "ordered": "开物资单据", "signed": "签收物资", "returned": "物资退库", "counted": "盘点物资", "reversed": "冲回物资单据", "drawn": "调用协议储备",
    "delivered": "协议储备到货", "cancelled": "取消协议调用", "need.made": "提出物资需求", "need.moved": "物资需求改状态", "offer.made": "物资供应承诺",
    "offer.moved": "物资供应改状态", "requisition.taken": "征用", "requisition.moved": "征用改状态",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"supplies.{slug}", title=title) for slug, title in _TITLES.items())
