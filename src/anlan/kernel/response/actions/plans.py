"""The set of plans: take an edition in, publish it, note its filing. A published edition is frozen; the next one replaces it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import change
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response import cards
from anlan.kernel.response.cards import Book
from anlan.kernel.response.models import ContingencyPlan, PlanVersion

MANAGE = "response.plans"
PLAN_VERBS = (
    Verb(slug="response.plan_named", title="列入预案"), Verb(slug="response.edition_taken", title="导入预案版本"),
    Verb(slug="response.edition_published", title="发布预案版本"), Verb(slug="response.edition_filed", title="预案备案"),
)  # fmt: skip


def _note(actor: Actor, plan: ContingencyPlan, verb: str, at: datetime, content_hash: str = "", **new: object) -> None:
    record(
        actor=actor, verb=f"response.{verb}", subject_kind="contingency_plan", subject_id=plan.pk, at=at, org_path=plan.organisation.path,
        new={"plan": plan.slug, **new}, content_hash=content_hash,
    )  # fmt: skip


@transaction.atomic
def name_plan(
    *, actor: Actor, slug: str, title: str, organisation: Organisation, at: datetime, position: int = 0, kinds: tuple[str, ...] = (), named: bool = True,
    source: str = "", is_demo: bool = False,
) -> ContingencyPlan:  # fmt: skip
    """Put a plan on the list; the same slug again gives the one that stands."""
    policy.require(actor, MANAGE, organisation)
    standing = ContingencyPlan.objects.filter(slug=slug).first()
    if standing:
        return standing
    plan = ContingencyPlan.objects.create(
        slug=slug,
        title=title,
        organisation=organisation,
        position=position,
        kinds=list(kinds),
        named=named,
        source=source,
        is_demo=is_demo,
    )
    _note(actor, plan, "plan_named", at, title=title)
    return plan


@transaction.atomic
def take_in(*, actor: Actor, plan: ContingencyPlan, text: str | bytes, at: datetime) -> PlanVersion:
    """Keep an edition as a draft. The same text again gives the edition that stands."""
    policy.require(actor, MANAGE, plan)
    book = cards.read(text)
    canonical = cards.written(book)
    digest = cards.digest(canonical)
    standing = plan.versions.filter(hash=digest).first()
    if standing:
        return standing
    if plan.versions.filter(edition=book.edition).exists():
        raise Refused("edition", f"已有“{book.edition}”，内容不同。改了内容就要有新的版次名。", "file")
    number = (plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = PlanVersion.objects.create(
        plan=plan,
        number=number,
        edition=book.edition,
        text=canonical,
        hash=digest,
        made_at=at,
        made_by=actor.name,
        is_demo=plan.is_demo,
    )
    _note(actor, plan, "edition_taken", at, digest, edition=book.edition, number=number)
    return version


_STALE = "这一版不是草稿，或别人刚改过。刷新后再办。"


@transaction.atomic
def publish(*, actor: Actor, version: PlanVersion, at: datetime) -> PlanVersion:
    """From now on new responses follow this edition; incidents that run keep theirs. It is to be reviewed after the months the plan names."""
    policy.require(actor, MANAGE, version.plan)
    book = cards.read(version.text)
    for former in version.plan.versions.filter(state="published"):
        change(former, ("published",), _STALE, state="replaced")
    review = civil_date(at) + timedelta(days=round(book.review_months * 365.25 / 12))
    change(version, ("draft",), _STALE, state="published", published_at=at, published_by=actor.name, review_on=review)
    ContingencyPlan.objects.filter(pk=version.plan_id).update(kinds=list(book.kinds))
    _note(actor, version.plan, "edition_published", at, version.hash, edition=version.edition, number=version.number)
    return version


@transaction.atomic
def filed(*, actor: Actor, version: PlanVersion, on: date, number: str, at: datetime) -> PlanVersion:
    """Where and when it was filed (备案)."""
    policy.require(actor, MANAGE, version.plan)
    if not 0 < len(number.strip()) <= 80:
        raise Refused("filed_number", "没有写备案编号。", "filed_number")
    if on > civil_date(at):
        raise Refused("on", "备案日期不能晚于今天。", "on")
    change(version, ("published",), _STALE, filed_on=on, filed_number=number.strip())
    _note(actor, version.plan, "edition_filed", at, edition=version.edition, on=on, filed_number=number.strip())
    return version


def differences(former: Book, new: Book) -> list[str]:
    """What changed between two editions, card by card, in words."""
    found = []
    before = {(s.slug, c.id): c for s in former.scenarios for _p, c in cards.cards(s)}
    after = {(s.slug, c.id): c for s in new.scenarios for _p, c in cards.cards(s)}
    found += [f"新增 {card.id} {card.title}" for key, card in after.items() if key not in before]
    found += [f"删去 {card.id} {card.title}" for key, card in before.items() if key not in after]
    for key, card in after.items():
        old = before.get(key)
        if old is not None and old != card:
            changed = [word for name, word in _FIELDS.items() if getattr(old, name) != getattr(card, name)]
            found.append(f"改动 {card.id} {card.title}：{'、'.join(changed)}")
    return found


_FIELDS = {
    "title": "名称", "post": "岗位", "deputy": "替补", "start": "开始", "due": "时限", "level": "级别", "accept": "接受时限", "after": "先后", "place": "地点",
    "resources": "资源", "checklist": "清单", "message": "指令", "evidence": "佐证", "on_late": "超时转",
}  # fmt: skip
