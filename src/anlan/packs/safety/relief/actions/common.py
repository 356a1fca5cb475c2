"""What every act of relief begins and ends with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import Incident
from anlan.kernel.response.types import ENDS, STATES
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.models import Household

_TITLES = {
    "ordered": "下达场所开设令", "cancelled": "撤销场所开设令", "opened": "开放避难场所", "closed": "关闭避难场所", "registered": "登记安置户",
    "changed": "更正安置户", "confirmed": "确认救助", "struck": "划去救助确认", "moved": "安置户去向", "voided": "登记作废", "unmasked": "看安置户原文",
    "printed": "印登记表", "noted": "救助时限到", "listed": "导出安置户",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"relief.{slug}", title=title) for slug, title in _TITLES.items())


def note(
    actor: Actor, verb: str, kind: str, subject: Any, path: str, at: datetime, *, old: Mapping[str, Any] | None = None, **new: Any
) -> None:  # fmt: skip
    """One entry of the journal. No name, paper or address ever goes in."""
    record(
        actor=actor,
        verb=f"relief.{verb}",
        subject_kind=kind,
        subject_id=subject,
        org_path=path,
        at=at,
        old=old,
        new=new,
    )


def lock(incident: Incident) -> Incident:
    """The incident as it is now, held until the end of the transaction. Every act that writes rows of an incident takes it first, before
    shelters, households and numbers: in another order two of them could wait for each other."""
    return Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)


def running(actor: Actor, incident: Incident) -> None:
    """The incident concerns this person and is not over."""
    if "system" not in actor.roles and not response.visible(actor).filter(pk=incident.pk).exists():
        raise Refused("forbidden", "这个事件不涉及你的单位，或已不再涉及。")
    if incident.state in ENDS:
        raise Refused("illegal", f"事件{STATES[incident.state]}，不能再登记。")


def mine(actor: Actor, permission: str, household: Household) -> None:
    """This person may do it to this household now."""
    policy.require(actor, permission, household)
    if "system" not in actor.roles and not queries.households(actor).filter(pk=household.pk).exists():
        raise Refused("forbidden", "这一户不归你的街道和场所，或事件已不涉及你的单位。")


def words(text: str, title: str, field: str, most: int, *, needed: bool = True) -> str:
    text = text.strip()
    if needed and not text:
        raise Refused(field, f"没有写{title}。写一句再存。", field)
    if len(text) > most:
        raise Refused(field, f"{title}最多 {most} 个字。", field)
    return text


def number(given: Any, title: str, field: str, low: int, high: int) -> int:
    try:
        value = int(str(given).strip() or "0")
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise Refused(field, f"“{title}”写 {low} 到 {high} 的整数。", field)
    return value


def claimed(given: datetime | None, incident: Incident, now: datetime) -> datetime | None:
    """A time somebody says it happened: kept beside, never later than now, not long before the incident."""
    if given is None:
        return None
    if not incident.occurred_at - timedelta(days=1) <= given <= now + timedelta(minutes=1):
        raise Refused("claimed", "自述时间要在事件发生以后、现在以前；没有就空着。", "claimed")
    return min(given, now)
