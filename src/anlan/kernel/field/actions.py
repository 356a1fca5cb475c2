"""What comes from phones: photos, entries, files of entries. An entry is taken once, whatever is sent again, and always has a receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import PUBLIC, Actor, Move
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared, proposals, subjects
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.actions import Upload
from anlan.kernel.casework.models import Case, Proposal
from anlan.kernel.casework.types import Process
from anlan.kernel.checks import actions as checking
from anlan.kernel.checks import queries as checks
from anlan.kernel.field import forms, rules
from anlan.kernel.field.models import FieldEntry, FieldFile, FieldPhoto
from anlan.kernel.field.queries import SETTLE
from anlan.kernel.field.types import Made, Receipt, Result
from anlan.kernel.files.keeping import drop_waiting, keep, picture_suffix, read_waiting, set_waiting
from anlan.kernel.journal.record import record

PHOTO_LIMIT = 8 * 1024 * 1024  # bytes; a phone sends well under one
MOST_WAITING = 300  # photos of one person that wait for their entries
KEPT_WAITING = timedelta(days=30)
OLD_FORM = "表单已换新版。"


def take_photo(*, actor: Actor, content: bytes, sha256: str, at: datetime) -> FieldPhoto:
    """Keep a photo until its entry comes. The same bytes again are the same photo. Raises Refused `hash`, `size`, `type`, `picture`, `many`."""
    if len(content) > PHOTO_LIMIT:
        raise Refused("size", f"照片超过 {PHOTO_LIMIT // 1024 // 1024} MB。缩小后再传。")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused("hash", "照片在路上损坏了。再传一次。")
    waiting = FieldPhoto.objects.filter(person_id=actor.person_id or 0)
    found = waiting.filter(sha256=sha256).first()
    if found is None and waiting.count() >= MOST_WAITING:
        raise Refused("many", f"已有 {MOST_WAITING} 张照片等着登记。先传登记，再传照片。")
    suffix = picture_suffix(content)
    set_waiting(content)
    row, _made = FieldPhoto.objects.get_or_create(
        person_id=actor.person_id, sha256=sha256, defaults={"suffix": suffix, "size": len(content), "received_at": at}
    )
    return row


def receive(
    *, actor: Actor, posts: Sequence[Post], given: Any, sent_at: datetime, at: datetime, carried_by: str = ""
) -> Receipt:
    """Take one entry; the answer says what became of it. `posts` are those the person holds now, `carried_by` who brought it in a file."""
    name = str(given.get("id", ""))[:60] if isinstance(given, dict) else ""
    try:
        made = rules.read(given)
        return _receive(actor, posts, made, sent_at, at, carried_by)
    except Refused as refused:
        if refused.code == "again":
            return Receipt(name, "again", refused.message)
        return Receipt(name, "refused", refused.message, refused.code)


def _receive(
    actor: Actor, posts: Sequence[Post], made: Made, sent_at: datetime, at: datetime, carried_by: str
) -> Receipt:
    if made.person != actor.person_id:
        raise Refused("wrong_person", "这一件是别人记的。由本人登录后上传。")
    if found := _before(made):
        return found
    post = next((one for one in posts if one.pk == made.post), None)
    if post is None:
        raise Refused("post", "记下这一件时的岗位，现在不再担任。请导出文件，交本单位处理。")
    wants = _wanting(made)
    if wants:
        return Receipt(str(made.key), "photos", f"还差 {len(wants)} 张照片。", wants=wants)
    drift = made.drift or 0 if carried_by else round((sent_at - at).total_seconds())
    try:
        with transaction.atomic():
            row = FieldEntry(
                key=made.key, kind=made.kind, person_id=made.person, post=post, organisation=post.organisation, process=made.process,
                title=made.title, edition=made.edition, digest=made.digest, whole=dict(made.whole), made_at=made.made_at, sent_at=sent_at,
                received_at=at, drift=drift, sane=rules.is_sane(made.made_at, drift, at), carried_by=carried_by, state="stored",
            )  # fmt: skip
            row.save()
            _settle_row(row, policy.actor_of(post), made, at)
            transaction.on_commit(lambda: _let_go(made))
    except IntegrityError:
        found = _before(made)
        if found is None:
            raise
        return found
    return _receipt(row)


def _before(made: Made) -> Receipt | None:
    """The receipt given before for this entry; the same id with another content is no entry of ours."""
    row = FieldEntry.objects.filter(key=made.key).select_related("case").first()
    if row is None:
        return None
    if row.person_id != made.person or row.digest != made.digest:
        raise Refused("key", "这个编号已用于另一件。在手机上重新记一次。")
    return _receipt(row)


def _receipt(row: FieldEntry) -> Receipt:
    result: Mapping[str, Result] = {"settled": "kept", "dropped": "kept"}
    state: Any = row.state
    return Receipt(
        str(row.key),
        result.get(row.state, state),
        row.sentence,
        row.code,
        row.case.number if row.case else "",
        drift=row.drift,
    )


def _wanting(made: Made) -> tuple[str, ...]:
    wanted = list(dict.fromkeys(one.sha256 for one in made.photos))
    have = {
        one.sha256 for one in FieldPhoto.objects.filter(person_id=made.person, sha256__in=wanted) if _there(one.sha256)
    }
    return tuple(one for one in wanted if one not in have)


def _there(sha256: str) -> bool:
    try:
        read_waiting(sha256)
    except Refused:
        return False
    return True


def _uploads(made: Made) -> list[Upload]:
    """The photos with names of ours; what the phone called them is nobody's business."""
    suffixes = dict(FieldPhoto.objects.filter(person_id=made.person).values_list("sha256", "suffix"))
    return [
        (one.kind, f"现场照片{number}{suffixes[one.sha256]}", read_waiting(one.sha256))
        for number, one in enumerate(made.photos, 1)
    ]


