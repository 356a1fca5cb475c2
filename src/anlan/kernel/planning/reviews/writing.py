"""From a snapshot to the official document. Only the snapshot is read: what was signed is what is printed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anlan.kernel.documents.layout import date_words
from anlan.kernel.documents.types import (
    Block,
    Chart,
    DocumentNumber,
    Heading,
    OfficialDocument,
    Paragraph,
    Series,
    Table,
)
from anlan.kernel.planning.reviews.scoring import PARTS, STANDINGS

_KINDS = {"yearly": "年度评估报告", "mid": "中期评估报告", "final": "终期评估报告"}
_STATES = {
    "reached": "已达标", "on_pace": "按期", "behind": "有差距", "unassigned": "待下达目标", "not_due": "未到填报期",
    "unfilled": "待填报",
}  # fmt: skip
_SOURCES = {"computed": "计算", "typed": "手填"}
_MOST_CHARTS, _MOST_BARS = 4, 8

Facts = Mapping[str, Any]


def _dash(value: object) -> str:
    return "—" if value is None or value == "" else f"{value}"


def _day(text: str | None) -> str:
    return date_words(date.fromisoformat(text)) if text else "—"


def title_of(facts: Facts) -> str:
    year = f"{facts['year']}" if facts["kind"] == "yearly" else ""
    return f"{facts['plan']['title']}\n{year}{_KINDS[facts['kind']]}"


def _summary(facts: Facts) -> Iterator[Block]:
    states, tasks, plan = facts["counts"]["states"], facts["tasks"], facts["plan"]
    yield Heading("总体情况")
    yield Paragraph(
        f"按照规划实施要求，对{plan['title']}（{plan['period'][0]}—{plan['period'][1]}年）实施情况作评估，数据截至{_day(facts['as_of'])}。"
    )
    told = "，".join(f"{word}{states[state]}项" for state, word in _STATES.items() if states[state])
    yield Paragraph(f"规划指标{facts['counts']['indicators']}项{f'，其中{told}' if told else ''}。")
    told = "，".join(f"{word}{tasks['standings'][one]}项" for one, word in STANDINGS.items() if tasks["standings"][one])
    yield Paragraph(f"规划任务{tasks['total']}项{f'，其中{told}' if told else ''}。")
    targets = facts["targets"]
    yield Paragraph(
        f"规划正文中的数字目标{targets['total']}条，还没有对应到指标、任务或工程的{targets['unattached']}条。"
    )
    score = facts["score"]
    if score["total"] is not None:
        yield Paragraph(f"综合得分{score['total']}分，等次为“{score['grade']}”。")
    if facts.get("opinion"):
        yield from (Paragraph(line) for line in facts["opinion"].splitlines() if line.strip())


def _indicator_table(facts: Facts) -> Table:
    rows = tuple(
        (
            f"{one['number']}. {one['name']}", one["kind"] or "—", one["unit"] or "—", _dash(one["baseline"]),
            _dash(one["current"]), one["target_text"] + ("*" if "provisional" in one["flags"] else ""), _dash(one["pace"]),
            _dash(one["gap"]), one["word"],
        )
        for one in facts["indicators"]
    )  # fmt: skip
    head = ("指标", "属性", "单位", "基期", "当前", "目标", "匀速进度", "差距", "判断")
    return Table(
        caption="指标完成情况",
        head=head,
        rows=rows,
        widths=(9, 4, 4, 4, 4, 5, 4, 4, 7),
        right=frozenset({3, 4, 5, 6, 7}),
    )


def _indicators(facts: Facts) -> Iterator[Block]:
    yield Heading("指标完成情况")
    yield Paragraph("带*的目标为初步值。匀速进度是从基期到目标逐年均匀推进时当年应有的数。")
    yield _indicator_table(facts)
    states = {
        word: facts["counts"]["states"][state] for state, word in _STATES.items() if facts["counts"]["states"][state]
    }
    if states:
        yield Chart(
            title="指标判断",
            unit="项",
            kind="bars",
            labels=tuple(states),
            series=(Series("项数", tuple(states.values())),),
        )
    for one in facts["indicators"]:
        if one["state"] == "behind":
            note = f"原因：{one['note']}" if one["note"] else ""
            yield Paragraph(f"{one['name']}：{one['sentence']}{note}")
    yield from _year_charts(facts)


def _year_charts(facts: Facts) -> Iterator[Block]:
    """Years of the computed indicators, with the target as a line."""
    drawn = 0
    for one in facts["indicators"]:
        series = [(year, Decimal(value)) for year, value in one["series"] if value is not None]
        if one.get("source") != "computed" or len(series) < 2 or drawn == _MOST_CHARTS:
            continue
        drawn += 1
        yield Chart(
            title=one["name"], unit=one["unit"], kind="lines", labels=tuple(f"{year}" for year, _value in series),
            series=(Series("实际", tuple(value for _year, value in series)),),
            limit=None if one["target"] is None else Decimal(one["target"]), limit_word=f"目标 {one['target_text']}",
        )  # fmt: skip


def _tasks(facts: Facts) -> Iterator[Block]:
    yield Heading("任务推进情况")
    tasks = facts["tasks"]
    rows = tuple((word, f"{tasks['standings'][one]}") for one, word in STANDINGS.items())
    yield Table(
        caption="任务推进情况", head=("情况", "项数"), rows=(*rows, ("合计", f"{tasks['total']}")), right=frozenset({1})
    )
    if tasks["late"]:
        yield Table(
            caption="超期和久无进展的任务", head=("序号", "任务", "牵头单位", "情况", "进度（%）"),
            rows=tuple(
                (one["number"], one["title"], one["lead"] or "未对应单位", STANDINGS[one["standing"]], f"{one['percent']}")
                for one in tasks["late"]
            ),
            widths=(2, 9, 4, 3, 3), right=frozenset({4}),
        )  # fmt: skip


def _projects_and_money(facts: Facts) -> Iterator[Block]:
    yield Heading("重点工程和资金")
    money = facts["money"]
    yield Paragraph(
        f"计划资金{money['planned']}元，到位{money['allocated']}元，支出{money['spent']}元。"
        + (f"来源：{'；'.join(money['sources'])}。" if money["sources"] else "还没有登记资金来源。")
    )
    if facts["projects"]:
        yield Table(
            caption="重点工程", head=("工程", "牵头单位", "节点", "到期", "完成", "计划（元）", "到位（元）", "支出（元）"),
            rows=tuple(
                (
                    f"{one['number']} {one['title']}".strip(), one["lead"] or "未对应单位", f"{one['milestones']}", f"{one['due']}",
                    f"{one['done']}", one["planned"], one["allocated"], one["spent"],
                )
                for one in facts["projects"]
            ),
            widths=(7, 4, 2, 2, 2, 4, 4, 4), right=frozenset({2, 3, 4, 5, 6, 7}),
        )  # fmt: skip


def _score(facts: Facts) -> Iterator[Block]:
    score, edition = facts["score"], facts["edition"]
    yield Heading("评分")
    mark = "" if edition["verified"] else "（未经区政府核定）"
    yield Paragraph(
        f"按{edition['title']}{mark}评分，规则来源：{edition['source']}。没有可评内容的部分不计，其余按比例折算。"
    )
    rows = tuple(
        (PARTS[part["slug"]], f"{part['weight']}", f"{part['counted']}", _dash(part["marks"]))
        for part in score["parts"]
    )
    total = ("合计", "", "", f"{_dash(score['total'])}（{score['grade']}）")
    yield Table(
        caption="综合得分", head=("部分", "权重", "计入项数", "得分"), rows=(*rows, total), right=frozenset({1, 2, 3})
    )
    units = facts["organisations"]
    if units:
        yield Table(
            caption="各单位得分", head=("单位", "牵头任务", "已完成", "超期", "责任指标", "得分", "等次"),
            rows=tuple(
                (
                    one["name"], f"{one['tasks']}", f"{one['confirmed']}", f"{one['overdue']}", f"{one['indicators']}",
                    _dash(one["total"]), one["grade"],
                )
                for one in units
            ),
            widths=(6, 3, 3, 3, 3, 3, 2), right=frozenset({1, 2, 3, 4, 5}),
        )  # fmt: skip
        best = units[:_MOST_BARS]
        if any(one["total"] is not None for one in best):
            yield Chart(
                title="各单位得分", unit="分", kind="bars", labels=tuple(one["name"] for one in best),
                series=(Series("得分", tuple(None if one["total"] is None else Decimal(one["total"]) for one in best)),),
            )  # fmt: skip


def _sources(facts: Facts) -> Iterator[Block]:
    """Every figure's four answers: of when, from where, how, and the hash that fixes its records."""
    yield Heading("数据来源")
    yield Paragraph(f"指标判断按{facts['judging']}。摘要是所用记录的指纹，可在系统中逐层查到原始记录。")
    rows = tuple(
        (
            one["name"], _dash(one["value"]), _day(one.get("as_of")), f"{_SOURCES[one['source']]}第{one['version']}版",
            _how(one), f"{one['valid']}/{one['expected']}" if one["expected"] is not None else "—", one["inputs"][:8] or "—",
        )
        for one in facts["indicators"]
        if one["value"] is not None
    )  # fmt: skip
    if rows:
        head = ("指标", "数值", "截至", "来源", "算式、规则或出处", "有效/应有", "摘要")
        yield Table(
            caption="指标数值的来源", head=head, rows=rows, widths=(5, 2, 4, 3, 8, 3, 4), right=frozenset({1, 5})
        )


