"""Orders and requisitions on paper, to be signed by hand: official documents after GB/T 9704."""

from __future__ import annotations

from datetime import date

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.documents.types import Heading, OfficialDocument, Paragraph, Table
from anlan.packs.safety.supplies.models import Requisition, SupplyOrder
from anlan.packs.safety.supplies.rules import KINDS

_SIGNED = Table(
    caption="签字", head=("发货人", "承运人", "收货人", "日期和时间"), rows=(("\u3000",) * 4,), widths=(2, 2, 2, 3)
)
_TITLES = {"issue": "应急物资出库单", "transfer": "应急物资调拨单", "agreement": "协议储备供货单"}


def order(row: SupplyOrder) -> OfficialDocument:
    """What was ordered, with the lots that left and places to sign. Nothing is on it that is not in the ledger."""
    lots: dict[int, list[str]] = {}
    seen = set()
    for move in row.moves.select_related("lot"):
        if move.lot_id not in seen:
            seen.add(move.lot_id)
            lots.setdefault(move.lot.item_id, []).append(_lot(move.lot.batch, move.lot.expires_on))
    lines = tuple(
        (str(n), one.item.name, one.item.unit, f"{one.amount:,}", "" if one.received is None else f"{one.received:,}", "；".join(filter(None, lots.get(one.item_id, ()))))
        for n, one in enumerate(row.lines.select_related("item"), 1)
    )  # fmt: skip
    facts = [
        ("单号", row.number), ("种类", KINDS[row.kind].title), ("状态", row.get_state_display()), ("开单", f"{row.made_at.astimezone(CHINA):%Y-%m-%d %H:%M}，{row.made_by}"),
        ("发出", str(row.source or row.partner or "—")), ("收到", str(row.target or row.place or row.partner or "—")), ("事件", str(row.incident or "—")),
        ("需求", row.need.number if row.need else "—"), ("承运", row.carrier or "—"), ("说明", row.reason or "—"),
    ]  # fmt: skip
    return OfficialDocument(
        title=_TITLES.get(row.kind, f"应急物资{KINDS[row.kind].title}单"), issuer=str(row.organisation.name), dated=civil_date(row.made_at), demo=row.is_demo,
        body=(
            Table(caption="单据", head=("项目", "内容"), rows=tuple(facts), widths=(1, 4)),
            Table(caption="物资明细", head=("序号", "物资", "单位", "数量", "实收", "批号、有效期"), rows=lines, widths=(1, 3, 1, 2, 2, 4), right=frozenset({3, 4})),
            _SIGNED,
        ),
    )  # fmt: skip


def _lot(batch: str, expires_on: date | None) -> str:
    return " ".join(part for part in (batch, f"效期至 {expires_on}" if expires_on else "") if part)


def requisition(row: Requisition) -> OfficialDocument:
    """征用凭证: the receipt that the owner keeps; after return and settlement it says those too."""
    body: list[Heading | Paragraph | Table] = [
        Paragraph(f"{row.owner}："),
        Paragraph(f"为应对{row.incident.title if row.incident else '突发事件'}，依据{row.basis}，征用你（单位）的{row.what} {row.amount:,}{row.unit}，{row.taken_at.astimezone(CHINA):%Y年%m月%d日%H时%M分}交接，计划于 {row.until} 前归还。"),
        Paragraph(f"交接时的状况：{row.state_before}。"),
    ]  # fmt: skip
    if row.returned_at is not None:
        body += [Heading("归还"), Paragraph(f"{row.returned_at.astimezone(CHINA):%Y年%m月%d日%H时%M分}归还。损坏情况：{row.damage or '没有损坏'}。")]  # fmt: skip
    if row.compensation is not None:
        body += [Heading("补偿"), Paragraph(f"补偿 {row.compensation:,.2f} 元。计算：{row.grounds}。")]
    if row.paid_on is not None:
        body.append(Paragraph(f"{row.paid_on} 已付，凭证 {row.voucher}。"))
    body.append(
        Table(
            caption="签字", head=("交付人", "接收人", "日期"), rows=(("\u3000", "\u3000", "\u3000"),), widths=(2, 2, 2)
        )
    )
    return OfficialDocument(
        title="应急征用凭证", issuer=str(row.organisation.name), dated=civil_date(row.taken_at), demo=row.is_demo,
        body=(Paragraph(f"编号：{row.number}"), *body),
    )  # fmt: skip
