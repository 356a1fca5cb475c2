"""The words of this room in the journal."""

from __future__ import annotations

TITLES = {
    "alarms.alarm.raised": "报警",
    "alarms.alarm.returned": "报警恢复",
    "alarms.alarm.withdrawn": "报警随规则撤下",
    "alarms.alarm.acknowledged": "确认报警",
    "alarms.alarm.cleared": "人工结束报警",
    "alarms.alarm.shelved": "搁置报警",
    "alarms.alarm.unshelved": "取消搁置",
    "alarms.alarm.climbed": "无人确认，转给下一级",
    "alarms.alarm.remarked": "记一条",
    "alarms.alarm.shelf_ended": "搁置到期",
    "alarms.rule.set": "报警规则换版",
    "alarms.rule.ended": "停用报警规则",
    "alarms.permit.set": "许可限值换版",
}
