"""What a review or a drill found becomes work with a limit (复盘整改): the kernel's rectification with these words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor, Permission, Scope
from anlan.kernel.casework.actions import open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.casework.processes.rectification import rectification
from anlan.kernel.casework.types import Process
from anlan.kernel.response import log
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.web.types import Nav

SLUG = "response_lesson"
KINDS = {"plan": "改预案", "danger": "治隐患", "train": "补培训演练", "resource": "补力量物资", "other": "其他"}


def _links(case: Case) -> list[tuple[str, str]]:
    """The incident it comes from."""
    found = LogEntry.objects.filter(kind="link", payload__case=case.number).select_related("incident").first()
    return (
        [(f"复盘 {found.incident.number}", reverse("incident_review", args=[found.incident.number]))] if found else []
    )


def _process() -> Process:
    made = rectification(
        slug=SLUG, title="复盘整改", prefix="FP", grades={"lesson": ("整改事项", "")}, kinds=KINDS,
        note="复盘和演练发现的问题，在复盘页上逐条立案；这里补登记没有写进复盘的。",
    )  # fmt: skip
    return replace(made, links=_links)


PROCESS = _process()
_LEAD: dict[str, Scope] = {"duty_officer": "district", "commander": "district", "leader": "district"}
_OWN: dict[str, Scope] = {"bureau_officer": "own", "street_officer": "own", "team_leader": "own"}
_READERS: dict[str, Scope] = {"auditor": "district", "planner": "district"}
_TITLES = {
    "read": "查看复盘整改", "report": "登记复盘整改", "grade": "判定复盘整改", "assign": "下达复盘整改", "rectify": "办理复盘整改", "review": "复查复盘整改",
    "close": "销号复盘整改", "manage": "调度复盘整改",
}  # fmt: skip
PERMISSIONS = tuple(
    Permission(
        slug=f"{SLUG}.{verb}", title=title,
        roles={**(_LEAD if verb != "rectify" else {}), **(_OWN if verb in ("read", "rectify") else {}), **(_READERS if verb == "read" else {})},
    )
    for verb, title in _TITLES.items()
)  # fmt: skip
PAGES = case_pages(PROCESS, "command/lessons/", "command")
NAV = (Nav(section="command", title="复盘整改", page=f"{SLUG}_list", permission=f"{SLUG}.read", order=9),)


def open_lesson(
    *, actor: Actor, incident: Incident, entry: UUID, owner: Organisation, kind: str, at: datetime
) -> Case:  # fmt: skip
    """Make work of a cause or lesson in the log; the same one again gives the case that stands. The log says which case it became."""
    found = LogEntry.objects.filter(pk=entry, incident=incident, kind="cause").first()
    if found is None:
        raise Refused("not_found", "没有这条原因或教训。")
    text = found.payload.get("lesson") or found.payload["text"]
    case = open_case(
        actor=actor, process=PROCESS, owner=owner, title=text[:120], fact=f"{found.payload['text']}\n来自 {incident.number} {incident.title} 的复盘。", at=at,
        key=uuid5(found.pk, "lesson"), kind=kind, source="other", issuer=incident.organisation, is_demo=incident.is_demo,
    )  # fmt: skip
    link = log.Draft(
        kind="link",
        payload={"kind": "lesson", "case": case.number, "entry": str(entry), "title": f"{case.number} {case.title}"},
        id=uuid5(found.pk, "link"),
    )
    log.write(actor=actor, incident=incident, at=at, decide=lambda _board: [link], verb="link", key=link.id)
    return case
