"""Courses, their question banks, sittings by the clock, certificates. A sitting and its outcome belong to the person alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.registry.excel import table_of
from anlan.packs.safety.publicity import rules
from anlan.packs.safety.publicity.actions import text_of
from anlan.packs.safety.publicity.models import (
    ExamSitting,
    PublicityCounter,
    TrainingCertificate,
    TrainingCourse,
    TrainingQuestion,
)
from anlan.packs.safety.publicity.moves import COURSE, COURSES, REVOKE, SIT
from anlan.packs.safety.publicity.noting import note
from anlan.packs.safety.publicity.rules import Asked

LATE = timedelta(seconds=30)  # what is under way when the bell rings still counts
RENEW = timedelta(days=60)  # before its last day a certificate may be renewed by a new sitting
_NUMBERS = (
    ("questions_asked", "每次考多少题", 1, 100), ("minutes", "时长（分钟）", 1, 240), ("pass_mark", "合格线（%）", 1, 100),
    ("valid_months", "证书有效月数", 1, 120), ("again_days", "没过几天后可再考", 0, 365),
)  # fmt: skip


# ---- courses
def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"title": text_of(given, "title", "名称", 80), "text": text_of(given, "text", "说明", 2000)}
    if given.get("topic") not in rules.TOPICS:
        raise Refused("topic", "没有选主题。", "topic")
    found["topic"] = given["topic"]
    for name, title, least, most in _NUMBERS:
        raw = str(given.get(name, "")).strip()
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 5 and least <= int(raw) <= most):
            raise Refused(name, f"{title}：写 {least} 到 {most} 的整数。", name)
        found[name] = int(raw)
    return found


@transaction.atomic
def make_course(
    *, actor: Actor, organisation: Organisation, given: Mapping[str, Any], at: datetime, is_demo: bool = False
) -> TrainingCourse:  # fmt: skip
    policy.require(actor, COURSE, organisation)
    fields = _checked(given)
    if TrainingCourse.objects.filter(title=fields["title"]).exists():
        raise Refused("title", "已经有同名的课程。", "title")
    made = TrainingCourse.objects.create(organisation=organisation, made_at=at, made_by=actor.name, is_demo=is_demo, **fields)  # fmt: skip
    note(actor, made, "course", at, organisation.path, **fields)
    return made


def _touch(course: TrainingCourse, seen: int, **fields: Any) -> None:
    hit = TrainingCourse.objects.filter(pk=course.pk, version=seen).exclude(state="open").update(version=F("version") + 1, **fields)  # fmt: skip
    course.refresh_from_db()
    if not hit:
        raise Refused("stale", "正在开考，或别人刚改过。先停考，刷新再改。")


@transaction.atomic
def change_course(*, actor: Actor, course: TrainingCourse, given: Mapping[str, Any], at: datetime, seen: int) -> None:
    policy.require(actor, COURSE, course)
    fields = _checked(given)
    if TrainingCourse.objects.filter(title=fields["title"]).exclude(pk=course.pk).exists():
        raise Refused("title", "已经有同名的课程。", "title")
    _touch(course, seen, **fields)
    note(actor, course, "course_changed", at, course.organisation.path, **fields)


@transaction.atomic
def put_bank(*, actor: Actor, course: TrainingCourse, content: bytes, at: datetime) -> int:
    """A file replaces the whole bank, or nothing of it; returns the number of questions."""
    policy.require(actor, COURSE, course)
    return put_questions(actor=actor, course=course, questions=rules.read_questions(table_of(content)), at=at)


@transaction.atomic
def put_questions(*, actor: Actor, course: TrainingCourse, questions: Sequence[Asked], at: datetime) -> int:
    policy.require(actor, COURSE, course)
    _touch(course, course.version, bank_version=F("bank_version") + 1)
    course.questions.all().delete()
    TrainingQuestion.objects.bulk_create(
        TrainingQuestion(course=course, number=number, kind=one.kind, text=one.text, options=list(one.options), right=sorted(one.right), points=one.points, basis=one.basis)
        for number, one in enumerate(questions, start=1)
    )  # fmt: skip
    note(
        actor, course, "bank", at, course.organisation.path, questions=len(questions), bank_version=course.bank_version
    )
    return len(questions)


def bank(course: TrainingCourse) -> list[Asked]:
    return [Asked(one.kind, one.text, tuple(one.options), frozenset(one.right), one.points, one.basis) for one in course.questions.all()]  # fmt: skip


@transaction.atomic
def move_course(*, actor: Actor, course: TrainingCourse, step: str, at: datetime) -> None:
    row = next((one for one in COURSES if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    if step == "open" and course.questions.count() < course.questions_asked:
        raise Refused(
            "bank", f"题库有 {course.questions.count()} 道题，一次要考 {course.questions_asked} 道。先导入题库。"
        )
    advance(course, row, actor=actor)
    note(actor, course, "course_moved", at, course.organisation.path, step=step)


# ---- sittings
def obstacle(actor: Actor, course: TrainingCourse, at: datetime) -> str:
    """Why this person cannot begin a sitting now; empty when nothing is in the way."""
    if course.state != "open":
        return "还没有开考，或已经停考。"
    last = ExamSitting.objects.filter(course=course, person_id=actor.person_id or 0).first()
    if last is None:
        return ""
    if last.state == "open":
        return "您正在考，接着做。"
    return _renewal(last, at) if last.passed else _again(last, course.again_days, at)


def _renewal(last: ExamSitting, at: datetime) -> str:
    held = TrainingCertificate.objects.filter(sitting=last, state="valid").first()
    if held is not None and held.expires_on - RENEW > civil_date(at):
        return f"您已有证书，{held.expires_on - RENEW} 起可以重考。"
    return ""


def _again(last: ExamSitting, days: int, at: datetime) -> str:
    if not days:
        return "这门考试只能考一次。"
    begins = (last.done_at or last.due_at) + timedelta(days=days)
    return "" if begins <= at else f"{civil_date(begins)} 起可以再考。"


@transaction.atomic
def start(*, actor: Actor, course: TrainingCourse, seed: str, at: datetime, is_demo: bool = False) -> ExamSitting:
    """Begin: the paper is drawn by the seed and the clock runs. Pressed twice it is the same sitting."""
    policy.require(actor, SIT)
    if actor.person_id is None or actor.organisation_id is None:
        raise Refused("forbidden", "登录后用自己的岗位考。")
    # One begins after the other, on a bank that stands.
    course = TrainingCourse.objects.select_for_update(no_key=True).get(pk=course.pk)
    mine = ExamSitting.objects.filter(course=course, person_id=actor.person_id)
    standing = mine.filter(state="open", due_at__gt=at).first()
    if standing is not None:
        return standing
    for late in mine.filter(state="open"):
        close(late, at)
    if why := obstacle(actor, course, at):
        raise Refused("illegal", why)
    asked = rules.paper(seed, bank(course), course.questions_asked)
    try:
        with transaction.atomic():
            made = ExamSitting.objects.create(
                course=course, person_id=actor.person_id, organisation_id=actor.organisation_id, attempt=mine.count() + 1, seed=seed[:64],
                paper=[one.plain() for one in asked], pass_mark=course.pass_mark, started_at=at, due_at=at + timedelta(minutes=course.minutes), is_demo=is_demo,
            )  # fmt: skip
    except IntegrityError:
        return mine.get(state="open")
    note(actor, made, "started", at, "", course=course.pk, seed=made.seed, bank_version=course.bank_version)
    return made


def paper_of(sitting: ExamSitting) -> list[Asked]:
    return [rules.question_from(one) for one in sitting.paper]


def _mine(actor: Actor, sitting: ExamSitting) -> None:
    if actor.person_id is None or sitting.person_id != actor.person_id:
        raise Refused("forbidden", "这是别人的考试。")


@transaction.atomic
def keep(*, actor: Actor, sitting: ExamSitting, given: Mapping[str, Sequence[str]], at: datetime) -> None:
    """Answers so far; what is kept in time counts even if the paper is never handed in."""
    _mine(actor, sitting)
    answers = rules.chosen(paper_of(sitting), given)
    if at > sitting.due_at + LATE:
        raise Refused("closed", "时间已到，按到时以前存的答案算。")
    if not ExamSitting.objects.filter(pk=sitting.pk, state="open").update(answers=answers, version=F("version") + 1):
        raise Refused("twice", "已经交卷，不能再改。")
    sitting.refresh_from_db()
    note(actor, sitting, "kept", at, "", answered=len(answers))


@transaction.atomic
def hand_in(*, actor: Actor, sitting: ExamSitting, given: Mapping[str, Sequence[str]], at: datetime) -> ExamSitting:
    """The end, once. After the bell what was kept before counts, and nothing else."""
    _mine(actor, sitting)
    answers = rules.chosen(paper_of(sitting), given)
    if at <= sitting.due_at + LATE:
        return _finish(actor, sitting, at, answers)
    sitting.refresh_from_db()
    return _finish(actor, sitting, sitting.due_at, sitting.answers)


def _finish(actor: Actor, sitting: ExamSitting, at: datetime, answers: Mapping[str, Sequence[int]]) -> ExamSitting:
    mark = rules.marked(paper_of(sitting), answers)
    passed = mark.passed(sitting.pass_mark)
    hit = ExamSitting.objects.filter(pk=sitting.pk, state="open", version=sitting.version).update(
        state="done", done_at=at, answers=answers, got=mark.got, full=mark.full, passed=passed, version=F("version") + 1
    )
    if not hit:
        raise Refused("twice", "已经交卷，或另一个窗口刚存过。刷新再看。")
    sitting.refresh_from_db()
    note(actor, sitting, "handed_in", at, "", course=sitting.course_id)
    if passed:
        _issue(sitting, at)
    return sitting


def next_number(kind: str, word: str, at: datetime) -> str:
    """The next number of the year; whoever asks waits for whoever asked before."""
    year = civil_date(at).year
    counter, _made = PublicityCounter.objects.get_or_create(kind=kind, year=year)
    PublicityCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return f"{word}-{year}-{counter.last:05d}"


def _issue(sitting: ExamSitting, at: datetime) -> None:
    number, day = next_number("cert", "PX", at), civil_date(at)
    made = TrainingCertificate.objects.create(
        sitting=sitting, number=number, code=rules.code_of(number, sitting.seed, str(settings.SECRET_KEY)), issued_on=day,
        expires_on=rules.months_later(day, sitting.course.valid_months),
    )  # fmt: skip
    note(SYSTEM, made, "issued", at, "", number=number)


@transaction.atomic
def close(sitting: ExamSitting, at: datetime) -> None:
    """The bell has rung and nobody handed in: what was kept counts."""
    if sitting.state == "open" and sitting.due_at + LATE < at:
        _finish(SYSTEM, sitting, sitting.due_at, sitting.answers)


def close_late(at: datetime) -> int:
    """The job."""
    done = 0
    for one in ExamSitting.objects.filter(state="open", due_at__lt=at - LATE).select_related("course")[:200]:
        try:
            close(one, at)
            done += 1
        except Refused:
            continue  # its person was quicker
    return done


@transaction.atomic
def revoke(*, actor: Actor, number: str, reason: str, at: datetime) -> TrainingCertificate:
    """Taken back by number, for a reason; who verifies it sees that."""
    row = TrainingCertificate.objects.filter(number=number.strip()).select_related("sitting__course__organisation").first()  # fmt: skip
    if row is None:
        raise Refused("number", "没有这个证书编号。", "number")
    if not 0 < len(reason.strip()) <= 200:
        raise Refused("reason", "写撤销的理由，不超过 200 个字。", "reason")
    advance(row, REVOKE, actor=actor, why=reason.strip())
    note(actor, row, "revoked", at, row.sitting.course.organisation.path, number=row.number, reason=reason.strip())
    return row
