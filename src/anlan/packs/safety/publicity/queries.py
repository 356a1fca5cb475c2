"""Reads. Pages and titles by the viewer's reach; what concerns an examination only of the viewer or of organisations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.registry import queries as registry
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.safety.publicity import rules
from anlan.packs.safety.publicity.models import (
    CommunityTitle,
    ExamSitting,
    KitItem,
    KnowledgeEdition,
    TitlePeriod,
    TrainingCertificate,
    TrainingCourse,
)
from anlan.packs.safety.publicity.moves import APPROVE, COURSE, READ, SIT, TITLE, WRITE
from anlan.packs.safety.publicity.rules import Line
from anlan.packs.safety.publicity.sheets import CAMPAIGNS, EVENTS, PARTS

VIEWS = {"hand": "在办", "published": "已发布", "ended": "撤下和换下", "all": "全部"}
_VIEW_STATES = {
    "hand": ("draft", "waiting"),
    "published": ("published",),
    "ended": ("withdrawn", "replaced", "dropped"),
}
AHEAD = timedelta(days=30)
TITLE_AHEAD = timedelta(days=90)


# ---- knowledge
def visible(actor: Actor) -> QuerySet[KnowledgeEdition]:
    rows = KnowledgeEdition.objects.select_related("page__organisation")
    return policy.visible_to(actor, READ, rows, "page__organisation__path")


def view(rows: QuerySet[KnowledgeEdition], name: str) -> QuerySet[KnowledgeEdition]:
    return rows.filter(state__in=_VIEW_STATES[name]) if name in _VIEW_STATES else rows


def published() -> QuerySet[KnowledgeEdition]:
    return KnowledgeEdition.objects.filter(state="published").select_related("page").order_by("-published_at", "-id")


def search(words: str, topic: str = "", place: str = "") -> list[KnowledgeEdition]:
    """Published pages that answer, the best first; without words the newest first. A page of no street is about every street."""
    rows = published()
    rows = rows.filter(topic=topic) if topic else rows
    found = [one for one in rows if not place or not one.places or place in one.places]
    asked = rules.words_of(words)
    if not asked:
        return found
    weighed = [(rules.weight(asked, one.title, rules.TOPICS[one.topic], one.text), one) for one in found]
    return [one for score, one in sorted(weighed, key=lambda each: (-each[0], -each[1].pk)) if score]


def place_names(codes: Sequence[str]) -> str:
    rows = Organisation.objects.filter(code__in=list(codes)).order_by("path") if codes else ()
    return "、".join(str(one) for one in rows)


# ---- courses
def courses(actor: Actor) -> QuerySet[TrainingCourse]:
    """Those whose bank and figures the viewer may see."""
    return policy.visible_to(actor, COURSE, TrainingCourse.objects.select_related("organisation"), "organisation__path")


def figures(actor: Actor, course: TrainingCourse) -> tuple[Line, ...]:
    """People of each organisation who sat, by their newest finished sitting; small numbers are not told."""
    policy.require(actor, COURSE, course)
    newest = ExamSitting.objects.filter(course=course, person=OuterRef("person"), state="done").order_by("-attempt").values("pk")[:1]  # fmt: skip
    rows = ExamSitting.objects.filter(course=course, state="done", pk=Subquery(newest))
    counted = rows.order_by().values_list("organisation__name").annotate(n=Count("pk"), good=Count("pk", filter=Q(passed=True)))  # fmt: skip
    return rules.told((name, n, good) for name, n, good in counted)


def own_sittings(actor: Actor) -> QuerySet[ExamSitting]:
    rows = ExamSitting.objects.filter(person_id=actor.person_id) if actor.person_id else ExamSitting.objects.none()
    return rows.select_related("course", "certificate")


def own_certificates(actor: Actor) -> QuerySet[TrainingCertificate]:
    """Of the viewer alone, those that end first before the others."""
    rows = TrainingCertificate.objects.filter(sitting__person_id=actor.person_id or 0, state="valid")
    return rows.select_related("sitting__course").order_by("expires_on")


def expiring(actor: Actor, today: date) -> list[TrainingCertificate]:
    """Own ones that end soon or ended, where no newer one of the course is held."""
    newest: dict[int, TrainingCertificate] = {}
    for one in own_certificates(actor):
        newest[one.sitting.course_id] = one
    return [one for one in newest.values() if one.expires_on <= today + AHEAD]


# ---- titles
def titles(actor: Actor) -> QuerySet[CommunityTitle]:
    rows = CommunityTitle.objects.select_related("organisation", "record__task__form")
    return policy.visible_to(actor, READ, rows, "organisation__path")


def standing(one: CommunityTitle, today: date) -> str:
    if one.state == "titled" and one.expires_on and one.expires_on < today:
        return "命名已过期"
    return str(one.get_state_display())


def holding(on: date) -> QuerySet[CommunityTitle]:
    """Titles that held on a day. A community with titles of two levels is one community: count distinct organisations."""
    held = TitlePeriod.objects.filter(starts_on__lte=on, ends_on__gte=on).values("title_file")
    rows = CommunityTitle.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), pk__in=held)
    return rows.select_related("organisation").order_by("organisation__path")


# ---- kits
@dataclass(frozen=True)
class KitLine:
    item: KitItem
    amount: Decimal

    @property
    def words(self) -> str:
        return f"{self.amount.normalize():f} {self.item.unit}"


def kit(households: Sequence[str], people: int) -> list[tuple[str, list[KitLine]]]:
    """The list for a household, by parts; what is counted for each person times the people, rounded up to halves."""
    rows = KitItem.objects.filter(retired_on=None, household__in=["any", *households]).order_by("part", "code")
    found: dict[str, list[KitLine]] = {}
    for one in rows:
        amount = Decimal(one.amount) * (people if one.per == "person" else 1)
        found.setdefault(one.part, []).append(KitLine(one, Decimal(math.ceil(amount * 2)) / 2))
    return [(word, found[part]) for part, word in PARTS.items() if part in found]


# ---- campaigns
def campaigns(actor: Actor) -> list[dict[str, Any]]:
    """Each campaign of the viewer's reach with its events and people."""
    counted = {
        code: (n, people, reached)
        for code, n, people, reached in registry.visible(EVENTS, actor).filter(retired_on=None).order_by().values_list("campaign")
        .annotate(n=Count("pk"), people=Sum("people"), reached=Sum("reached"))
    }  # fmt: skip
    rows = registry.visible(CAMPAIGNS, actor).filter(retired_on=None).order_by("-starts_on", "-pk")
    return [
        {"row": one, "events": counted.get(one.code, (0, 0, 0))[0], "people": counted.get(one.code, (0, 0, 0))[1] or 0,
         "reached": counted.get(one.code, (0, 0, 0))[2] or 0}
        for one in rows
    ]  # fmt: skip