def _let_go(made: Made) -> None:
    """The entry has its photos: those that waited are not needed any more, unless somebody else's entry waits for the same."""
    hashes = {one.sha256 for one in made.photos}
    FieldPhoto.objects.filter(person_id=made.person, sha256__in=hashes).delete()
    for one in hashes - set(FieldPhoto.objects.filter(sha256__in=hashes).values_list("sha256", flat=True)):
        drop_waiting(one)


def _settle_row(row: FieldEntry, actor: Actor, made: Made, at: datetime) -> None:
    """Do what the entry says, and write on its row what became of it; a refusal undoes what was begun, and is the receipt."""
    told = rules.told(made.made_at, row.drift, at, row.carried_by)
    try:
        with transaction.atomic():
            _DO[made.kind](row, actor, made, at, told)
    except Refused as refused:
        if refused.code in ("again", "full"):
            raise
        if _goes_to_a_person(made, refused):
            _keep_whole(row, actor, made, at, refused)
        else:
            row.state, row.code, row.sentence = "refused", refused.code[:20], refused.message[:300]
            record(actor=actor, verb="field.refused", subject_kind="field_entry", subject_id=row.pk, at=at, org_path=row.organisation.path,
                   new={"key": str(row.key), "code": refused.code})  # fmt: skip
    if row.state == "stored":
        row.whole = {}  # all of it stands in the case
    row.save()


def _goes_to_a_person(made: Made, refused: Refused) -> bool:
    if made.kind == "check":
        return refused.code in _OVERTAKEN
    return made.kind == "open" and refused.code != "forbidden" and _changed(made)


def _changed(made: Made) -> bool:
    """Whether the form the entry was written on is another one now."""
    process = declared.processes().get(made.process)
    return process is None or made.edition != forms.edition_now(process)


def _open(row: FieldEntry, actor: Actor, made: Made, at: datetime, told: Mapping[str, str]) -> None:
    process = declared.process(made.process)
    if process.open == PUBLIC:
        raise Refused("forbidden", "这一种不在现场端登记。")
    owner = _owner(actor, process, made.owner)
    about, values = subjects.chosen(actor, process, owner, made.values)
    row.case = casework.open_case(
        actor=actor, process=process, owner=owner, about=about, title=made.title, at=at, fact=made.fact, key=made.key, kind=made.case_kind,
        source=made.source, place=made.place, longitude=made.longitude, latitude=made.latitude, issuer=cases.issuer_of(actor),
        values=values, uploads=_uploads(made), told=told,
    )  # fmt: skip
    row.sentence = f"已登记 {row.case.number}。"


