"""Reading: what is in force, the warnings as a viewer sees them, the matrix of a day, receipts counted, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import ANONYMOUS, Actor
from anlan.kernel.response.grading import HazardWarning
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.safety.warning import rules, shapes
from anlan.packs.safety.warning.models import WarningMessage, WarningNotice, WarningRefusal, WarningResponse
from anlan.packs.safety.warning.moves import APPROVE, DRAFT, READ, RECEIPT, RECEIVE

LEVELS = {"1": "Ⅰ级响应", "2": "Ⅱ级响应", "3": "Ⅲ级响应", "4": "Ⅳ级响应"}
VIEWS: Mapping[str, str] = {
    "now": "现行", "wait": "待办", "past": "已过", "exercise": "演练", "other": "不作预警",
}  # fmt: skip


def visible(actor: Actor) -> QuerySet[WarningMessage]:
    rows = WarningMessage.objects.select_related("organisation", "source", "incident")
    return policy.visible_to(actor, READ, rows, "organisation__path")


def holding(at: datetime, rows: QuerySet[WarningMessage] | None = None) -> QuerySet[WarningMessage]:
    """Actual, not replaced, ended or cancelled, and not past its expiry."""
    rows = WarningMessage.objects.all() if rows is None else rows
    return rows.filter(status="Actual", exercise=False, state="active").filter(
        Q(expires_at=None) | Q(expires_at__gt=at)
    )


def public(at: datetime) -> QuerySet[WarningMessage]:
    """What everybody may see of what holds: public, and not an exercise."""
    return holding(at).filter(scope="Public").select_related("organisation").order_by("colour", "-sent_at")


def ended(at: datetime) -> QuerySet[WarningMessage]:
    """Own and others' public warnings that were lifted within the last day: said apart from those that merely ran out."""
    rows = WarningMessage.objects.filter(
        status="Actual", exercise=False, scope="Public", message_type="Cancel", state="notice"
    )
    return rows.filter(sent_at__gt=at - timedelta(days=1))


def view(rows: QuerySet[WarningMessage], name: str, at: datetime) -> QuerySet[WarningMessage]:
    real = rows.filter(exercise=False)
    if name == "now":
        return holding(at, rows)
    if name == "wait":
        return rows.filter(state__in=("draft", "waiting", "held"))
    if name == "exercise":
        return rows.filter(exercise=True).exclude(state__in=("draft", "waiting", "held"))
    if name == "other":
        return real.filter(state__in=("ignored", "dropped"))
    past = Q(state__in=("updated", "cancelled", "ended", "notice")) | Q(state="active", expires_at__lte=at)
    return real.filter(past)


def standing(message: WarningMessage, at: datetime) -> str:
    """The state in words, with what the clock says: run out and lifted are two things."""
    if message.state == "active" and message.expires_at and message.expires_at <= at:
        return "已过期"
    return str(message.get_state_display())


# ---- the matrix
def response_of(hazard: str, colour: int | None, on: date) -> WarningResponse | None:
    """The line in force on that day; the newest when several are."""
    if not hazard or colour is None:
        return None
    rows = WarningResponse.objects.filter(
        hazard=hazard, colour=rules.COLOUR_SLUGS[colour], retired_on=None, valid_from__lte=on
    )
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("-valid_from", "-pk").first()


def proposal(row: WarningResponse | None) -> str:
    if row is None:
        return ""
    return f"对应表：{LEVELS[row.level]}，{row.plan}（{row.law}{'' if row.verified else '，条款待核'}）"


def in_force(at: datetime) -> Iterable[HazardWarning]:
    """For the command: hazard and colour of everything actual that holds. What names no hazard or no colour proposes nothing until a person adds it."""
    for one in holding(at).exclude(hazard="").exclude(colour=None):
        words = f"{one.sender_name or one.sender}发布{one.event}{rules.COLOURS[one.colour or 4]}预警"
        told = proposal(response_of(one.hazard, one.colour, civil_date(at)))
        yield HazardWarning(hazard=one.hazard, colour=one.colour or 4, words=f"{words}，{told}" if told else words)


# ---- receipts
@dataclass(frozen=True)
class Receipts:
    """Of one message: told, confirmed, waiting, not deliverable; organisations and subscribers apart."""

    organisations: int
    confirmed: int
    letters: int
    sent: int
    read: int
    queued: int
    failed: int


def receipts(message: WarningMessage) -> Receipts:
    page, letter = Q(channel="page"), ~Q(channel="page")
    told = message.notices.aggregate(
        organisations=Count("pk", filter=page), confirmed=Count("pk", filter=page & Q(read_at__isnull=False)), letters=Count("pk", filter=letter),
        sent=Count("pk", filter=letter & Q(state="sent")), read=Count("pk", filter=letter & Q(read_at__isnull=False)),
        queued=Count("pk", filter=letter & Q(state="queued")), failed=Count("pk", filter=Q(state="failed")),
    )  # fmt: skip
    return Receipts(**told)


