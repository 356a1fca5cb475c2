"""Entering a case and moving it. Each is one transaction with one line of history and one journal entry; a key sent twice is done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check
from anlan.kernel.access.types import PUBLIC, Actor
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework import clocking, forms
from anlan.kernel.casework.models import Case, Counter, Evidence, Line
from anlan.kernel.casework.queries import obstacle
from anlan.kernel.casework.types import SOURCES, About, Due, Process, Step
from anlan.kernel.casework.verbs import note as journal
from anlan.kernel.files.keeping import keep
from anlan.kernel.files.models import Stored
from anlan.science.geo.earth import in_the_country

Upload = tuple[str, str, bytes]  # kind of evidence, name of the file, its bytes
MOST_FILES = 30


def open_case(
    *, actor: Actor, process: Process, owner: Organisation, title: str, at: datetime, fact: str = "", key: UUID | None = None,
    kind: str = "", grade: str = "", source: str = "other", place: str = "", longitude: float | None = None,
    latitude: float | None = None, issuer: Organisation | None = None, holder: Organisation | None = None, parent: Case | None = None,
    repeats: Case | None = None, alarm: Alarm | None = None, values: Mapping[str, Any] | None = None, uploads: Sequence[Upload] = (),
    told: Mapping[str, str] | None = None, about: About | None = None, is_demo: bool = False,
) -> Case:  # fmt: skip
    """Enter a case. With the same `key` again, the case that stands is the answer; one alarm has one case. `told` are further words
    of its first line, `about` what of another room it is about."""
    key = key or uuid4()
    try:
        with transaction.atomic():
            return _open(
                actor, process, at, uploads, values or {}, told or {}, key=key, owner=owner, title=title.strip(), fact=fact.strip(), kind=kind,
                grade=grade, source=source, place=place.strip(), longitude=longitude, latitude=latitude, issuer=issuer,
                holder=holder or owner, parent=parent, repeats=repeats, alarm=alarm, is_demo=is_demo, **_plain(about),
            )  # fmt: skip
    except IntegrityError:
        found = Case.objects.filter(key=key).first() or (Case.objects.filter(alarm=alarm).first() if alarm else None)
        if found is None:
            raise
        if found.opener_id != actor.person_id and found.alarm_id is None:
            raise Refused("key", "这个编号已是别人登记的事项。重新登记一次。") from None
        return found


def _open(
    actor: Actor, process: Process, at: datetime, uploads: Sequence[Upload], given: Mapping[str, Any], told: Mapping[str, str],
    **columns: Any,
) -> Case:  # fmt: skip
    if process.open != PUBLIC:
        policy.require(actor, process.open, columns["owner"])
    _check_columns(process, columns)
    values, words = forms.read(process.asks, given)
    clock = clocking.starting(process, process.first, columns["grade"], at)
    case = Case.objects.create(
        number=Counter.next(process.prefix, at.astimezone(CHINA).year), process=process.slug, state=process.first, opened_at=at,
        opened_by=actor.name, opener_id=actor.person_id, due_at=clock.due_at if clock else None, started_at=at if clock else None, **columns,
    )  # fmt: skip
    clocking.start(case, clock, at)
    kept = keep_files(case, actor, uploads, at)
    line = add_line(case, actor, at, "open", "登记", "", process.first, case.fact[:200], {**words, **told}, None)
    hang(case, line, kept)
    if process.made:
        process.made(case, values)
    journal(actor, case, "opened", at, title=case.title, owner=case.owner_id, source=case.source, files=len(uploads))
    return case


def _plain(about: About | None) -> dict[str, str]:
    given = about or About()
    return {"subject_kind": given.kind, "subject_id": given.id, "subject_title": given.title}


def _check_columns(process: Process, columns: Mapping[str, Any]) -> None:
    if not columns["title"]:
        raise Refused("title", "没有写是什么事。写一句再登记。", "title")
    for name, title, most in (("title", "标题", 120), ("place", "地点", 120), ("fact", "情况", 4000)):
        if len(columns[name]) > most:
            raise Refused(name, f"“{title}”超过 {most} 个字。写短些再登记。", name)
    if columns["kind"] and columns["kind"] not in (process.kinds or {}):
        raise Refused("kind", "没有这个类别。", "kind")
    if columns["grade"] and columns["grade"] not in (process.grades or {}):
        raise Refused("grade", "没有这个等级。", "grade")
    if columns["source"] not in SOURCES:
        raise Refused("source", "没有这种来源。", "source")
    longitude, latitude = columns["longitude"], columns["latitude"]
    if (longitude is None) != (latitude is None):
        raise Refused("place", "经纬度要写全。", "longitude")
    if longitude is not None and not in_the_country(longitude, latitude):
        raise Refused("place", "经纬度不在国内。", "longitude")


def make_step(
    *, actor: Actor, case: Case, step: str, at: datetime, note: str = "", values: Mapping[str, Any] | None = None,
    uploads: Sequence[Upload] = (), key: UUID | None = None, told: Mapping[str, str] | None = None,
) -> Case:  # fmt: skip
    """Make a step of the case's process; `told` are further words of its line. Raises Refused: `forbidden`, `illegal`, `stale`, `same_person`, `guard`, or at a field."""
    row = find_step(case.of, step)
    if done := _done(case, key):
        return done
    try:
        with transaction.atomic():
            return _step(actor, case, row, at, note.strip(), values or {}, uploads, key, told or {})
    except (Refused, IntegrityError):
        if done := _done(case, key):
            return done
        raise