def _owner(actor: Actor, process: Process, pk: int) -> Organisation:
    policy.require(actor, process.open)
    found = cases.openable(actor, process).rows().filter(pk=pk).first()
    if found is None:
        raise Refused("owner", "责任单位没有选，或不归你登记。", "owner")
    return found


def _case(actor: Actor, made: Made) -> Case:
    """The case by number, or by the id it was entered with on this phone."""
    rows = cases.visible(actor)
    try:
        key = UUID(made.case)
    except ValueError:
        key = None
    found = rows.filter(key=key).first() if key else rows.filter(number=made.case).first()
    if found is None and key and not FieldEntry.objects.filter(key=key).exists():
        raise Refused("again", "先传它的登记，再传这一步。")
    if found is None:
        raise Refused("not_found", "没有这件事项，或你现在看不到它。")
    return found


def _step(row: FieldEntry, actor: Actor, made: Made, at: datetime, told: Mapping[str, str]) -> None:
    case = _case(actor, made)
    now = forms.edition_now(case.of, made.step)
    row.case, row.process = case, case.process
    row.title = next((one.title for one in case.of.steps if one.slug == made.step), made.step)
    answer = proposals.send(
        actor=actor, case=case, step=made.step, seen_state=made.seen, seen_line=made.seen_line, key=made.key,
        made_at=rules.true_time(made.made_at, row.drift, at), at=at, note=made.note, values=made.values, uploads=_uploads(made), told=told,
        changed=OLD_FORM if made.edition and made.edition != now else "",
    )  # fmt: skip
    if isinstance(answer, Proposal):
        row.state, row.proposal = "proposal", answer
        row.sentence = f"{answer.why}已作为现场提议送到，等核定。"[:300]
    else:
        row.sentence = f"{case.number} 已办“{row.title}”，现在是“{answer.get_state_display()}”。"


def _comment(row: FieldEntry, actor: Actor, made: Made, at: datetime, told: Mapping[str, str]) -> None:
    case = _case(actor, made)
    row.case, row.process, row.title = case, case.process, "补充"
    casework.comment(actor=actor, case=case, text=made.note, at=at, uploads=_uploads(made), key=made.key, told=told)
    row.sentence = f"{case.number} 已补充。"


def _check(row: FieldEntry, actor: Actor, made: Made, at: datetime, _told: Mapping[str, str]) -> None:
    """A check task, done where it stands. By a clock that is off, only the time it came counts."""
    task = checks.visible(actor).filter(pk=made.task).first()
    if task is None:
        raise Refused("not_found", "没有这次检查，或你现在看不到它。")
    row.title, row.process = task.title, task.form.process
    when = rules.true_time(made.made_at, row.drift, at) if row.sane else at
    done = checking.finish(
        actor=actor, task=task, answers=_answers(made), at=at, key=made.key, note=made.note, made_at=when
    )
    opened = "、".join(Case.objects.filter(check_answers__record=done).order_by("id").values_list("number", flat=True))
    failed = f"{done.failed} 项不合格" if done.failed else "没有不合格"
    failed += f"，已登记 {opened}" if opened else ""
    row.sentence = f"“{task.title}”已查，{failed}。"[:300]


def _answers(made: Made) -> dict[int, checking.Given]:
    """The answers by item: `r-7` its result, `n-7` its figure, `t-7` the words, photos of the kind `p_7`."""
    items = {name.partition("-")[2] for name in made.values} | {one.kind.removeprefix("p_") for one in made.photos}
    if not all(one.isdecimal() and len(one) < 19 for one in items):
        raise Refused("items", "检查表读不懂。更新现场端后再传。")
    photos = _uploads(made)
    return {
        int(one): checking.Given(
            made.values.get(f"r-{one}", ""), made.values.get(f"n-{one}", ""), made.values.get(f"t-{one}", ""),
            tuple((name, content) for kind, name, content in photos if kind == f"p_{one}"),
        )
        for one in items
    }  # fmt: skip