# ---- the desk
def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), CHINA)


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    yield from _own_waiting(actor, at)
    if policy.may(actor, APPROVE):
        for one in visible(actor).filter(state="waiting").exclude(maker_id=actor.person_id)[:8]:
            yield Waiting(kind="知识待批", title=one.title, fact=rules.TOPICS[one.topic], sender=one.made_by, verb="去批", url=reverse("knowledge", args=[one.pk]), started_at=one.made_at)  # fmt: skip
    if policy.may(actor, WRITE):
        for one in visible(actor).filter(state="draft", maker_id=actor.person_id).exclude(why="")[:8]:
            yield Waiting(kind="知识退回", title=one.title, fact=one.why, sender="审批", verb="去改", url=reverse("knowledge", args=[one.pk]))  # fmt: skip
    if policy.may(actor, TITLE):
        yield from _titles_waiting(actor, civil_date(at))


def _own_waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if not policy.may(actor, SIT) or actor.person_id is None:
        return
    for sitting in own_sittings(actor).filter(state="open", due_at__gt=at):
        yield Waiting(kind="在考", title=sitting.course.title, fact="到时自动按已存的答案算", sender="培训考试", verb="接着考", url=reverse("exam_sitting", args=[sitting.pk]),
                      due_at=sitting.due_at, started_at=sitting.started_at)  # fmt: skip
    for one in expiring(actor, civil_date(at)):
        ended = "，已过期" if one.expires_on < civil_date(at) else ""
        yield Waiting(kind="证书到期", title=one.sitting.course.title, fact=f"{one.number} 有效到 {one.expires_on}{ended}", sender="培训考试", verb="去考",
                      url=reverse("exam_course", args=[one.sitting.course_id]), due_at=_end(one.expires_on))  # fmt: skip


def _titles_waiting(actor: Actor, today: date) -> Iterator[Waiting]:
    for one in (
        titles(actor)
        .filter(Q(state="applied") | Q(state="titled", expires_on__lte=today + TITLE_AHEAD))
        .order_by("expires_on")[:8]
    ):
        due = one.expires_on if one.state == "titled" else None
        yield Waiting(kind="示范社区", title=str(one), fact=f"命名到 {due}，要复核" if due else "申报待定", sender=one.applied_by, verb="去办",
                      url=reverse("community_title", args=[one.pk]), due_at=_end(due) if due else None)  # fmt: skip


def public_facts(at: datetime) -> Iterator[Fact]:  # noqa: ARG001  # what is published does not hang on the clock
    for one in published()[:2]:
        yield Fact(title="安全知识", text=one.title, url=reverse("public_knowledge_page", args=[one.page_id]))


def find(actor: Actor, text: str) -> list[Hit]:
    if not policy.may(actor, READ):
        return []
    rows = visible(actor).filter(title__icontains=text).exclude(state__in=("replaced", "dropped"))[:6]
    pages = [Hit(group="查", title=one.title, detail=f"知识 {one.get_state_display()}", url=reverse("knowledge", args=[one.pk])) for one in rows]  # fmt: skip
    named = titles(actor).filter(Q(number__iexact=text) | Q(organisation__name__icontains=text))[:4]
    return pages + [Hit(group="查", title=str(one), detail="综合减灾示范社区", url=reverse("community_title", args=[one.pk])) for one in named]  # fmt: skip
