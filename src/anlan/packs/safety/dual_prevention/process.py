"""Expert consultation on a risk: the kernel's consultation with the risk it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.consultation import consultation
from anlan.kernel.casework.types import Field
from anlan.packs.safety.dual_prevention.models import Risk, RiskConsultation

SLUG = "dual_prevention/consultation"


def _made(case: Case, values: Mapping[str, Any]) -> None:
    risk = Risk.objects.filter(organisation=case.owner_id, code=values.get("risk", "")).first()
    RiskConsultation.objects.create(case=case, risk=risk)


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = RiskConsultation.objects.filter(case=case).select_related("risk").first()
    return (
        ()
        if row is None or row.risk is None
        else (("风险", f"{row.risk.code} {row.risk.title}，{row.risk.get_level_display()}"),)
    )


PROCESS = replace(
    consultation(slug=SLUG, title="专家会诊", prefix="HZ"), made=_made, panel=_panel,
    asks=(Field(name="risk", title="风险编号", help="会诊哪一条风险；会诊整个清单的不填", max_length=40),),
)  # fmt: skip
