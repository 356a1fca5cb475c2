"""The agreements and the joint drills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.mutual_aid.models import AidAgreement, JointDrill
from anlan.packs.safety.mutual_aid.moves import READ, WRITE


def _dates(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["valid_until"] <= values["signed_on"]:
        return [Problem("valid_until", "有效期要晚于签订日期。")]
    return []


def _agreement(values: Mapping[str, Any]) -> Sequence[Problem]:
    if not AidAgreement.objects.filter(code=values["agreement_code"], retired_on=None).exists():
        return [Problem("agreement_code", f"没有协议“{values['agreement_code']}”。先登记协议。")]
    return []


AGREEMENTS = Sheet(
    slug="aid_agreements", title="区域应急联动协议", model=AidAgreement, key="code", read=READ, write=WRITE, review_days=365, check=_dates,
    duty="一家一行：到什么时候有效、支援什么、找谁。到期前续签，换行不改旧的。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("partner", "对方", required=True, max_length=80),
        Column("peer_code", "链路代码", max_length=40, help="对方在“链路”里的代码；没有连通就不填"),
        Column("signed_on", "签订日期", kind="date", required=True, past=True),
        Column("valid_until", "有效期到", kind="date", required=True),
        Column("scope", "支援范围", required=True, max_length=200, in_list=False),
        Column("contact", "联系人", required=True, max_length=80, personal=True, in_list=False),
        Column("telephone", "电话", required=True, max_length=40, personal=True, in_list=False),
        Column("document", "文号", max_length=120, in_list=False),
    ),
)  # fmt: skip
DRILLS = Sheet(
    slug="joint_drills", title="联合演练", model=JointDrill, key="code", read=READ, write=WRITE, check=_agreement,
    duty="每份协议每年至少一次（本系统默认值）；发现的问题写清谁改。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("agreement_code", "协议编号", required=True, max_length=40, filterable=True),
        Column("held_on", "日期", kind="date", required=True, past=True),
        Column("subject", "科目", required=True, max_length=120),
        Column("people", "参加人数", kind="int", required=True, unit="人", minimum=1, maximum=100000),
        Column("findings", "发现的问题", max_length=400, in_list=False),
    ),
)  # fmt: skip
SHEETS = (AGREEMENTS, DRILLS)
