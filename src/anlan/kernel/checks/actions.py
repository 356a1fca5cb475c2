"""Doing a task, correcting what was recorded, excusing and explaining. Each is one transaction with one journal entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import Move, advance, check, revert
from anlan.kernel.access.types import PUBLIC, Actor, Undo
from anlan.kernel.casework import declared as processes
from anlan.kernel.casework.actions import open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.queries import issuer_of
from anlan.kernel.casework.types import About, Process
from anlan.kernel.checks import declared, queries, rules
from anlan.kernel.checks.models import Answer, Item, Photo, Record, Task
from anlan.kernel.checks.types import RESULTS
from anlan.kernel.checks.verbs import note as journal
from anlan.kernel.files.keeping import keep
from anlan.kernel.files.models import Stored
from anlan.kernel.journal.models import Entry

MOST_PHOTOS, MOST_TEXT = 6, 400
File = tuple[str, bytes]  # its name and its bytes


@dataclass(frozen=True)
class Given:
    """What was entered for one item, as text of a form or of a phone."""

    result: str = ""
    number: str = ""
    note: str = ""
    photos: tuple[File, ...] = ()


@dataclass(frozen=True)
class Found:
    """One item's answer, checked; `case`: what the record before it opened for the same failure."""

    item: Item
    result: str
    number: Decimal | None
    note: str
    photos: tuple[File, ...] = ()
    case: Case | None = None
    kept: tuple[Stored, ...] = field(default=())


def finish(
    *, actor: Actor, task: Task, answers: Mapping[int, Given], at: datetime, key: UUID, note: str = "", made_at: datetime | None = None
) -> Record:  # fmt: skip
    """Finish a task with an answer for each item (by the item's id); who finishes signs for it. `made_at`: when it was found, for what
    a phone sends later. The same `key` again gives the record that stands. Raises Refused: `forbidden`, `early`, `closed`, `illegal`,
    `stale`, or at `item-<id>`."""
    if (done := _done(key, task, actor)) is not None:
        return done
    try:
        with transaction.atomic():
            return _finish(actor, task, answers, at, key, note.strip(), made_at)
    except (Refused, IntegrityError):
        if (done := _done(key, task, actor)) is not None:
            return done
        raise


def _done(key: UUID, task: Task, actor: Actor) -> Record | None:
    row = Record.objects.filter(key=key).first()
    if row is not None and (row.task_id != task.pk or row.person_id != actor.person_id):
        raise Refused("key", "这个编号已用于别的检查记录。重新打开检查再填。")
    return row


def _finish(
    actor: Actor, task: Task, given: Mapping[int, Given], at: datetime, key: UUID, note: str, made_at: datetime | None
) -> Record:  # fmt: skip
    area = declared.area(task.area)
    policy.require(actor, area.do, task)
    when = min(made_at, at) if made_at else at
    if task.state == "open" and (sentence := queries.obstacle(task, actor, when)):
        code = "early" if when < task.starts_at else "closed" if when > task.closes_at else "forbidden"
        raise Refused(code, sentence)
    move = Move(slug="finish", title="完成检查", sources=("open",), target="done", permission=area.do)
    check(task, move, actor=actor)
    found = _read(task, given)
    advance(task, move, actor=actor, done_at=when)
    record = _write(actor, task, found, when, at, key, note)
    verb = "task.finished_failed" if record.failed else "task.finished"
    journal(
        actor,
        task,
        verb,
        at,
        old={"state": "open"},
        record=record.pk,
        version=task.version,
        failed=record.failed,
        found_at=when.isoformat(),
    )
    return record


def _read(task: Task, given: Mapping[int, Given], before: Mapping[int, Answer] | None = None) -> list[Found]:
    """Every item answered as its form asks; the first problem is one Refused at `item-<id>`."""
    items = list(task.form.items.all())
    if set(given) - {one.pk for one in items}:
        raise Refused("items", "检查表已换版，或不是这张表。刷新后再填。", "items")
    return [_answer(one, given.get(one.pk, Given()), (before or {}).get(one.pk)) for one in items]


