"""Changes to a register's rows. One function per intent; history is the journal's old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.personal import masked
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.types import Sheet


def facts(row: Entry, sheet: Sheet) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in sheet.columns}


def next_review(sheet: Sheet, on: date) -> date | None:
    return on + timedelta(days=sheet.review_days) if sheet.review_days else None


def not_later(sheet: Sheet, values: Mapping[str, Any], at: datetime) -> None:
    """Raises Refused at a column whose day is still to come."""
    today = civil_date(at)
    for column in sheet.columns:
        value = values.get(column.name)
        if column.past and value is not None and value > today:
            key = f"“{values[sheet.key]}”的" if sheet.key in values else ""
            raise Refused("future", f"{key}{column.title} {value} 还没有到。改成今天或以前。", column.name)


@transaction.atomic
def add(
    *,
    actor: Actor,
    sheet: Sheet,
    organisation: Organisation,
    values: Mapping[str, Any],
    at: datetime,
    is_demo: bool = False,
) -> Entry:
    """A new row, owned by an organisation the actor may write for."""
    policy.require(actor, sheet.write, organisation)
    not_later(sheet, values, at)
    key = values[sheet.key]
    if sheet.model.objects.filter(**{sheet.key: key}).exists():
        raise Refused("duplicate", f"{sheet.column(sheet.key).title}“{key}”已有一行。", sheet.key)
    row: Entry = sheet.model.objects.create(
        organisation=organisation,
        created_at=at,
        updated_at=at,
        review_due_on=next_review(sheet, civil_date(at)),
        is_demo=is_demo,
        **values,
    )
    _note(actor, sheet, row, "added", at, {}, dict(values))
    return row


@transaction.atomic
def change(*, actor: Actor, sheet: Sheet, row: Entry, values: Mapping[str, Any], version: int, at: datetime) -> Entry:
    """Change a row that is still at `version`; someone else's change in between is never overwritten."""
    policy.require(actor, sheet.write, row)
    not_later(sheet, values, at)
    old = facts(row, sheet)
    changed = {name: value for name, value in values.items() if old.get(name) != value}
    if not changed:
        raise Refused("same", "没有改动。")
    if sheet.key in changed and sheet.model.objects.filter(**{sheet.key: changed[sheet.key]}).exists():
        raise Refused("duplicate", f"{sheet.column(sheet.key).title}“{changed[sheet.key]}”已有一行。", sheet.key)
    hit = sheet.model.objects.filter(pk=row.pk, version=version).update(
        version=F("version") + 1, updated_at=at, **changed
    )
    if hit != 1:
        raise Refused("stale", "别人刚改过这一行。对照现值，再改一次。")
    row.refresh_from_db()
    _note(actor, sheet, row, "changed", at, {name: old[name] for name in changed}, changed)
    return row


@transaction.atomic
def review(*, actor: Actor, sheet: Sheet, row: Entry, at: datetime) -> Entry:
    """Say that the row was looked at and is true; the next review follows."""
    policy.require(actor, sheet.write, row)
    today = civil_date(at)
    due = next_review(sheet, today)
    sheet.model.objects.filter(pk=row.pk).update(reviewed_on=today, review_due_on=due)
    _note(
        actor,
        sheet,
        row,
        "reviewed",
        at,
        {"reviewed_on": row.reviewed_on},
        {"reviewed_on": today, "review_due_on": due},
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def retire(*, actor: Actor, sheet: Sheet, row: Entry, reason: str, at: datetime) -> Entry:
    """Take a row out of use; it stays readable."""
    policy.require(actor, sheet.write, row)
    if not reason.strip():
        raise Refused("reason", "没有写理由。", "reason")
    if (
        sheet.model.objects.filter(pk=row.pk, retired_on=None).update(
            retired_on=civil_date(at), version=F("version") + 1
        )
        != 1
    ):
        raise Refused("stale", "这一行已经停用。")
    row.refresh_from_db()
    _note(actor, sheet, row, "retired", at, {}, {"reason": reason.strip()})
    return row


def _covered(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    private = {column.name for column in sheet.columns if column.personal}
    return {name: masked(str(value)) if name in private and value else value for name, value in values.items()}


def _note(
    actor: Actor, sheet: Sheet, row: Entry, verb: str, at: datetime, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    """The entry of the journal, which the auditor reads and exports: what is a person's stands in it masked."""
    record(
        actor=actor, verb=f"registry.row.{verb}", subject_kind=sheet.slug, subject_id=row.pk, org_path=row.organisation.path,
        old=_covered(sheet, old), new=_covered(sheet, new), at=at,
    )  # fmt: skip
    if sheet.changed:
        sheet.changed()


@transaction.atomic
def store_rows(
    *,
    actor: Actor,
    sheet: Sheet,
    organisation: Organisation,
    rows: Sequence[Mapping[str, Any]],
    content_hash: str,
    at: datetime,
) -> tuple[int, int]:
    """All rows of a checked file or none: (added, changed). One journal entry with the file's hash."""
    policy.require(actor, sheet.write, organisation)
    for values in rows:
        not_later(sheet, values, at)
    known = {
        getattr(row, sheet.key): row
        for row in sheet.model.objects.select_related("organisation").filter(
            **{f"{sheet.key}__in": [row[sheet.key] for row in rows]}
        )
    }
    added, changed = [], 0
    for values in rows:
        row = known.get(values[sheet.key])
        if row is None:
            added.append(
                sheet.model(
                    organisation=organisation,
                    created_at=at,
                    updated_at=at,
                    review_due_on=next_review(sheet, civil_date(at)),
                    **values,
                )
            )
        else:
            policy.require(actor, sheet.write, row)
            fresh = {name: value for name, value in values.items() if getattr(row, name) != value}
            if fresh:
                sheet.model.objects.filter(pk=row.pk).update(version=F("version") + 1, updated_at=at, **fresh)
                changed += 1
    try:
        sheet.model.objects.bulk_create(added)
    except IntegrityError:
        raise Refused("stale", "导入期间别人加了同样的行。重新预览再导入。") from None
    record(
        actor=actor, verb="registry.file.imported", subject_kind=sheet.slug, subject_id=organisation.pk, org_path=organisation.path, at=at,
        new={"added": len(added), "changed": changed, "rows": len(rows)}, content_hash=content_hash,
    )  # fmt: skip
    if sheet.changed:
        sheet.changed()
    return len(added), changed
