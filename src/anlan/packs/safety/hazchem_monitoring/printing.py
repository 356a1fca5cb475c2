"""A day of the duty log as an official document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from anlan.base.clock import CHINA
from anlan.kernel.documents.types import Heading, OfficialDocument, Paragraph, Table
from anlan.packs.safety.hazchem_monitoring.duty_moves import TITLES
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost
from anlan.packs.safety.hazchem_monitoring.queries import Tally


def line(entry: DutyEntry) -> tuple[str, str, str, str, str]:
    """Number, time, what, text, who: as it stands on the page, in the file and on paper."""
    due = f"{entry.due.astimezone(CHINA):%m-%d %H:%M} 的巡检 " if entry.due else ""
    corrects = f"更正第 {entry.corrects.number} 条：" if entry.corrects else ""
    return (
        str(entry.number),
        f"{entry.at.astimezone(CHINA):%H:%M:%S}",
        TITLES[entry.kind],
        f"{due}{corrects}{entry.text}".strip(),
        entry.person_name,
    )


def document(post: DutyPost, day: date, entries: Sequence[DutyEntry], tallies: Sequence[Tally]) -> OfficialDocument:
    rounds = tuple(
        (
            f"{one.shift.start:%m-%d %H:%M}—{one.shift.end:%m-%d %H:%M}",
            str(one.due),
            str(one.signed),
            str(one.missed),
            str(one.unexplained),
        )
        for one in tallies
    )
    lines = tuple(line(one) for one in reversed(entries))
    nothing = () if lines else (Paragraph("当日没有记录。"),)
    return OfficialDocument(
        title=f"{post.organisation}{post.name}\n值守日志", issuer=str(post.organisation), dated=day, demo=post.is_demo,
        body=(
            Heading("巡检"),
            Table(caption="各班巡检", head=("班次", "应巡", "已签", "漏巡", "未说明"), rows=rounds, widths=(5, 1, 1, 1, 1), right=frozenset({1, 2, 3, 4})),
            Heading("记录"),
            Table(caption="值守记录", head=("序号", "时间", "事项", "内容", "签名"), rows=lines, widths=(1, 2, 2, 7, 2)),
            *nothing,
        ),
    )  # fmt: skip