def _answer(item: Item, given: Given, before: Answer | None) -> Found:
    place, said = f"item-{item.pk}", given.note.strip()
    if given.result not in RESULTS:
        raise Refused("required", f"“{item.title}”还没有选合格、不合格或不适用。", place)
    if len(said) > MOST_TEXT:
        raise Refused("long", f"“{item.title}”的说明超过 {MOST_TEXT} 个字。", place)
    if len(given.photos) > MOST_PHOTOS:
        raise Refused("photo", f"“{item.title}”最多 {MOST_PHOTOS} 张照片。", place)
    number = _number(item, given) if item.number and given.result != "na" else None
    if number is not None and given.result == "ok" and rules.out_of_bounds(item.declared(), number):
        raise Refused(
            "bounds", f"“{item.title}”是 {number.normalize():f}，应为 {item.bounds}：选不合格，或改数值。", place
        )
    if given.result == "failed" and not said:
        raise Refused("note", f"“{item.title}”不合格，写一句哪里不对。", place)
    if given.result == "na" and not said and item.points:
        raise Refused("note", f"“{item.title}”不适用，写一句为什么。", place)
    kept = before.photos.count() if before and before.result == given.result else 0
    asked = (item.photo == "always" and given.result != "na") or (item.photo == "failed" and given.result == "failed")
    if asked and not given.photos and not kept:
        raise Refused("photo", f"“{item.title}”要拍照。", place)
    case = before.case if before and given.result == "failed" else None
    stored = tuple(one.stored for one in before.photos.select_related("stored")) if before and kept else ()
    return Found(item, given.result, number, said, given.photos, case, stored)


