"""Reads: the gates of a decision, what everyone sees, what the staff sees of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.penalties import rules
from anlan.kernel.penalties.models import KINDS, Penalty, Publication

# What the full record (全过程记录) must hold before a decision, by kind of evidence.
RECORD = {"filing": "立案审批表", "inquiry": "询问或勘验笔录", "notice": "处罚告知书"}


@dataclass(frozen=True)
class Gate:
    """One of the systems that a decision must pass. `why` says what is lacking; "" when it is passed."""

    slug: str
    title: str
    why: str


def _last(case: Case, *steps: str) -> Line | None:
    return Line.objects.filter(case=case, step__in=steps).order_by("-id").first()


def review_lacks(case: Case) -> str:
    """法制审核: passed after the last proposal, by someone who neither proposed nor filed it."""
    proposed, passed = _last(case, "propose"), _last(case, "pass_review")
    if proposed is None or passed is None or passed.pk < proposed.pk:
        return "没有通过法制审核。"
    opened = _last(case, "open")
    if passed.person_id is None or passed.person_id in {one.person_id for one in (proposed, opened) if one}:
        return "法制审核须由承办人以外的人办。"
    return ""


def record_lacks(case: Case) -> str:
    """全过程记录: every paper of the way, and the party heard or its silence written down."""
    have = set(case.evidence.values_list("kind", flat=True))
    lacking = [word for kind, word in RECORD.items() if kind not in have]
    if _last(case, "answer", "no_answer") is None:
        lacking.append("陈述申辩记录")
    return f"全过程记录缺：{'、'.join(lacking)}。" if lacking else ""


def public_lacks(case: Case, penalty: Penalty) -> str:
    """行政执法公示: what will be published is written, and names nobody."""
    if not penalty.public_text:
        return "没有拟好公示内容。"
    found = personal(case, penalty.public_text)
    return f"公示内容里有{found}，先去掉。" if found else ""


def together_lacks(case: Case) -> str:
    """集体讨论 after the review that passed, with its minutes."""
    passed, talked = _last(case, "pass_review"), _last(case, "discuss")
    if talked is None or (passed and talked.pk < passed.pk) or not case.evidence.filter(kind="minutes").exists():
        return "重大处罚没有集体讨论记录。"
    return ""


def gates(case: Case) -> list[Gate]:
    """Every gate of this case, passed or not."""
    penalty = Penalty.objects.get(case=case)
    found = [
        Gate("legal", "法制审核", review_lacks(case)), Gate("record", "全过程记录", record_lacks(case)),
        Gate("public", "公示", public_lacks(case, penalty)),
    ]  # fmt: skip
    if penalty.is_heavy:
        found.append(Gate("together", "集体讨论", together_lacks(case)))
    if penalty.hearing:
        heard = case.evidence.filter(kind="hearing").exists()
        found.append(Gate("hearing", "听证", "" if heard else "当事人要求听证，没有听证笔录。"))
    return found


def shut(case: Case) -> str:
    """What keeps a decision from being issued or served, in one sentence; "" when every gate is passed."""
    return "".join(one.why for one in gates(case))


def personal(case: Case, text: str) -> str:
    """What of a person stands in the text, as a word. The organisation's own name may hold one (a shop named after its owner)."""
    for name in (case.owner.name, case.owner.short_name):
        text = text.replace(name, "") if name else text
    return rules.personal(text, names(case))


def names(case: Case) -> list[str]:
    """Names of people that the product knows around a case: of the party, of the issuer, of whoever made a step."""
    paths = Q(pk=None)
    for one in (case.owner, case.issuer):
        if one:
            paths |= Q(posts__organisation__path__startswith=one.path)
    known = set(Person.objects.filter(paths).values_list("name", flat=True))
    return sorted(known | set(case.lines.exclude(person=None).values_list("actor_name", flat=True)))


# ---- what is published
def shown(on: date) -> QuerySet[Publication]:
    """What a citizen reads on that day."""
    rows = Publication.objects.filter(withdrawn_at=None).filter(Q(shown_until=None) | Q(shown_until__gte=on))
    return rows.select_related("organisation", "issuer")


def filtered(rows: QuerySet[Publication], asked: Mapping[str, str]) -> QuerySet[Publication]:
    if asked.get("kind") in KINDS:
        rows = rows.filter(kind=asked["kind"])
    if words := asked.get("q", "").strip()[:80]:
        rows = rows.filter(Q(organisation__name__contains=words) | Q(subject__contains=words) | Q(number=words))
    return rows


def visible(viewer: Actor) -> QuerySet[Publication]:
    """Publications of the cases this person sees, also ended and withdrawn ones."""
    seen = cases.visible(viewer).values("pk")
    return Publication.objects.filter(case__in=seen).select_related("organisation", "issuer", "case")


def standing(rows: Iterable[Publication], at: datetime) -> list[tuple[Publication, str]]:
    """Each with its state (a slug of STATES)."""
    today = civil_date(at)
    return [
        (
            one,
            "withdrawn" if one.withdrawn_at else "ended" if one.shown_until and one.shown_until < today else "shown",
        )
        for one in rows
    ]
