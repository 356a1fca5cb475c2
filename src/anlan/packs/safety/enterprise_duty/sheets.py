"""The registers of an enterprise: its file, duty list, certificates, contractors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.enterprise_duty import rules
from anlan.packs.safety.enterprise_duty.models import Certificate, Contractor, EnterpriseFile, StaffDuty

READ, WRITE = "enterprise_duty.read", "enterprise_duty.write"
RESULTS = {"good": "称职", "plain": "基本称职", "bad": "不称职"}


def check_file(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A level has its number and its days, and lasts no longer than it may."""
    if values["level"] == "none":
        return []
    found = [
        Problem(name, f"{title}：达标的要写{title}。")
        for name, title in (("level_on", "定级日期"), ("level_expires_on", "有效期至"))
        if not values[name]
    ]
    if values["level_on"] and values["level_expires_on"]:
        days = (values["level_expires_on"] - values["level_on"]).days
        most = rules.years("standard")
        if not 0 < days <= most * 366:
            found.append(Problem("level_expires_on", f"有效期至：定级后最多 {most} 年（{rules.source('standard')}）。"))
    return found


def check_certificate(values: Mapping[str, Any]) -> Sequence[Problem]:
    """It runs forward, and not longer than such a certificate may; the recheck lies within."""
    found = []
    most = rules.years("certificate")
    if not 0 < (values["expires_on"] - values["issued_on"]).days <= most * 366:
        found.append(
            Problem("expires_on", f"有效期至：晚于发证日期，最多 {most} 年（{rules.source('certificate')}）。")
        )
    if values["recheck_on"] and not values["issued_on"] < values["recheck_on"] <= values["expires_on"]:
        found.append(Problem("recheck_on", "复审日期：在发证日期以后、有效期以内。"))
    return found


def check_contractor(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Nobody works inside without the safety agreement and the entry training."""
    if not values["people"]:
        return []
    return [
        Problem(name, f"{title}：有人在厂里作业，先{what}再登记人数。")
        for name, title, what in (
            ("agreement_on", "安全协议", "签协议"), ("trained_on", "入厂培训", "培训"),
        )
        if not values[name]
    ]  # fmt: skip


FILES = Sheet(
    slug="enterprise_files", title="企业安全档案", model=EnterpriseFile, key="code", read=READ, write=WRITE, review_days=180, check=check_file,
    duty="一家一行：标准化等级、安责险、预案备案、演练到期以前提醒。", basis="《安全生产法》第四、二十一条",
    columns=(
        Column("code", "编号", required=True, max_length=40, help="用单位代码"),
        Column("trade", "行业", kind="choice", required=True, choices=rules.TRADES, filterable=True),
        Column("employees", "从业人数", kind="int", required=True, unit="人", minimum=1, maximum=200000),
        Column("level", "标准化等级", kind="choice", required=True, choices=rules.LEVELS, filterable=True),
        Column("level_on", "定级日期", kind="date", in_list=False),
        Column("level_expires_on", "有效期至", kind="date"),
        Column("level_number", "证书编号", max_length=40, in_list=False),
        Column("insurance_expires_on", "安责险到期", kind="date"),
        Column("plan_filed_on", "预案备案", kind="date", in_list=False),
        Column("plan_due_on", "预案修订到期", kind="date"),
        Column("drill_due_on", "下次演练", kind="date"),
    ),
)  # fmt: skip
DUTIES = Sheet(
    slug="enterprise_duties", title="全员安全责任清单", model=StaffDuty, key="code", read=READ, write=WRITE, review_days=365,
    duty="一个岗位一行：干什么、负什么责、签了没有、考了没有。", basis="《安全生产法》第二十二条",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("post", "岗位", required=True, max_length=60),
        Column("holder", "责任人", required=True, max_length=40, personal=True),
        Column("duties", "安全责任", kind="long", required=True, max_length=400, in_list=False),
        Column("signed_on", "签字", kind="date"),
        Column("assessed_on", "最近考核", kind="date"),
        Column("result", "考核结果", kind="choice", choices=RESULTS, in_list=False),
        Column("assess_due_on", "下次考核", kind="date"),
    ),
)  # fmt: skip
CERTIFICATES = Sheet(
    slug="enterprise_certificates", title="持证人员", model=Certificate, key="code", read=READ, write=WRITE, check=check_certificate,
    duty="一证一行：复审、到期以前提醒。姓名、证号遮住，本企业和监管员在企业页看全名。", basis="《安全生产法》第三十条",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("holder", "姓名", required=True, max_length=40, personal=True),
        Column("kind", "种类", kind="choice", required=True, choices=rules.CERTIFICATES, filterable=True),
        Column("number", "证号", required=True, max_length=40, personal=True, in_list=False),
        Column("issued_on", "发证", kind="date", required=True, in_list=False),
        Column("recheck_on", "复审", kind="date"),
        Column("expires_on", "有效期至", kind="date", required=True),
        Column("training_hours", "今年培训", kind="int", unit="学时", minimum=0, maximum=1000, in_list=False),
    ),
)  # fmt: skip
CONTRACTORS = Sheet(
    slug="enterprise_contractors", title="承包商", model=Contractor, key="code", read=READ, write=WRITE, review_days=180, check=check_contractor,
    duty="一家一行：资质、合同到期以前提醒；没有协议和培训的人不能进厂作业。", basis="《安全生产法》第四十九条",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "单位", required=True, max_length=80),
        Column("scope", "作业内容", required=True, max_length=120),
        Column("licence", "资质", required=True, max_length=60, in_list=False),
        Column("licence_expires_on", "资质到期", kind="date", required=True),
        Column("contract_until", "合同到期", kind="date", required=True),
        Column("agreement_on", "安全协议", kind="date", in_list=False),
        Column("trained_on", "入厂培训", kind="date", in_list=False),
        Column("people", "在厂人数", kind="int", required=True, unit="人", minimum=0, maximum=5000),
    ),
)  # fmt: skip
SHEETS = (FILES, DUTIES, CERTIFICATES, CONTRACTORS)
