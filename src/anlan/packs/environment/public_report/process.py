"""The process of reports about the environment: the kernel's table with our kinds, limits and the counter's part of the page."""

from __future__ import annotations

from pathlib import Path

from anlan.kernel.casework import limits
from anlan.kernel.casework.processes.public_report import public_report
from anlan.kernel.reporting import actions, pages
from anlan.kernel.reporting.types import Counter

SLUG = "public_report"
KINDS = {
    "noise": "噪声", "dust": "扬尘", "smell": "气味、废气", "fume": "餐饮油烟", "sewage": "污水、黑水", "waste": "垃圾、危废", "light": "光污染",
    "other": "其他",
}  # fmt: skip
LIMITS = limits.read(Path(__file__).with_name("limits.toml"))
WORDS = {"title": "反映环境问题", "track": "查环境来件进度", "figures": "环境来件统计"}
COUNTER = Counter(
    slug=SLUG, path="reports", title=WORDS["title"], track_title=WORDS["track"], figures_title=WORDS["figures"], accept=f"{SLUG}.accept", unmask=f"{SLUG}.unmask", hotline="12345",
    intro="不用登录。提交后给您编号和查询码，凭它们查进度、评价结果。",
    urgent="正在起火、泄漏、有人中毒，先打 119、110、120。",
    reward_note="举报属实的，可以按奖励办法得奖励，只有您凭编号看得到，不公开姓名。",
)  # fmt: skip
PROCESS = public_report(
    slug=SLUG, title="环境来件", prefix="HB", kinds=KINDS, limits=LIMITS, reward=True, entered=f"{SLUG}.accept", pay=f"{SLUG}.pay",
    part=pages.part(SLUG, f"{SLUG}.unmask"), rewarded=actions.rewarded, paid=actions.paid,
    note="来电、来信、来访的，替来件人登记。",
)  # fmt: skip
