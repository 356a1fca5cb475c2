"""Looks at a row of a register (检查记录): added, never changed; the newest stands in the row itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, QuerySet

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.registry.types import Sheet

RESULTS = {"pass": "合格", "fail": "不合格", "mended": "已改好"}
LOOKED = "dynamic_register.row.looked"
EARLIEST = timedelta(days=400)  # a paper list of last year may still be typed in


class SiteLook(models.Model):
    """One look at one row (`sheet`, `row`). `mend_by`: until when what was found is to be put right."""

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


@transaction.atomic
def look(
    *, actor: Actor, sheet: Sheet, permission: str, row: Any, looked_on: date, result: str, found: str, mend_by: date | None, at: datetime
) -> SiteLook:  # fmt: skip
    """Add a look. An older one typed in late is kept, and leaves the row's newest as it is. Raises Refused at a field."""
    policy.require(actor, permission, row)
    today, said = civil_date(at), found.strip()
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
    made: SiteLook = SiteLook.objects.create(
        sheet=sheet.slug,
        row=row.pk,
        looked_on=looked_on,
        result=result,
        found=said,
        mend_by=mend_by,
        person_name=actor.name,
        made_at=at,
    )
    if row.looked_on is None or looked_on >= row.looked_on:
        changes = {"looked_on": looked_on, "result": result, "found": said}
        sheet.model.objects.filter(pk=row.pk).update(version=F("version") + 1, updated_at=at, **changes)
        old = {name: getattr(row, name) for name in changes}
        record(
            actor=actor,
            verb=LOOKED,
            subject_kind=sheet.slug,
            subject_id=row.pk,
            at=at,
            org_path=row.organisation.path,
            old=old,
            new=changes,
        )
        row.refresh_from_db()
    else:
        record(actor=actor, verb=LOOKED, subject_kind=sheet.slug, subject_id=row.pk, at=at, org_path=row.organisation.path,
               new={"looked_on": looked_on, "result": result, "found": said})  # fmt: skip
    return made
