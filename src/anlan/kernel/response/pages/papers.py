"""Reports upward and texts for the public: drafts, signing, sending, printing; what the public reads."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.types import OfficialDocument, Paragraph
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.response import log, telling
from anlan.kernel.response.actions import reports
from anlan.kernel.response.findings import KIND_WORDS, findings
from anlan.kernel.response.models import Incident, PressRelease, SituationReport
from anlan.kernel.response.pages.incidents import found
from anlan.kernel.response.types import READ
from anlan.kernel.web.paging import page_of

_T = "kernel/response/"


def papers(request: Request, number: str, refused: Refused | None = None) -> HttpResponse:
    """The chain of reports with what it lacks, and the press releases."""
    incident = found(request, number)
    at, board = incident.now(request.at), log.board(incident)
    context = {
        "incident": incident, "board": board, "at": at, "reports": incident.reports.exclude(state="dropped").order_by("-number"),
        "press": incident.press.exclude(state="dropped"), "stages": SituationReport.STAGES, "findings": findings(board, at), "finding_words": KIND_WORDS, "bad": refused,
    }  # fmt: skip
    return render(request, _T + "papers.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def draft(request: Request, number: str) -> HttpResponse:
    """Draft a report or a press release from the board as it stands."""
    incident = found(request, number)
    try:
        if request.POST.get("what") == "press":
            release = reports.draft_press(
                actor=request.actor,
                incident=incident,
                at=request.at,
                corrects=_release(incident, request.POST.get("corrects", "")),
            )
            return HttpResponseRedirect(reverse("incident_release", args=[number, release.pk]))
        corrects = (
            incident.reports.filter(number=request.POST["corrects"]).first()
            if request.POST.get("corrects", "").isdecimal()
            else None
        )
        report = reports.draft(
            actor=request.actor,
            incident=incident,
            stage=request.POST.get("stage", ""),
            at=request.at,
            corrects=corrects,
        )
    except Refused as refused:
        if refused.code == "sign_in":
            raise
        return papers(request, number, refused)
    return HttpResponseRedirect(reverse("incident_report", args=[number, report.number]))


def _release(incident: Incident, text: str) -> PressRelease | None:
    return incident.press.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 12 else None


def report(request: Request, number: str, which: int) -> HttpResponse:
    """One report: edit, sign, send, receipt; the print is the same page on paper."""
    incident = found(request, number)
    row = incident.reports.filter(number=which).first()
    if row is None:
        raise Http404
    refused: Refused | None = None
    if request.method == "POST":
        try:
            told = _do(request, row)
            messages.success(request, told)
            return HttpResponseRedirect(reverse("incident_report", args=[number, which]))
        except Refused as error:
            if error.code == "sign_in":
                raise
            refused = error
            row.refresh_from_db()
    board = log.board(incident)
    former = (
        incident.reports.filter(number__lt=which).exclude(state__in=("draft", "dropped")).order_by("-number").first()
    )
    facts = telling.counted(board) if row.state == "draft" else row.facts
    context = {
        "incident": incident, "report": row, "bad": refused, "typed": request.POST if refused else {}, "at": incident.now(request.at),
        "changes": telling.changes(former.facts, facts) if former else [], "jumps": telling.jumps(former.facts, facts) if former else [],
        "counts": telling.count_words(facts), "former": former,
    }  # fmt: skip
    return render(request, _T + "report.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _do(request: Request, row: SituationReport) -> str:
    word, actor, at = request.POST.get("do", ""), request.actor, request.at
    if word in ("save", "sign") and row.state == "draft" and request.POST.get("body", "").strip() != row.body.strip():
        reports.edit(actor=actor, report=row, body=request.POST.get("body", ""), at=at)
    if word == "save":
        return "草稿已保存。"
    if word == "sign":
        reports.sign(actor=actor, report=row, at=at, explanation=request.POST.get("explanation", ""))
        return "已签发，内容不再改动。"
    if word == "send":
        reports.send(actor=actor, report=row, to=request.POST.get("to", ""), at=at)
        return f"已报送{row.to}。"
    if word == "received":
        reports.received(actor=actor, report=row, at=at, by=request.POST.get("by", ""))
        return "已记下对方收到。"
    if word == "drop":
        reports.drop(actor=actor, report=row, at=at)
        return "草稿已作废。"
    raise Refused("illegal", "没有这一步。")


def report_file(request: Request, number: str, which: int) -> HttpResponse:
    """A signed report on paper (GB/T 9704)."""
    incident = found(request, number)
    row = incident.reports.filter(number=which).exclude(state__in=("draft", "dropped")).first()
    if row is None:
        raise Http404
    title = f"{'【演练】' if incident.is_drill else ''}关于{incident.title}的{row.get_stage_display()}"
    made = OfficialDocument(
        title=title, issuer=incident.organisation.name, dated=civil_date(row.signed_at or row.as_of), addressee=row.to, demo=incident.is_demo, signer=row.signed_by,
        body=tuple(Paragraph(one) for one in row.body.split("\n") if one.strip()),
    )  # fmt: skip
    form = "pdf" if request.GET.get("form") == "pdf" else "docx"
    content, media = (to_pdf(made), "application/pdf") if form == "pdf" else (to_docx(made), MEDIA_TYPE)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{incident.number}-{row.number}.{form}"'
    return response


def release(request: Request, number: str, which: int) -> HttpResponse:
    incident = found(request, number)
    row = incident.press.filter(pk=which).first()
    if row is None:
        raise Http404
    refused: Refused | None = None
    if request.method == "POST":
        try:
            word = request.POST.get("do", "")
            if word == "save":
                reports.edit_press(
                    actor=request.actor,
                    release=row,
                    title=request.POST.get("title", ""),
                    text=request.POST.get("text", ""),
                )
            elif word == "approve":
                reports.approve_press(actor=request.actor, release=row, at=request.at)
            elif word == "publish":
                reports.publish_press(actor=request.actor, release=row, at=request.at)
            else:
                raise Refused("illegal", "没有这一步。")
            messages.success(
                request,
                {"save": "草稿已保存。", "approve": "已审定，内容不再改动。", "publish": "已在公众页发布。"}[word],
            )
            return HttpResponseRedirect(reverse("incident_release", args=[number, which]))
        except Refused as error:
            if error.code == "sign_in":
                raise
            refused = error
            row.refresh_from_db()
    context = {"incident": incident, "release": row, "bad": refused, "typed": request.POST if refused else {}}
    return render(request, _T + "release.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def notices(request: Request) -> HttpResponse:
    """What was published, for everybody; a corrected one says by what."""
    rows = (
        PressRelease.objects.filter(state="published", incident__mode="real")
        .select_related("corrects")
        .prefetch_related("corrected_by")
        .order_by("-published_at")
    )
    return render(request, _T + "notices.html", {"page": page_of(request, rows)})


_N = "incidents/<str:number>/"
PAGES = (
    Page(path=f"{_N}reports/", name="incident_reports", view=papers, permission=READ, title="报告与发布", section="command"),
    Page(path=f"{_N}reports/new/", name="incident_report_new", view=draft, permission=READ, title="起草报告", methods=("POST",)),
    Page(path=f"{_N}reports/<int:which>/", name="incident_report", view=report, permission=READ, title="报告", methods=("GET", "POST"), section="command"),
    Page(path=f"{_N}reports/<int:which>/file/", name="incident_report_file", view=report_file, permission=READ, title="下载报告", kind="export"),
    Page(path=f"{_N}press/<int:which>/", name="incident_release", view=release, permission=READ, title="新闻稿", methods=("GET", "POST"), section="command"),
    Page(path="public/notices/", name="public_notices", view=notices, permission=PUBLIC, title="情况通报"),
)  # fmt: skip