def _how(one: Facts) -> str:
    parts = (one["formula"], one["rule"], one["source_text"], one["substitution"])
    return "；".join(part for part in parts if part)


def _proposals(facts: Facts) -> Iterator[Block]:
    if facts.get("proposals"):
        yield Heading("下一步建议")
        yield from (Paragraph(line) for line in facts["proposals"].splitlines() if line.strip())


def _made_up(facts: Facts) -> bool:
    """Whether the paper must say 示例: the plan is made up, or one figure stands on stations that are not the district's."""
    return facts["plan"]["is_demo"] or any(one.get("substitution") for one in facts["indicators"])


def document(facts: Facts) -> OfficialDocument:
    """The report. Before signing there is no number and no signer; the day is then the as-of day."""
    signed = facts.get("signed")
    sections = (_summary, _indicators, _tasks, _projects_and_money, _score, _proposals, _sources)
    return OfficialDocument(
        title=title_of(facts), issuer=facts["issuer"], addressee=facts["addressee"],
        dated=date.fromisoformat(signed["date"] if signed else facts["as_of"]),
        body=tuple(block for section in sections for block in section(facts)),
        number=DocumentNumber(code=signed["code"], year=signed["year"], serial=signed["serial"]) if signed else None,
        signer=signed["signer"] if signed else "", demo=_made_up(facts),
    )  # fmt: skip


