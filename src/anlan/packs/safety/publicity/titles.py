"""综合减灾示范社区: applied for with papers, checked against the scored standard, titled until a day, examined again, taken down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import Actor
from anlan.kernel.checks import planning
from anlan.kernel.checks import queries as checks
from anlan.kernel.checks.models import Record, Task
from anlan.kernel.files import keeping
from anlan.packs.safety.publicity.actions import text_of
from anlan.packs.safety.publicity.exams import next_number
from anlan.packs.safety.publicity.models import LEVELS, CommunityTitle, TitleDocument, TitlePeriod
from anlan.packs.safety.publicity.moves import APPLY, TITLE, TITLES
from anlan.packs.safety.publicity.noting import note
from anlan.packs.safety.publicity.rules import months_later
from anlan.packs.safety.publicity.standard import AREA, ENOUGH, FORM, TITLE_MONTHS

SUBJECT = "community_title"
FRESH = timedelta(days=365)  # a score older than this gives no title
_IN_HAND = ("applied", "titled")


@transaction.atomic
def apply(
    *, actor: Actor, community: Organisation, given: Mapping[str, Any], at: datetime, is_demo: bool = False
) -> CommunityTitle:  # fmt: skip
    policy.require(actor, APPLY, community)
    if community.kind != "community":
        raise Refused("community", "只有社区可以申报。", "community")
    if given.get("level") not in LEVELS:
        raise Refused("level", "没有选级别。", "level")
    statement = text_of(given, "statement", "申报说明", 2000)
    try:
        with transaction.atomic():
            made = CommunityTitle.objects.create(
                number=next_number("title", "SF", at), organisation=community, level=given["level"], statement=statement, applied_at=at, applied_by=actor.name,
                applicant_id=actor.person_id, is_demo=is_demo,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("community", "这个社区的这一级已在申报，或已经命名。", "community") from None
    note(actor, made, "applied", at, community.path, number=made.number, level=made.level)
    return made


@transaction.atomic
def add_document(
    *, actor: Actor, row: CommunityTitle, name: str, file: str, content: bytes, at: datetime
) -> TitleDocument:  # fmt: skip
    if not policy.may(actor, TITLE, row):
        policy.require(actor, APPLY, row)
    name = text_of({"name": name}, "name", "材料名称", 80)
    row = CommunityTitle.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
    if row.state not in _IN_HAND:
        raise Refused("illegal", f"现在不能加材料：已是“{row.get_state_display()}”。")
    stored = keeping.keep(actor=actor, name=file, content=content, at=at, org_path=row.organisation.path)
    made = TitleDocument.objects.create(title_file=row, name=name, stored=stored, at=at, by=actor.name)
    note(actor, row, "document", at, row.organisation.path, name=name, sha256=stored.sha256)
    return made


def open_check(row: CommunityTitle) -> Task | None:
    return Task.objects.filter(subject_kind=SUBJECT, subject_id=row.number, state="open").first()


@transaction.atomic
def order_check(*, actor: Actor, row: CommunityTitle, at: datetime) -> Task:
    """A scored check by the organisation of whoever orders it; one at a time."""
    policy.require(actor, TITLE, row)
    if row.state not in _IN_HAND:
        raise Refused("illegal", f"现在不能安排评分：已是“{row.get_state_display()}”。")
    CommunityTitle.objects.select_for_update(of=("self",)).get(pk=row.pk)
    standing = open_check(row)
    if standing is not None and standing.closes_at > at:
        return standing
    form = checks.in_force(FORM, civil_date(at))
    own = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if form is None or own is None:
        raise Refused("form", "没有现行的评分表。到“评分检查 › 检查表”发布一版。")
    task = planning.make_task(
        actor=actor, area=AREA, form=form, organisation=own, target=row.organisation, at=at, due_at=at + timedelta(days=30),
        title=f"示范社区评分：{row.organisation}", subject=(SUBJECT, row.number, str(row)), is_demo=row.is_demo,
    )  # fmt: skip
    note(actor, row, "check", at, row.organisation.path, task=task.pk)
    return task


def newest_score(row: CommunityTitle) -> Record | None:
    """The newest standing record of this file."""
    rows = Record.objects.filter(state="standing", task__subject_kind=SUBJECT, task__subject_id=row.number)
    return rows.select_related("task__form").order_by("-at", "-id").first()


def _score(row: CommunityTitle, at: datetime) -> Record:
    found = newest_score(row)
    if found is None or found.at < at - FRESH:
        raise Refused("score", "一年内没有评分检查。先安排评分。")
    if row.record_id is not None and found.pk == row.record_id:
        raise Refused("score", "复核要有命名以后的新评分。先安排评分。")
    if found.score.share is None or found.score.share < ENOUGH:
        raise Refused("score", f"得分率 {found.score.share or 0} %，不到 {ENOUGH} %，不能命名。整改后再评。")
    return found


def _day(given: Mapping[str, Any], at: datetime) -> date:
    raw = str(given.get("expires_on", "")).strip()
    if not raw:
        return months_later(civil_date(at), TITLE_MONTHS)
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise Refused("expires_on", "有效期写成 2028-12-31 这样。", "expires_on") from None
    if not civil_date(at) < day <= months_later(civil_date(at), 120):
        raise Refused("expires_on", "有效期要晚于今天，不超过十年。", "expires_on")
    return day


@transaction.atomic
def move(*, actor: Actor, row: CommunityTitle, step: str, given: Mapping[str, Any], at: datetime) -> CommunityTitle:
    """Title, refuse, renew, take down. Who applied decides nothing of it."""
    found = next((one for one in TITLES if one.slug == step), None)
    if found is None:
        raise Refused("not_found", "没有这一步。")
    policy.require(actor, found.permission, row)
    if actor.person_id is not None and row.applicant_id == actor.person_id:
        raise Refused("same_person", "申报的人不能自己定，请另一个人定。")
    today, changes = civil_date(at), dict[str, Any]()
    if step in ("grant", "renew"):
        if row.state not in found.sources:
            raise Refused("illegal", f"现在不能“{found.title}”：状态已是“{row.get_state_display()}”。")
        document = text_of(given, "document", "命名文件的文号", 80)
        changes = {"record": _score(row, at), "document": document, "expires_on": _day(given, at), "examined_on": today}
        if step == "grant":
            changes["titled_on"] = today
    else:
        changes = {"why": text_of(given, "reason", "理由", 200), "ended_on": today}
    advance(row, found, actor=actor, **changes)
    if step in ("grant", "renew"):
        TitlePeriod.objects.create(
            title_file=row,
            starts_on=today,
            ends_on=changes["expires_on"],
            document=changes["document"],
            record=changes["record"],
            by=actor.name,
        )
    note(
        actor,
        row,
        "title",
        at,
        row.organisation.path,
        number=row.number,
        step=step,
        expires_on=str(row.expires_on or ""),
        reason=row.why,
    )
    return row