def _number(item: Item, given: Given) -> Decimal:
    try:
        number = Decimal(given.number.strip().replace("，", "").replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal("1e9"):
        raise Refused(
            "number", f"“{item.title}”要填一个数{f'，单位 {item.unit}' if item.unit else ''}。", f"item-{item.pk}"
        )
    return number.quantize(Decimal("0.001"))


def _write(
    actor: Actor, task: Task, found: Sequence[Found], when: datetime, at: datetime, key: UUID, note: str, corrects: Record | None = None, reason: str = ""
) -> Record:  # fmt: skip
    if len(note) > MOST_TEXT:
        raise Refused("note", f"说明超过 {MOST_TEXT} 个字。", "note")
    score = rules.score([(one.item.points, one.result) for one in found])
    record = Record.objects.create(
        task=task, key=key, at=when, received_at=at, note=note, corrects=corrects, reason=reason, failed=sum(one.result == "failed" for one in found),
        got=score.got, full=score.full, person_id=actor.person_id, post_id=actor.post_id, actor_name=actor.name, on_behalf_of=actor.on_behalf_of,
    )  # fmt: skip
    process = processes.processes().get(task.form.process)
    for one in found:
        stored = [*one.kept, *(_keep(actor, task, one.item, name, content, at) for name, content in one.photos)]
        case = one.case
        if one.result == "failed" and case is None and process is not None:
            case = _open(actor, task, process, one, key, at)
        answer = Answer.objects.create(
            record=record, item=one.item, result=one.result, number=one.number, note=one.note, case=case
        )
        Photo.objects.bulk_create(Photo(answer=answer, stored=row) for row in stored)
    return record


def _keep(actor: Actor, task: Task, item: Item, name: str, content: bytes, at: datetime) -> Stored:
    try:
        row = keep(actor=actor, name=name, content=content, at=at, org_path=task.target.path)
    except Refused as refused:
        raise Refused(refused.code, f"“{item.title}”的照片：{refused.message}", f"item-{item.pk}") from None
    if not row.media_type.startswith("image/"):
        raise Refused("photo", f"“{item.title}”只收 JPG、PNG 照片。", f"item-{item.pk}")
    return row


def _open(actor: Actor, task: Task, process: Process, one: Found, key: UUID, at: datetime) -> Case:
    """The case of a failed item. By the form's rule it is opened whatever the checker's own permission to enter such cases."""
    by = (
        actor
        if process.open == PUBLIC or policy.may(actor, process.open, task.target)
        else replace(actor, roles=actor.roles | {"system"})
    )
    item, said = one.item, [one.note]
    if one.number is not None:
        said.append(
            f"实测 {one.number.normalize():f} {item.unit}{f'，应为 {item.bounds}' if item.bounds else ''}".strip()
        )
    if item.criterion:
        said.append(f"要求：{item.criterion}")
    said.append(f"检查：{task.title}（{task.form.title} {task.form.edition}）")
    kinds = list(process.evidence or {})
    return open_case(
        actor=by, process=process, owner=task.target, title=f"{item.title[:112]}：不合格", fact="。\n".join(said), key=uuid5(key, item.code),
        source="check", place=task.place, issuer=issuer_of(actor), values=_values(process, task, item), at=at,
        uploads=[(kinds[0], name, content) for name, content in one.photos] if kinds else (), is_demo=task.is_demo,
        about=About(kind=item.subject_kind, id=item.subject_id, title=item.subject_title) if process.about == item.subject_kind else None,
    )  # fmt: skip


def _values(process: Process, task: Task, item: Item) -> dict[str, Any]:
    """What the item knows of what the process asks for, in the shape its fields take."""
    known = {
        "post": task.subject_title or task.title,
        "measure_kind": item.measure_kind,
        "measure": item.measure or item.title,
    }
    found = {}
    for asked in process.asks:
        word = known.get(asked.name, "")
        if word and (asked.choices is None or word in asked.choices):
            found[asked.name] = word[: asked.max_length]
    return found


def correct(
    *, actor: Actor, record: Record, answers: Mapping[int, Given], reason: str, at: datetime, key: UUID, note: str = ""
) -> Record:  # fmt: skip
    """更正: a further record that counts from now on, with its reason; the former stays to be read. Its doer may, or who plans the
    checks. A failure that both tell keeps its case; a new one opens one; a case whose failure was taken back is voided in its own way."""
    if (done := _done(key, record.task, actor)) is not None:
        return done
    task = record.task
    area = declared.area(task.area)
    if record.person_id != actor.person_id or not policy.may(actor, area.do):
        policy.require(actor, area.plan, task.organisation)
    said = reason.strip()
    if not said or len(said) > MOST_TEXT:
        raise Refused("reason", f"写明为什么更正，最多 {MOST_TEXT} 个字。", "reason")
    try:
        with transaction.atomic():
            return _correct(actor, record, answers, said, at, key, note.strip())
    except (Refused, IntegrityError):
        if (done := _done(key, task, actor)) is not None:
            return done
        raise


def _correct(
    actor: Actor, record: Record, answers: Mapping[int, Given], said: str, at: datetime, key: UUID, note: str
) -> Record:  # fmt: skip
    task, area = record.task, declared.area(record.task.area)
    before = {one.item_id: one for one in record.answers.select_related("case")}
    permission = area.do if record.person_id == actor.person_id else area.plan
    move = Move(slug="correct", title="更正", sources=("standing",), target="replaced", permission=permission)
    found = _read(task, answers, before)
    advance(record, move, actor=actor)
    fresh = _write(actor, task, found, record.at, at, key, note, record, said)
    old = {"record": record.pk, "failed": record.failed}
    journal(actor, task, "task.corrected", at, old=old, record=fresh.pk, failed=fresh.failed, reason=said)
    return fresh


def excuse(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    """免查, before its end: a machine that stands, a closed day. It counts neither as done nor as missed."""
    if at > task.due_at:
        raise Refused("closed", "已过完成时间，不能免查。写明漏查原因。")
    return _leave(actor, task, reason, at, "免查", "excused", "task.excused")


def explain(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    """说明漏查: why it was not done. It stays missed."""
    if at <= task.due_at:
        raise Refused("illegal", "还没到完成时间，不算漏查。")
    return _leave(actor, task, reason, at, "说明漏查", "", "task.explained")


def _leave(actor: Actor, task: Task, reason: str, at: datetime, title: str, target: str, verb: str) -> Task:
    said = reason.strip()
    if not said or len(said) > MOST_TEXT:
        raise Refused("reason", f"写明原因，最多 {MOST_TEXT} 个字。", "reason")
    area = declared.area(task.area)
    policy.require(actor, area.plan, task.organisation)
    move = Move(slug=verb.split(".")[1], title=title, sources=("open",), target=target, permission=area.plan)
    with transaction.atomic():
        old = {"reason": task.reason}
        advance(task, move, actor=actor, reason=said, explained_by=actor.name)
        journal(actor, task, verb, at, old=old, reason=said)
    return task


def _take_back(_actor: Actor, entry: Entry, _at: datetime) -> None:
    """A finished task without failures is open again; its record stays, marked."""
    task = Task.objects.get(pk=entry.subject_id)
    revert(task, version=entry.new["version"], state="open", done_at=None)
    record = Record.objects.get(pk=entry.new["record"])
    revert(record, version=1, state="taken_back")


UNDOS = (Undo(verb="checks.task.finished", back=_take_back),)
