"""Papers of a case, the list of what is published, and the citizen's page."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.pages import READ as CASES
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.types import OfficialDocument
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.penalties import actions, papers, queries
from anlan.kernel.penalties.models import KINDS, STATES
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of

_T = "kernel/penalties/"
READ = "penalties.read"
HEAD = ("类别", "单位", "事项", "结论", "依据", "文号", "决定日期", "公布日期", "公示到", "机关", "内容")


def _paper(request: Request, given: str, kind: str) -> tuple[Case, OfficialDocument]:
    case = cases.visible(request.actor).filter(number=given).first()
    made = papers.paper(case, kind) if case else None
    if case is None or made is None:
        raise Http404
    return case, made


def paper(request: Request, given: str, kind: str) -> HttpResponse:
    case, made = _paper(request, given, kind)
    return render(request, _T + "paper.html", {"case": case, "kind": kind, "title": papers.KINDS[kind][0], "sheet": sheet(made)})  # fmt: skip


def printed(request: Request, given: str, kind: str, form: str) -> HttpResponse:
    _case, made = _paper(request, given, kind)
    if form not in ("docx", "pdf"):
        raise Http404
    content, media = (to_docx(made), MEDIA_TYPE) if form == "docx" else (to_pdf(made), "application/pdf")
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{made.plain_title}_{given}')}.{form}"
    return response


def listing(request: Request, refused: Refused | None = None) -> HttpResponse:
    """What was published of the cases this person sees: shown, ended, withdrawn."""
    rows = queries.filtered(queries.visible(request.actor), request.GET.dict())
    page = page_of(request, rows)
    context = {
        "page": page, "lines": queries.standing(page, request.at), "kinds": KINDS, "states": STATES, "asked": request.GET, "bad": refused,
        "may": policy.may(request.actor, actions.WITHDRAW),
    }  # fmt: skip
    return render(request, _T + "list.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def withdraw(request: Request, number: int) -> HttpResponse:
    row = queries.visible(request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    try:
        actions.withdraw(actor=request.actor, publication=row, reason=request.POST.get("reason", ""), at=request.at)
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return listing(request, refused)
    messages.success(request, "已撤下，公开页不再显示。")
    return HttpResponseRedirect(reverse("penalties_published"))


def public(request: Request) -> HttpResponse:
    """Organisations only; what has ended or was withdrawn is not here."""
    rows = queries.filtered(queries.shown(civil_date(request.at)), request.GET.dict())
    return render(request, _T + "public.html", {"page": page_of(request, rows), "kinds": KINDS, "asked": request.GET})


def public_csv(request: Request) -> HttpResponse:
    rows = (
        (one.get_kind_display(), one.organisation.name, one.subject, one.outcome, one.law, one.number, one.decided_on, civil_date(one.published_at),
         one.shown_until, one.issuer.name, one.text)
        for one in queries.filtered(queries.shown(civil_date(request.at)), request.GET.dict())
    )  # fmt: skip
    return exported("csv", "执法公示", HEAD, rows)


PAGES = (
    Page(path="published/", name="penalties_published", view=listing, permission=READ, title="执法公示", section="registry"),
    Page(path="published/<int:number>/withdraw/", name="penalties_withdraw", view=withdraw, permission=actions.WITHDRAW, title="撤下公示", methods=("POST",),
         section="registry"),
    Page(path="papers/<str:given>/<str:kind>/", name="penalties_paper", view=paper, permission=CASES, title="文书", section="registry"),
    Page(path="papers/<str:given>/<str:kind>/print.<str:form>", name="penalties_paper_print", view=printed, permission=CASES, title="打印文书", kind="export"),
    Page(path="public/enforcement/", name="public_enforcement", view=public, permission=PUBLIC, title="执法公示"),
    Page(path="public/enforcement.csv", name="public_enforcement_csv", view=public_csv, permission=PUBLIC, title="执法公示 CSV", kind="export"),
)  # fmt: skip
