"""Words of enterprise duty in the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

_TITLES = {
    "fee.entered": "登记安全费用", "fee.reversed": "冲销安全费用", "promise.given": "作出安全承诺", "project.made": "登记三同时项目",
    "project.asked": "送部门联审", "project.answered": "答复联审", "project.passed": "项目进入下一阶段", "project.dropped": "撤回项目",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"enterprise_duty.{slug}", title=title) for slug, title in _TITLES.items())
