"""Kinds and clocks. Pure."""

from __future__ import annotations

from anlan.kernel.casework.types import Limit

SLUG = "inspector_rectification"
KINDS = {"central": "中央督察反馈", "city": "市级督察反馈", "petition": "督察信访件", "self": "自查"}
STATES = {
    "reported": "待下达", "rectifying": "整改中", "reviewing": "待核查", "passed": "待验收", "closed": "已销号", "void": "不属实", "merged": "已并案",
}  # fmt: skip
RECEIPTS = {"acceptance": "验收意见", "publication": "公开截图"}
DEFAULT = "本系统默认值"
LIMITS = (
    Limit(slug="order", title="下达", state="reported", amount=5, unit="working_days", law=DEFAULT),
    Limit(slug="review", title="核查", state="reviewing", amount=10, unit="working_days", law=DEFAULT),
    Limit(slug="accept", title="验收销号", state="passed", amount=20, unit="working_days", law=DEFAULT),
)
