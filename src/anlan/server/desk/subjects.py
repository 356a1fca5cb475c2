"""What the journal's entries are about, in words: a register's title or the name of the kind, and the number or name it was called by."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from anlan.kernel.journal.models import Entry
from anlan.server.house import CAPABILITIES

# Kinds that are no register, as `record` is given them. One not named here is shown without a word: its action says what it is.
KINDS = {
    "aid_request": _n("支援请求"), "air_file": _n("空气数据文件"), "alarm": _n("报警"), "api_token": _n("接口令牌"), "bulletin": _n("通报"),
    "case": _n("事项"), "check_form": _n("检查表"), "check_plan": _n("检查计划"), "check_task": _n("检查任务"), "contingency_plan": _n("应急预案"),
    "day_review": _n("日值审核"), "decision": _n("决定"), "device": _n("设备"), "draw": _n("抽取"), "drinking_quarter": _n("饮用水季报"),
    "dual_prevention_adoption": _n("套用的标准"), "dual_prevention_edition": _n("风险标准"), "dual_prevention_nearmiss": _n("未遂事故"),
    "dual_prevention_organisation": _n("单位"), "dual_prevention_risk": _n("风险"), "dual_prevention_riskpoint": _n("风险点"), "dust_day": _n("沙尘日"),
    "duty_call": _n("召集"), "duty_check": _n("本班自查"), "duty_handover": _n("交接单"), "duty_manning": _n("轮值安排"), "duty_post": _n("值守岗"),
    "duty_trade": _n("换班"), "fee": _n("安全费用"), "field_entry": _n("现场条目"), "field_outbox": _n("待传文件"), "handover": _n("交接单"),
    "hazard_unit": _n("危险源单元"), "hour_review": _n("小时值审核"), "household": _n("安置户"), "incident": _n("事件"), "indicator": _n("指标"),
    "limit": _n("限值"), "map_layer": _n("图层"), "mirror": _n("移送的事件"), "opening": _n("开设令"), "organisation": _n("单位"), "peer": _n("对端"),
    "person": _n("人员"), "plan": _n("规划"), "plan_document": _n("规划文件"), "post": _n("岗位"), "project": _n("项目"), "promise": _n("安全承诺"),
    "publication": _n("公示"), "requisition": _n("征用"), "retention": _n("保存期限"), "review": _n("评估"), "rule": _n("报警规则"),
    "saved_view": _n("已存视图"), "station": _n("监测点"), "station_day": _n("测点日"), "store": _n("观测库"), "stream": _n("数据流"),
    "substitution": _n("顶替"), "supply_need": _n("物资需求"), "supply_order": _n("物资单据"), "target": _n("目标"), "task": _n("任务"), "team": _n("队伍"),
    "team_link": _n("队伍链接"), "warning": _n("预警"), "warning_refusal": _n("没有收下的预警"), "warning_source": _n("预警来源"),
    "warning_subscription": _n("预警订阅"),
}  # fmt: skip
CALLED = ("number", "title", "code")  # never a name: it may be a person's


def _sheets() -> dict[str, str]:
    return {sheet.slug: sheet.title for one in CAPABILITIES for sheet in one.sheets}


def subjects(entries: Iterable[Entry]) -> list[tuple[Entry, str]]:
    """Each entry with the words of its subject: `隐患台账 YH-2026-00012`, or `事件 3号` when its content does not name it."""
    sheets, found = _sheets(), []
    for entry in entries:
        kind = KINDS.get(entry.subject_kind) or sheets.get(entry.subject_kind, "")
        new = entry.new
        name = next((str(new[key]) for key in CALLED if isinstance(new.get(key), str) and new[key]), "")
        called = name or _("%s号") % entry.subject_id
        found.append((entry, f"{_(kind)} {called}" if kind else called))
    return found
