"""The bulletin of a day as an official document: what is printed is what the lines say, no more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from anlan.kernel.documents.types import Block, Chart, Heading, OfficialDocument, Paragraph, Series, Table

Line = Mapping[str, Any]
HEAD = ("单位和锅炉", "限值", "日均", "最大小时", "有效/应有", "超限小时", "判断")


def document(lines: Sequence[Line], day: date, issuer: str, *, demo: bool) -> OfficialDocument:
    over = [one for one in lines if one["over"]]
    short = [one for one in lines if one["valid"] and one["mean"] is None]
    silent = [one for one in lines if not one["valid"] and one["word"] != "停运"]
    words = [f"{_day(day)}，在线监测锅炉 {len(lines)} 台，氮氧化物小时均值超限 {len(over)} 台"]
    words += [f"有效小时不足 {len(short)} 台"] if short else []
    words += [f"没有有效数据 {len(silent)} 台"] if silent else []
    body: list[Block] = [Heading("总体情况"), Paragraph("，".join(words) + "。")]
    body += [Heading("各锅炉情况"), _table(lines)]
    if over:
        body += [Heading("超限情况"), *(Paragraph(_over(one)) for one in over)]
    body.append(_chart(lines))
    body += [Heading("说明"), Paragraph(
        "数值为设备上报的小时均值，单位 mg/m³，按基准氧含量折算。限值与小时均值比较。一小时须有 45 个有效分钟值，日均须有 20 个有效小时"
        "（HJ 75—2017，条款待核）；不足的不算，也不用替代值判断。本通报只列监测事实，不作行政处理决定。"
    )]  # fmt: skip
    return OfficialDocument(
        title=f"锅炉氮氧化物监测日通报\n（{_day(day)}）", issuer=issuer, dated=day, body=tuple(body), demo=demo
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _table(lines: Sequence[Line]) -> Table:
    rows = tuple(
        (f"{one['unit']}　{one['station']}", one["limit"] or "—", one["mean"] or "—", one["highest"] or "—", f"{one['valid']}/{one['hours']}",
         str(len(one["over"])), one["word"])
        for one in lines
    )  # fmt: skip
    return Table(
        caption="氮氧化物小时均值（mg/m³）",
        head=HEAD,
        rows=rows,
        widths=(8, 2, 3, 3, 3, 3, 5),
        right=frozenset({1, 2, 3, 4, 5}),
    )


def _over(one: Line) -> str:
    hours = "、".join(one["over"])
    permit = f"（排污许可证 {one['permit']}）" if one["permit"] else ""
    return f"{one['unit']}{one['station']}：{hours} 起的 {len(one['over'])} 个小时高于限值 {one['limit']}{permit}，最大 {one['highest']}（{one['highest_at']}）。"


def _chart(lines: Sequence[Line]) -> Chart:
    from_text = [None if one["highest"] is None else _number(one["highest"]) for one in lines]
    same = {one["limit"] for one in lines}
    limit = _number(next(iter(same))) if len(same) == 1 and None not in same else None
    return Chart(
        title="各锅炉最大小时均值", unit="mg/m³", kind="bars", labels=tuple(one["station"] for one in lines),
        series=(Series("最大小时均值", tuple(from_text)),), limit=limit, limit_word=f"限值 {limit}" if limit is not None else "",
    )  # fmt: skip


def _number(text: str | None) -> Decimal:
    return Decimal(text or 0)