def find_step(process: Process, slug: str) -> Step:
    found = next((one for one in process.steps if one.slug == slug), None)
    if found is None:
        raise Refused("not_found", "没有这一步。")
    return found


def _done(case: Case, key: UUID | None) -> Case | None:
    """The case as it stands, when the line with this key is there already."""
    line = Line.objects.filter(key=key).select_related("case").first() if key else None
    if line is not None and line.case_id != case.pk:
        raise Refused("key", "这个编号已用于另一件事项。重新办一次。")
    return line.case if line else None


def _step(
    actor: Actor, case: Case, row: Step, at: datetime, note: str, given: Mapping[str, Any], uploads: Sequence[Upload], key: UUID | None,
    told: Mapping[str, str],
) -> Case:  # fmt: skip
    check(case, row, actor=actor)
    if sentence := obstacle(case, row, actor):
        raise Refused("guard", sentence)
    if row.says and not note:
        raise Refused("note", f"没有写“{row.title}”的理由。写明再办。", "note")
    values, words = forms.read(row.fields, given)
    _prove(case, row, uploads)
    kept = keep_files(case, actor, uploads, at)
    process, source = case.of, case.state
    changes: dict[str, Any] = dict(row.effect(case, actor, values, at)) if row.effect else {}
    target = row.target or source
    grade = changes.get("grade", case.grade)
    if target != source or row.renews or "due_at" in changes:
        changes |= _reclock(case, process, target, grade, at, changes.pop("due_at", None))
    if row.hand:
        changes["holder"] = _next_holder(case, row, values)
    if row.returns:
        changes["returns"] = case.returns + 1
    ended = target in process.ends
    if ended != (not case.is_open):
        changes |= {"is_open": not ended, "closed_at": at if ended else None}
    advance(case, row, actor=actor, **changes)
    line = add_line(case, actor, at, row.slug, row.title, source, target, note, {**words, **told}, key)
    hang(case, line, kept)
    journal(
        actor,
        case,
        "moved",
        at,
        old={"state": source},
        step=row.slug,
        state=target,
        files=len(uploads),
        version=case.version,
    )
    return case


def _prove(case: Case, row: Step, uploads: Sequence[Upload]) -> None:
    """Every kind of evidence the step needs is there, or comes with it."""
    have = set(case.evidence.values_list("kind", flat=True)) | {kind for kind, _name, _bytes in uploads}
    lacking = [kind for kind in row.proves if kind not in have]
    if lacking:
        words = case.of.evidence or {}
        raise Refused(
            "evidence",
            f"缺佐证 {len(lacking)} 件：{'、'.join(words[kind] for kind in lacking)}。附上再办。",
            f"file_{lacking[0]}",
        )


