"""Courses for who runs them; examinations for who takes them, on a phone and without script."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.moves import offers
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.publicity import exams, queries, rules
from anlan.packs.safety.publicity.models import ExamSitting, TrainingCertificate, TrainingCourse
from anlan.packs.safety.publicity.moves import COURSES
from anlan.packs.safety.publicity.pages import OUTWARD, own_organisation, status_of

_T = "packs/safety/publicity/"
_FILE_LIMIT = 2 * 1024 * 1024
_DEFAULTS = {"questions_asked": 10, "minutes": 20, "pass_mark": 80, "valid_months": 12, "again_days": 7}
_FIELDS = ("title", "topic", "text", *_DEFAULTS)


# ---- who runs them
def courses(request: Request, refused: Refused | None = None) -> HttpResponse:
    rows = queries.courses(request.actor)
    context = {"rows": rows, "bad": refused, "typed": request.POST if refused else {}}
    return render(request, _T + "courses.html", context, status=status_of(refused))


def revoke(request: Request) -> HttpResponse:
    try:
        row = exams.revoke(actor=request.actor, number=request.POST.get("number", ""), reason=request.POST.get("reason", ""), at=request.at)  # fmt: skip
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return courses(request, refused)
    messages.success(request, f"证书 {row.number} 已撤销，来验的人看得到。")
    return HttpResponseRedirect(reverse("training_courses"))


def _course(request: Request, number: int) -> TrainingCourse:
    row = queries.courses(request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _form(request: Request, one: TrainingCourse | None, refused: Refused | None) -> HttpResponse:
    typed: Any = request.POST if refused else {name: getattr(one, name) for name in _FIELDS} if one else _DEFAULTS
    context = {"one": one, "bad": refused, "v": typed, "topics": rules.TOPICS}
    return render(request, _T + "course_form.html", context, status=status_of(refused))


def course_new(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None, None)
    try:
        made = exams.make_course(actor=request.actor, organisation=own_organisation(request), given=request.POST.dict(), at=request.at)  # fmt: skip
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return _form(request, None, refused)
    messages.success(request, "课程已建。导入题库，再开考。")
    return HttpResponseRedirect(reverse("training_course", args=[made.pk]))


def course_edit(request: Request, number: int) -> HttpResponse:
    row = _course(request, number)
    if request.method != "POST":
        return _form(request, row, None)
    seen = request.POST.get("seen", "")
    try:
        exams.change_course(actor=request.actor, course=row, given=request.POST.dict(), at=request.at, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0)  # fmt: skip
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return _form(request, row, refused)
    messages.success(request, "课程已改。")
    return HttpResponseRedirect(reverse("training_course", args=[row.pk]))


def course(request: Request, number: int, refused: Refused | None = None) -> HttpResponse:
    row = _course(request, number)
    context = {
        "one": row, "offers": offers(COURSES, row, request.actor), "questions": row.questions.all(), "lines": queries.figures(request.actor, row), "bad": refused,
        "letters": rules.LETTERS, "fewest": rules.FEWEST,
    }  # fmt: skip
    return render(request, _T + "course.html", context, status=status_of(refused))


def course_act(request: Request, number: int, word: str) -> HttpResponse:
    row = _course(request, number)
    try:
        if word == "bank":
            file = request.FILES.get("file")
            if file is None:
                raise Refused("file", "没有选题库文件。", "file")
            if (file.size or 0) > _FILE_LIMIT:
                raise Refused("file", "文件超过 2 MB。", "file")
            count = exams.put_bank(actor=request.actor, course=row, content=file.read(), at=request.at)
            said = f"题库已换，{count} 道题。"
        else:
            exams.move_course(actor=request.actor, course=row, step=word, at=request.at)
            said = f"已办，现在是“{row.get_state_display()}”。"
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        row.refresh_from_db()
        return course(request, number, refused)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("training_course", args=[row.pk]))


def bank_export(request: Request, number: int) -> HttpResponse:
    """The bank as the file that gives it; of an empty bank only the headings and three lines to begin with."""
    row = _course(request, number)
    asked = exams.bank(row) or [
        rules.Asked("single", "示例：发现火情先做什么？", ("报警并通知周围的人", "先拍照"), frozenset({0}), 2),
        rules.Asked("multiple", "示例：哪些要看有效期？", ("灭火器", "饮用水", "急救药"), frozenset({0, 1, 2}), 3),
        rules.Asked("judge", "示例：疏散通道可以临时堆货。", rules.JUDGE, frozenset({1}), 1),
    ]
    return exported(request.GET.get("form", "xlsx"), f"题库_{row.title}", rules.HEAD, (rules.row_of(one) for one in asked))  # fmt: skip


def figures_export(request: Request, number: int) -> HttpResponse:
    row = _course(request, number)
    lines = ((one.title, one.sat, "不公布" if one.passed is None else one.passed) for one in queries.figures(request.actor, row))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"参考人数_{row.title}", ("单位", "考过的人", "合格的人"), lines)


# ---- who takes them
def mine(request: Request) -> HttpResponse:
    actor, today = request.actor, civil_date(request.at)
    rows = [(one, exams.obstacle(actor, one, request.at)) for one in TrainingCourse.objects.filter(state="open")]
    context = {
        "courses": rows, "sittings": queries.own_sittings(actor)[:50], "certificates": [(one, one.expires_on < today) for one in queries.own_certificates(actor)],
        "running": queries.own_sittings(actor).filter(state="open", due_at__gt=request.at),
    }  # fmt: skip
    return render(request, _T + "exams.html", context)


def begin(request: Request, number: int) -> HttpResponse:
    """What the examination is, and the button that starts the clock."""
    row = TrainingCourse.objects.filter(pk=number).exclude(state="draft").first()
    if row is None:
        raise Http404
    refused: Refused | None = None
    if request.method == "POST":
        try:
            made = exams.start(actor=request.actor, course=row, seed=uuid4().hex, at=request.at)
            return HttpResponseRedirect(reverse("exam_sitting", args=[made.pk]))
        except Refused as given:
            if given.code in OUTWARD:
                raise
            refused = given
    running = queries.own_sittings(request.actor).filter(course=row, state="open", due_at__gt=request.at).first()
    context = {"one": row, "bad": refused, "obstacle": exams.obstacle(request.actor, row, request.at), "running": running}  # fmt: skip
    return render(request, _T + "exam_course.html", context, status=status_of(refused))


def _own(request: Request, number: int) -> ExamSitting:
    row = queries.own_sittings(request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def sitting(request: Request, number: int) -> HttpResponse:
    """The paper; after it, what was right. Of another person it does not exist."""
    row = _own(request, number)
    exams.close(row, request.at)
    refused: Refused | None = None
    if request.method == "POST":
        given = {name: request.POST.getlist(name) for name in request.POST}
        try:
            if request.POST.get("do") == "keep":
                exams.keep(actor=request.actor, sitting=row, given=given, at=request.at)
                messages.success(request, "已存，还没有交卷。")
            else:
                exams.hand_in(actor=request.actor, sitting=row, given=given, at=request.at)
            return HttpResponseRedirect(reverse("exam_sitting", args=[row.pk]))
        except Refused as told:
            if told.code in OUTWARD:
                raise
            row.refresh_from_db()
            refused = told
    typed: Any = {name: request.POST.getlist(name) for name in request.POST} if refused else None
    return render(
        request,
        _T + ("sitting.html" if row.state == "open" else "result.html"),
        _shown(row, refused, typed),
        status=status_of(refused),
    )


def _shown(row: ExamSitting, refused: Refused | None, typed: Any) -> dict[str, Any]:
    lines = []
    for at, one in enumerate(exams.paper_of(row)):
        picked = {int(each) for each in typed.get(f"q{at}", ()) if each.isdecimal() and len(each) < 3} if typed is not None else set(row.answers.get(str(at), ()))  # fmt: skip
        options = [(place, text, place in picked, place in one.right) for place, text in enumerate(one.options)]
        lines.append(
            {
                "name": f"q{at}",
                "n": at + 1,
                "one": one,
                "kind": rules.KINDS[one.kind],
                "options": options,
                "good": picked == set(one.right),
            }
        )
    return {
        "row": row,
        "lines": lines,
        "bad": refused,
        "certificate": TrainingCertificate.objects.filter(sitting=row).first(),
    }


def certificate(request: Request, number: int) -> HttpResponse:
    """One's own, to print."""
    row = TrainingCertificate.objects.filter(pk=number, sitting__person_id=request.actor.person_id or 0).select_related("sitting__course__organisation", "sitting__person").first()  # fmt: skip
    if row is None:
        raise Http404
    where = request.build_absolute_uri(reverse("public_certificate"))
    return render(request, _T + "certificate.html", {"one": row, "where": where, "ended": row.expires_on < civil_date(request.at)})  # fmt: skip
