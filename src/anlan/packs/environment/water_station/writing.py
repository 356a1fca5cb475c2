"""The monthly report of sections as an official document. Pure."""

from __future__ import annotations

from datetime import date

from anlan.kernel.documents.types import Block, Heading, OfficialDocument, Paragraph, Table
from anlan.packs.environment.water_station.queries import Report
from anlan.packs.environment.water_station.rules import SOURCE, class_words
from anlan.science.water import surface


def document(report: Report, issuer: str, dated: date, *, demo: bool) -> OfficialDocument:
    period = f"{report.year}年{report.month}月"
    text = (
        f"{period}，地表水断面 {report.measured + len(report.unmeasured)} 个，有监测 {report.measured} 个。达到目标 {report.meeting} 个，"
        f"Ⅲ类及更好 {report.good} 个，劣Ⅴ类 {report.worse} 个。"
    )
    body: list[Block] = [Heading("总体情况"), Paragraph(text)]
    if report.unmeasured:
        body.append(Paragraph(f"没有监测的断面：{'、'.join(one.name for one in report.unmeasured)}。"))
    if report.lines:
        body += [Heading("断面评价和排名"), _ranking(report), Heading("河流评价"), _rivers(report)]
    body += [Heading("说明"), Paragraph(
        f"按 {surface.SOURCE} 单因子评价；排名按 21 项水质指数（CWQI）从小到大，缺项的断面不排名；同比为与上年同月指数相比的变化，负值为变好。"
        f"{SOURCE}。"
    )]  # fmt: skip
    return OfficialDocument(
        title=f"{period}\n地表水断面水质月报", issuer=issuer, dated=dated, body=tuple(body), demo=demo
    )


def _ranking(report: Report) -> Table:
    rows = tuple(
        (
            "—" if one.rank is None else str(one.rank), one.section.name, class_words(one.section.target), class_words(one.month.water_class),
            over_words(one.month.verdict) or "—", "—" if one.index is None else f"{one.index:.2f}", "—" if one.change is None else f"{one.change}%",
        )
        for one in report.lines
    )  # fmt: skip
    head = ("名次", "断面", "目标", "类别", "超Ⅲ类项目（倍数）", "CWQI", "同比")
    return Table(caption="断面评价和排名", head=head, rows=rows, widths=(2, 5, 3, 3, 7, 3, 3), right=frozenset({5, 6}))


def _rivers(report: Report) -> Table:
    rows = tuple(
        (one.name, f"{one.measured}/{one.sections}", one.now.quality if one.now else "—", f"{one.now.good}" if one.now else "—",
         f"{one.now.worse}" if one.now else "—", one.change)
        for one in report.rivers
    )  # fmt: skip
    head = ("河流", "有监测/断面", "水质", "Ⅰ–Ⅲ类比例/%", "劣Ⅴ类比例/%", "与上年同月")
    return Table(caption="河流评价", head=head, rows=rows, widths=(5, 4, 4, 5, 5, 5), right=frozenset({3, 4}))


def over_words(verdict: surface.Verdict | None) -> str:
    """The main pollutants, at most three, with times over."""
    if verdict is None:
        return ""
    return "、".join(
        surface.NAMES[one.item] + (f"（{one.times}）" if one.times is not None else "") for one in verdict.over[:3]
    )