_DO = {"open": _open, "step": _step, "comment": _comment, "check": _check}
# What a check that somebody else did, that is over or whose form is another now is told: it goes whole to a person.
_OVERTAKEN = ("early", "closed", "illegal", "stale", "items")


def _keep_whole(row: FieldEntry, actor: Actor, made: Made, at: datetime, refused: Refused) -> None:
    """An entry on a form that is no longer in use and cannot be read: nothing of it is thrown away, a person enters it."""
    row.case, row.state, row.code = None, "kept", refused.code[:20]
    row.sentence = f"{OLD_FORM if made.kind == 'open' else ''}{refused.message}整件已留存，等核定。"[:300]
    for kind, name, content in _uploads(made):
        stored = keep(actor=actor, name=name, content=content, at=at, org_path=row.organisation.path)
        FieldFile.objects.create(entry=row, kind=kind, stored=stored)
    record(actor=actor, verb="field.kept", subject_kind="field_entry", subject_id=row.pk, at=at, org_path=row.organisation.path,
           new={"key": str(row.key), "code": refused.code})  # fmt: skip


# ---- a person decides what was kept
def _move(target: str) -> Move:
    return Move(slug=target, title="核定", sources=("kept",), target=target, permission=SETTLE)


@transaction.atomic
def enter_kept(
    *, actor: Actor, entry: FieldEntry, owner: Organisation | None, title: str, fact: str, kind: str, place: str,
    values: Mapping[str, Any], at: datetime,
) -> Case:  # fmt: skip
    """Enter what was kept, as the person has put it right; the case says who wrote it down and when."""
    process = declared.process(entry.process)
    owner = _owner(actor, process, owner.pk if owner else 0)
    about, known = subjects.chosen(actor, process, owner, values)
    kinds = tuple(process.evidence or {})
    uploads = [
        (one.kind if one.kind in kinds else kinds[0], one.stored.name, one.stored.location.read_bytes())
        for one in entry.files.select_related("stored")
    ]
    told = {
        "现场登记": entry.person.name,
        **rules.told(entry.made_at, entry.drift, entry.received_at, entry.carried_by),
    }
    case = casework.open_case(
        actor=actor, process=process, owner=owner, title=title, fact=fact, kind=kind, place=place, source=str(entry.whole.get("source") or "other"),
        longitude=entry.whole.get("longitude"), latitude=entry.whole.get("latitude"), issuer=cases.issuer_of(actor), values=known, about=about,
        uploads=uploads, key=entry.key, told=told, at=at,
    )  # fmt: skip
    advance(entry, _move("settled"), actor=actor, case_id=case.pk, answered_at=at, answered_by=actor.name)
    record(actor=actor, verb="field.settled", subject_kind="field_entry", subject_id=entry.pk, at=at, org_path=entry.organisation.path,
           new={"case": case.number})  # fmt: skip
    return case


@transaction.atomic
def drop_kept(*, actor: Actor, entry: FieldEntry, reason: str, at: datetime) -> None:
    """Not entered, with the reason; what was kept stays readable."""
    said = reason.strip()[:400]
    if not said:
        raise Refused("reason", "没有写不登记的理由。", "reason")
    advance(entry, _move("dropped"), actor=actor, answered_at=at, answered_by=actor.name, answer=said)
    record(
        actor=actor,
        verb="field.dropped",
        subject_kind="field_entry",
        subject_id=entry.pk,
        at=at,
        org_path=entry.organisation.path,
    )


# ---- the clock
def forget_photos(at: datetime) -> int:
    """Photos whose entry never came. The phone keeps its own until the receipt and sends them again."""
    rows: Iterable[FieldPhoto] = FieldPhoto.objects.filter(received_at__lt=at - KEPT_WAITING)
    gone = 0
    for one in rows:
        one.delete()
        gone += 1
        if not FieldPhoto.objects.filter(sha256=one.sha256).exists():
            drop_waiting(one.sha256)
    return gone
