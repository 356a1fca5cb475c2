"""The words planning writes into the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

VERBS = (
    Verb(slug="planning.document.imported", title="导入规划"),
    Verb(slug="planning.task.accepted", title="签收"),
    Verb(slug="planning.task.reported", title="填进展"),
    Verb(slug="planning.task.finished", title="报完成"),
    Verb(slug="planning.task.confirmed", title="确认完成"),
    Verb(slug="planning.task.returned", title="退回"),
    Verb(slug="planning.task.reopened", title="重新打开"),
    Verb(slug="planning.task.change_asked", title="申请变更"),
    Verb(slug="planning.task.change_approved", title="同意变更"),
    Verb(slug="planning.task.change_rejected", title="不同意变更"),
    Verb(slug="planning.task.change_withdrawn", title="撤回申请"),
    Verb(slug="planning.task.escalated", title="时限提醒"),
    Verb(slug="planning.task.reminded", title="催办"),
    Verb(slug="planning.task.assigned", title="指派牵头"),
    Verb(slug="planning.project.assigned", title="定单位"),
    Verb(slug="planning.project.reported", title="填进展"),
    Verb(slug="planning.project.finished", title="确认完工"),
    Verb(slug="planning.project.stopped", title="停止"),
    Verb(slug="planning.project.resumed", title="恢复"),
    Verb(slug="planning.milestone.set", title="列节点"),
    Verb(slug="planning.milestone.reached", title="节点销号"),
    Verb(slug="planning.milestone.reopened", title="重开节点"),
    Verb(slug="planning.milestone.dropped", title="撤下节点"),
    Verb(slug="planning.money.entered", title="登记资金"),
    Verb(slug="planning.money.reversed", title="冲销资金"),
    Verb(slug="planning.item.corrected", title="人工更正"),
    Verb(slug="planning.owner.assigned", title="对应单位"),
    Verb(slug="planning.owner.adopted", title="沿用单位"),
    Verb(slug="planning.owner.founded", title="按规划新设单位"),
    Verb(slug="planning.target.attached", title="挂接数字目标"),
)
TITLES = {verb.slug: verb.title for verb in VERBS}