def _reclock(
    case: Case, process: Process, state: str, grade: str, at: datetime, given: datetime | Due | None
) -> dict[str, Any]:
    """Stop the clock of the state that is left and start that of the one that is entered."""
    clocking.stop(case, at)
    clock = clocking.starting(process, state, grade, at, given)
    clocking.start(case, clock, at)
    return {"due_at": clock.due_at if clock else None, "started_at": at if clock else None}


def _next_holder(case: Case, row: Step, values: Mapping[str, Any]) -> Organisation:
    if row.hand == "named" and row.named in values:
        named: Organisation = values[row.named]
        check_holder(case.of, named, row.named)
        return named
    return (case.issuer or case.holder) if row.hand == "issuer" else case.owner


def check_holder(process: Process, to: Organisation, field: str) -> None:
    """Some processes keep their cases from whole kinds of organisation: a firm never holds a complaint about it."""
    if process.holders and to.kind not in process.holders:
        raise Refused(field, f"{process.title}不能交给{to}。选部门或街道。", field)


def add_line(
    case: Case, actor: Actor, at: datetime, step: str, title: str, source: str, target: str, note: str, facts: Mapping[str, str],
    key: UUID | None,
) -> Line:  # fmt: skip
    return Line.objects.create(
        case=case, key=key, at=at, step=step, title=title, source=source, target=target, note=note, facts=dict(facts),
        person_id=actor.person_id, post_id=actor.post_id, actor_name=actor.name, on_behalf_of=actor.on_behalf_of,
    )  # fmt: skip


def keep_files(case: Case, actor: Actor, uploads: Sequence[Upload], at: datetime) -> list[tuple[str, Stored]]:
    """Check and keep files before anything is written of the case; part of the caller's action, which hangs them on its line."""
    kinds = case.of.evidence or {}
    if len(uploads) > MOST_FILES:
        raise Refused("file", f"一次最多 {MOST_FILES} 个文件。分几次传。", "file")
    if any(kind not in kinds for kind, _name, _content in uploads):
        raise Refused("file", "没有这种佐证。", "file")
    return [
        (kind, keep(actor=actor, name=name, content=content, at=at, org_path=case.owner.path))
        for kind, name, content in uploads
    ]


def hang(case: Case, line: Line, kept: Sequence[tuple[str, Stored]]) -> None:
    Evidence.objects.bulk_create(Evidence(case=case, line=line, kind=kind, stored=stored) for kind, stored in kept)


def comment(
    *, actor: Actor, case: Case, text: str, at: datetime, uploads: Sequence[Upload] = (), key: UUID | None = None,
    told: Mapping[str, str] | None = None,
) -> Line:  # fmt: skip
    """Say something or add files; the state stays. Open to whoever sees the case. With the same `key` again, the line that stands."""
    if done := _said(key):
        return done
    try:
        with transaction.atomic():
            return _comment(actor, case, text, at, uploads, key, told or {})
    except IntegrityError:
        if done := _said(key):
            return done
        raise


def _said(key: UUID | None) -> Line | None:
    return Line.objects.filter(key=key).first() if key else None


def _comment(
    actor: Actor, case: Case, text: str, at: datetime, uploads: Sequence[Upload], key: UUID | None, told: Mapping[str, str]
) -> Line:  # fmt: skip
    if not text.strip() and not uploads:
        raise Refused("text", "没有写内容，也没有附文件。", "text")
    if len(text) > forms.LONGEST:
        raise Refused("text", f"留言超过 {forms.LONGEST} 个字。", "text")
    kept = keep_files(case, actor, uploads, at)
    line = add_line(
        case, actor, at, "comment", "留言" if text.strip() else "补佐证", case.state, case.state, text.strip(), told, key
    )  # fmt: skip
    hang(case, line, kept)
    journal(actor, case, "commented", at, files=len(uploads))
    return line
