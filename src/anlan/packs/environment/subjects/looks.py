"""Looks at a row of a register (检查记录): added, never changed; the newest stands in the row itself. One that failed opens a rectification of
the environment's process, or is said in the one that is open; when that closes, the row has a further look that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import demonstration, policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared, story
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.opening import desk_of
from anlan.kernel.journal.record import record
from anlan.kernel.registry.types import Sheet

RESULTS = {"pass": "合格", "fail": "不合格", "mended": "已改好"}
LOOKED = "dynamic_register.row.looked"
ORDER = "inspection/order"  # the process of the environment's rectifications; without it a look opens nothing
TURNED = {
    "closed": ("mended", "已改好，销号"),
    "void": ("pass", "核查不属实"),
    "rectifying": ("fail", "销号后又重新整改"),
}
EARLIEST = timedelta(days=400)  # a paper list of last year may still be typed in


class SiteLook(models.Model):
    """One look at one row (`sheet`, `row` of the table `table`). `mend_by`: until when what was found is to be put right. `key`: of the form, so
    that one sent twice is one look; `case`: the rectification it opened, or the open one it was said in."""

    key = models.UUIDField(unique=True, null=True, editable=False)
    table = models.CharField(max_length=40, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="looks")

    sheet = models.CharField(max_length=40)
    row = models.BigIntegerField()
    looked_on = models.DateField()
    result = models.CharField(max_length=8, choices=RESULTS)
    found = models.CharField(max_length=200, blank=True)
    mend_by = models.DateField(null=True)
    person_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "environment"
        ordering = ["-looked_on", "-id"]
        indexes = [models.Index(fields=["sheet", "row", "-looked_on"])]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row} {self.looked_on}"


def of(sheet: Sheet, row: Any) -> QuerySet[SiteLook]:
    return SiteLook.objects.filter(sheet=sheet.slug, row=row.pk)


def overdue(sheet: Sheet, today: date) -> int:
    """Rows whose newest look failed, and whose day to be put right is past."""
    failed = sheet.model.objects.filter(retired_on=None, result="fail").values_list("pk", flat=True)
    rows = SiteLook.objects.filter(sheet=sheet.slug, row__in=list(failed)).order_by("looked_on", "id")
    newest = dict(rows.values_list("row", "mend_by"))  # the last one of a row stays
    return sum(one is not None and one < today for one in newest.values())


def rectifying(sheet: Sheet) -> int:
    """Rectifications of the register's rows that are not closed."""
    return SiteLook.objects.filter(sheet=sheet.slug, case__is_open=True).values("case").distinct().count()


def look(
    *, actor: Actor, sheet: Sheet, permission: str, row: Any, looked_on: date, result: str, found: str, mend_by: date | None, at: datetime,
    key: UUID | None = None, kind: str = "other",
) -> SiteLook:  # fmt: skip
    """Add a look. An older one typed in late is kept, and leaves the row's newest as it is. One that failed opens a rectification of `kind`.
    With the same `key` again, the look that stands. Raises Refused at a field."""
    policy.require(actor, permission, row)
    if standing := _standing(key, sheet, row):
        return standing
    said = found.strip()
    _check(row, looked_on, result, said, mend_by, civil_date(at))
    try:
        with transaction.atomic():
            return _add(
                actor,
                sheet.slug,
                sheet.model,
                row,
                looked_on,
                result,
                said,
                at,
                mend_by=mend_by,
                key=key or uuid4(),
                kind=kind,
            )
    except IntegrityError:
        if standing := _standing(key, sheet, row):  # the same form a moment ago
            return standing
        raise


def _standing(key: UUID | None, sheet: Sheet, row: Any) -> SiteLook | None:
    found = SiteLook.objects.filter(key=key).first() if key else None
    if found is not None and (found.sheet, found.row) != (sheet.slug, row.pk):
        raise Refused("key", "这张表已经用在别的一行。重新打开再填。")
    return found


def _check(row: Any, looked_on: date, result: str, said: str, mend_by: date | None, today: date) -> None:
    if row.retired_on is not None:
        raise Refused("illegal", "这一行已停用，不用检查。")
    if not today - EARLIEST <= looked_on <= today:
        raise Refused("looked_on", "检查日期须在今天或以前，最早一年前。改日期再存。", "looked_on")
    if result not in RESULTS:
        raise Refused("result", "选一个结果：合格、不合格或已改好。", "result")
    if result == "fail" and not said:
        raise Refused("found", "没有写发现什么。不合格的写明哪里不合格。", "found")
    if len(said) > 200:
        raise Refused("found", "发现的问题最多 200 个字。", "found")
    if mend_by is not None and (result != "fail" or mend_by < looked_on):
        raise Refused("mend_by", "改好期限只对不合格的写，不早于检查日期。", "mend_by")


