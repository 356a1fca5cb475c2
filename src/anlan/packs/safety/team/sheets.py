"""The two registers: teams and experts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.response import queries as incidents
from anlan.packs.safety.team.models import Expert, Team, TeamMark
from anlan.packs.safety.team.rules import KINDS, READINESS, READY_DAYS, SKILLS, skills, unready

READ, WRITE = "team.read", "team.write"


def _known(column: str, title: str, text: str) -> list[Problem]:
    known, unknown = skills(text)
    if unknown:
        return [Problem(column, f"{title}：没有“{'、'.join(unknown)}”。只写：{'、'.join(SKILLS)}。")]
    return [] if known else [Problem(column, f"{title}：至少写一种。")]


def changed() -> None:
    """In the transaction of every change: what was kept of the register before is no longer asked."""
    if not TeamMark.objects.filter(pk=1).update(number=F("number") + 1):
        TeamMark.objects.get_or_create(pk=1, defaults={"number": 1})


def check_team(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = _known("skills", "专长", values["skills"])
    if (values["longitude"] is None) != (values["latitude"] is None):
        found.append(Problem("longitude", "经度、纬度要写全。"))
    if values["kind"] == "social" and values["insured_until"] is None:
        found.append(Problem("insured_until", "保险到期：社会队伍出动的人要有保险，写到哪天。"))
    return found


def check_expert(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = _known("fields", "专业", values["fields"])
    if values["consent_until"] and values["consent_on"] and values["consent_until"] < values["consent_on"]:
        found.append(Problem("consent_until", "同意到期早于同意日期。"))
    return found


def _part(row: Any, actor: Actor, at: datetime) -> tuple[str, Mapping[str, Any]]:
    today = civil_date(at)
    past = list(row.dispatches.select_related("incident").order_by("-called_at")[:10])
    known = set(incidents.visible(actor).filter(pk__in={one.incident_id for one in past}).values_list("pk", flat=True))
    why = unready(row.ready, row.ready_on, row.insured_until, today)
    return "packs/safety/team/part_team.html", {
        "unready": why, "past": [(one, one.incident_id in known) for one in past], "asked": row.dispatches.filter(state="asked", ended_at=None).select_related("incident") if policy.may(actor, WRITE, row) else (),
    }  # fmt: skip


TEAMS = Sheet(
    slug="teams", title="应急队伍", model=Team, key="code", read=READ, write=WRITE, review_days=90, check=check_team, changed=changed, part=_part,
    duty=f"一队一行。备勤每 {READY_DAYS.days} 天至少报一次，过了期就不派。专长用固定的词，预案的卡和找队伍按它找。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "类别", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("skills", "专长", required=True, max_length=200, help="用顿号分开"),
        Column("people", "人数", kind="int", required=True, unit="人", minimum=1, maximum=5000),
        Column("ready", "备勤", kind="choice", required=True, choices=READINESS, filterable=True),
        Column("ready_on", "备勤报于", kind="date", past=True),
        Column("equipment", "装备", max_length=300, in_list=False),
        Column("leader", "负责人", required=True, max_length=40, in_list=False),
        Column("phone", "电话", required=True, max_length=40, personal=True, in_list=False),
        Column("address", "驻地", max_length=160),
        Column("insured_until", "保险到期", kind="date"),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip

EXPERTS = Sheet(
    slug="experts", title="应急专家", model=Expert, key="code", read=READ, write=WRITE, review_days=365, check=check_expert,
    duty="一人一行。没有同意入库、或同意已到期的，不请。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "姓名", required=True, max_length=40),
        Column("fields", "专业", required=True, max_length=200, help="用顿号分开"),
        Column("unit", "单位", max_length=80),
        Column("title", "职称", max_length=60),
        Column("phone", "电话", required=True, max_length=40, personal=True, in_list=False),
        Column("consent_on", "同意入库", kind="date", past=True),
        Column("consent_until", "同意到期", kind="date"),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
SHEETS = (TEAMS, EXPERTS)
PAGES = tuple(page for sheet in SHEETS for page in sheet_pages(sheet))
