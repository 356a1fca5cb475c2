"""The three registers a pack draws from, made for its own tables: objects, inspectors, conflicts of interest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.draw.models import LEVELS, REASONS, InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.registry.types import Column, Problem, Sheet


def sheets(
    *, slug: str, targets: type[TargetEntry], inspectors: type[InspectorEntry], recusals: type[RecusalEntry], categories: Mapping[str, str],
    read: str, write: str,
) -> tuple[Sheet, Sheet, Sheet]:  # fmt: skip
    """Sheets of `slug`, under the pack's permissions."""

    def check(values: Mapping[str, Any]) -> Sequence[Problem]:
        """Both codes stand in the registers."""
        found = []
        if not inspectors.kept().filter(code=values["inspector_code"]).exists():
            found.append(Problem("inspector_code", f"执法证号：台账里没有 {values['inspector_code']}。"))
        if not targets.kept().filter(code=values["target_code"]).exists():
            found.append(Problem("target_code", f"对象编号：台账里没有 {values['target_code']}。"))
        return found

    return (
        Sheet(slug=f"{slug}_targets", title="检查对象", model=targets, key="code", read=read, write=write, review_days=365,
              duty="一个单位一行；类别和风险颜色决定抽查的范围和权重，一年核对一次。", columns=(
                  Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=80),
                  Column("category", "类别", kind="choice", required=True, choices=categories, filterable=True),
                  Column("level", "风险颜色", kind="choice", required=True, choices=LEVELS, filterable=True),
                  Column("last_on", "最近随机抽查", kind="date"), Column("note", "备注", max_length=200, in_list=False))),
        Sheet(slug=f"{slug}_inspectors", title="检查人员", model=inspectors, key="code", read=read, write=write, review_days=180,
              duty="一人一行，按执法证号抽取；证件到期前复核。", columns=(
                  Column("code", "执法证号", required=True, max_length=40), Column("name", "姓名", required=True, max_length=40, personal=True),
                  Column("valid_until", "证件有效期至", kind="date", required=True), Column("away_until", "不在岗至", kind="date"),
                  Column("away_reason", "不在岗原因", max_length=80, in_list=False, help="只写培训、借调、休假等，会公开"))),
        Sheet(slug=f"{slug}_recusals", title="回避", model=recusals, key="code", read=read, write=write, check=check,
              duty="检查人员和对象有利害关系的，写在这里，抽取时不会分到一起。", columns=(
                  Column("code", "编号", required=True, max_length=40), Column("inspector_code", "执法证号", required=True, max_length=40),
                  Column("target_code", "对象编号", required=True, max_length=40),
                  Column("reason", "回避情形", kind="choice", required=True, choices=REASONS, help="会随名单公开，不写具体关系"),
                  Column("valid_to", "到哪天为止", kind="date"))),
    )  # fmt: skip