def mine(actor: Actor, message: WarningMessage) -> WarningNotice | None:
    """The notice of this person's organisation that nobody has confirmed."""
    rows = (
        message.notices.filter(organisation_id=actor.organisation_id, read_at=None)
        if actor.organisation_id
        else message.notices.none()
    )
    return rows.select_related("organisation", "message__organisation").first()


# ---- the shell
def _line(one: WarningMessage, verb: str, fact: str) -> Waiting:
    return Waiting(
        kind="预警", title=f"{'【演练】' if one.exercise else ''}{one}", fact=fact, sender=one.made_by or one.sender, verb=verb,
        url=reverse("warning", args=[one.pk]), started_at=one.made_at,
    )  # fmt: skip


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if policy.may(actor, APPROVE):
        for one in visible(actor).filter(way="own", state="waiting").exclude(maker_id=actor.person_id):
            yield _line(one, "去批", "待审批")
    if policy.may(actor, RECEIVE):
        yield from _received(actor, at)
    if policy.may(actor, DRAFT):
        for one in visible(actor).filter(way="own", state="draft", maker_id=actor.person_id):
            yield _line(one, "去改", one.why or "起草中")
    if policy.may(actor, RECEIPT) and actor.organisation_id:
        yield from _to_confirm(actor, at)


def _received(actor: Actor, at: datetime) -> Iterator[Waiting]:
    for one in visible(actor).filter(state="held"):
        yield _line(one, "去核定", one.why)
    for one in holding(at, visible(actor)).exclude(way="own").filter(told_at=None):
        yield _line(one, "去转发", f"{one.event} {rules.COLOURS.get(one.colour or 0, '未写颜色')}")
    count = WarningRefusal.objects.filter(seen_at=None).count()
    if count:
        yield Waiting(kind="预警", title=f"{count} 件预警没有收下", fact="看原因，请发送方重发", sender="系统", verb="去看", url=reverse("warning_refusals"))  # fmt: skip
    failed = WarningNotice.objects.filter(state="failed", next_at__gt=at - timedelta(days=1)).exclude(why="已退订").count()  # fmt: skip
    if failed:
        yield Waiting(kind="预警", title=f"{failed} 封预警通知发不出", fact="今天", sender="系统", verb="去看", url=reverse("warnings"))  # fmt: skip


def _to_confirm(actor: Actor, at: datetime) -> Iterator[Waiting]:
    rows = WarningNotice.objects.filter(channel="page", organisation_id=actor.organisation_id or 0, read_at=None, message__state__in=("active", "notice"))  # fmt: skip
    for notice in rows.select_related("message"):
        if notice.message and (notice.message.expires_at is None or notice.message.expires_at > at):
            yield _line(notice.message, "去签收", "收到后签收")


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if policy.may(actor, READ):
        rows = list(holding(at, visible(actor)).order_by("colour"))
        text = "、".join(f"{one.event}{rules.COLOURS.get(one.colour or 0, '')}" for one in rows[:4]) or "没有现行预警"
        yield Fact(title="预警", text=text + (f"等 {len(rows)} 条" if len(rows) > 4 else ""), url=reverse("warnings"))


def public_facts(at: datetime) -> Iterator[Fact]:
    for one in public(at)[:3]:
        until = f"，到 {one.expires_at.astimezone(CHINA):%m-%d %H:%M}" if one.expires_at else ""
        yield Fact(
            title=f"{one.event}{rules.COLOURS.get(one.colour or 0, '')}预警", text=f"{one.sender_name or one.sender}{until}", url=reverse("public_warning", args=[one.pk]),
        )  # fmt: skip


def find(actor: Actor, text: str) -> list[Hit]:
    rows = (
        visible(actor).filter(Q(headline__icontains=text) | Q(identifier__iexact=text))[:8]
        if policy.may(actor, READ)
        else ()
    )
    return [
        Hit(group="查", title=str(one), detail=f"预警 {one.get_state_display()}", url=reverse("warning", args=[one.pk]))
        for one in rows
    ]


def layer(actor: Actor, at: datetime) -> Mapping[str, Any]:
    rows = holding(at, visible(actor)) if actor is not ANONYMOUS else public(at)
    features = [
        {"type": "Feature", "geometry": geometry,
         "properties": {"name": str(one), "sign": rules.COLOURS.get(one.colour or 0, "未写颜色"), "value": one.event, "url": reverse("warning", args=[one.pk])}}
        for one in rows for geometry in shapes.features(one)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