def figures(facts: Facts) -> list[str]:
    """Every figure the snapshot states, as text: the print must hold each of them."""
    found: list[object] = []
    for one in facts["indicators"]:
        found += [one[name] for name in ("baseline", "target", "value", "pace", "gap")]
        found += [one.get("expected"), one.get("valid")]
        if one.get("source") == "computed":
            found += (
                [value for _year, value in one["series"]]
                if len([1 for _y, value in one["series"] if value]) > 1
                else []
            )
    found += [facts["counts"]["indicators"], *facts["counts"]["states"].values()]
    found += [
        facts["tasks"]["total"],
        *facts["tasks"]["standings"].values(),
        *(one["percent"] for one in facts["tasks"]["late"]),
    ]
    found += [facts["money"][name] for name in ("planned", "allocated", "spent")]
    for one in facts["projects"]:
        found += [one[name] for name in ("milestones", "due", "done", "planned", "allocated", "spent")]
    for one in (facts["score"], *facts["organisations"]):
        found += [one["total"], *((part["marks"] for part in one["parts"]) if one is facts["score"] else ())]
    for one in facts["organisations"]:
        found += [one[name] for name in ("tasks", "indicators", "confirmed", "overdue")]
    found += [facts["targets"]["total"], facts["targets"]["unattached"]]
    return [f"{value}" for value in found if value not in (None, "", 0)]