def _add(
    actor: Actor, slug: str, model: Any, row: Any, looked_on: date, result: str, said: str, at: datetime, *, key: UUID, mend_by: date | None = None,
    kind: str = "", case: Case | None = None,
) -> SiteLook:  # fmt: skip
    """The look, the row's newest, the entry; and the rectification of a failed one, unless it comes from its own `case`."""
    made: SiteLook = SiteLook.objects.create(
        sheet=slug, table=model._meta.model_name, row=row.pk, looked_on=looked_on, result=result, found=said, mend_by=mend_by, person_name=actor.name,  # noqa: SLF001
        made_at=at, key=key, case=case,
    )  # fmt: skip
    changes = {"looked_on": looked_on, "result": result, "found": said}
    old = {name: getattr(row, name) for name in changes}
    older = model.objects.filter(Q(looked_on=None) | Q(looked_on__lte=looked_on), pk=row.pk)
    newest = older.update(version=F("version") + 1, updated_at=at, **changes) == 1
    record(
        actor=actor,
        verb=LOOKED,
        subject_kind=slug,
        subject_id=row.pk,
        at=at,
        org_path=row.organisation.path,
        old=old if newest else None,
        new=changes,
    )
    if newest and result == "fail" and case is None and ORDER in declared.processes():
        made.case = _rectification(actor, slug, row, made, kind, at)
        made.save(update_fields=["case"])
    row.refresh_from_db()
    return made


def _rectification(actor: Actor, slug: str, row: Any, made: SiteLook, kind: str, at: datetime) -> Case:
    """The case of a failed look: the row's organisation is to have it put right, the department that grades it has it first. While one of the
    row is open, the further finding is said there."""
    key = uuid5(NAMESPACE_URL, f"anlan:look:{made.key}")
    standing = Case.objects.filter(looks__sheet=slug, looks__row=row.pk, is_open=True).order_by("-id").first()
    if standing is not None:
        casework.comment(actor=actor, case=standing, text=f"{made.looked_on} 又查不合格：{made.found}", at=at, key=key)
        return standing
    process = declared.process(ORDER)
    desk = desk_of(process.step("grade").permission, at)
    until = f"要求 {made.mend_by} 前改好。" if made.mend_by else ""
    return casework.open_case(
        actor=actor, process=process, owner=row.organisation, title=f"{row}：{made.found}"[:120], fact=f"{row.code} {made.looked_on} 检查不合格：{made.found}。{until}",
        kind=kind, source="regulator", place=row.address[:120], longitude=row.longitude, latitude=row.latitude, issuer=desk, holder=desk, key=key, at=at,
        is_demo=row.is_demo,
    )  # fmt: skip


# ---- between the case and the row
def turned(case: Case, actor: Actor, state: str, at: datetime) -> None:
    """The case was closed, voided or reopened: its rows get a further look that says so, in the same transaction."""
    result, word = TURNED[state]
    rows = SiteLook.objects.filter(Q(case=case) | Q(case__merged_into=case)).exclude(table="")
    for slug, table, number in sorted(set(rows.values_list("sheet", "table", "row"))):
        model = apps.get_model("environment", table)
        row = model._default_manager.select_related("organisation").filter(pk=number).first()  # noqa: SLF001
        if row is not None:
            _add(actor, slug, model, row, civil_date(at), result, f"{case.number} {word}", at, key=uuid4(), case=case)


def links(case: Case) -> Iterable[tuple[str, str, str]]:
    """On the case's page: the rows whose looks opened it, or were said in it."""
    rows = SiteLook.objects.filter(case=case).exclude(table="").order_by("id")
    for slug, table, number in dict.fromkeys(rows.values_list("sheet", "table", "row")):
        row = apps.get_model("environment", table)._default_manager.filter(pk=number).first()  # noqa: SLF001
        if row is not None:
            yield "检查来自", f"{row}（{row.code}）", f"{reverse(f'{slug}_detail', args=[number])}#looks"


# ---- the demonstration
def tell(
    *,
    sheet: Sheet,
    permission: str,
    code: str,
    found: str,
    kind: str,
    days: int,
    steps: Sequence[Mapping[str, Any]],
    at: datetime,
) -> None:
    """A failed look of `days` ago at a row of the demonstration, and the way of its rectification; once."""
    people, row = demonstration.people(), sheet.model.objects.select_related("organisation").filter(code=code).first()
    if (
        row is None
        or not {"environment", "inspector", "street"} <= set(people)
        or SiteLook.objects.filter(sheet=sheet.slug, row=row.pk).exists()
    ):
        return
    began = at - timedelta(days=days)
    made = look(actor=people["environment"], sheet=sheet, permission=permission, row=row, looked_on=civil_date(began), result="fail", found=found,
                mend_by=civil_date(began) + timedelta(days=10), at=began, kind=kind)  # fmt: skip
    if made.case is not None:
        story.play(made.case, steps, people, began=began, at=at)
