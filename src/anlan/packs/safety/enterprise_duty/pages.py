"""The regulator's table, one page an enterprise, its money, promises, permits on paper, projects. No rule lives here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.casework import pages as case_pages
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.enterprise_duty import actions, queries, rules
from anlan.packs.safety.enterprise_duty.models import (
    Contractor,
    EnterpriseFile,
    FeeAccount,
    FeeEntry,
    GasReading,
    ProjectOpinion,
    Promise,
    SafetyProject,
    WorkPermit,
)
from anlan.packs.safety.enterprise_duty.printing import document
from anlan.packs.safety.enterprise_duty.process import said

_T = "packs/safety/enterprise_duty/"


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(field, "日期写成 2026-01-31 这样。", field) from None


def _amount(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refused(field, "要填一个数。", field)
    return value


def _status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def _tried(request: Request, act: Callable[[], str]) -> Refused | None:
    """Do it and say so; a refusal comes back to be shown where it happened."""
    try:
        messages.success(request, act())
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor"):
            raise
        return refused
    return None


# ---- enterprises
def overview(request: Request) -> HttpResponse:
    """All enterprises; who acts for one goes straight to its page."""
    own = queries.visible(request.actor).filter(pk=request.actor.organisation_id or 0).first()
    if own is not None and "all" not in request.GET:
        return HttpResponseRedirect(reverse("enterprise", args=[own.code]))
    page = page_of(request, queries.lines(request.actor, request.at))
    return render(request, _T + "overview.html", {"page": page, "year": civil_date(request.at).year})


def export(request: Request) -> HttpResponse:
    head = ("企业", "标准化等级", "有效期至", "已过期", "30 天内到期", "持证", "今年提取（元）", "今年使用（元）", "结余（元）", "在办作业票", "年度承诺", "在办项目")  # fmt: skip
    rows = (
        (str(one.organisation), one.level, one.file.level_expires_on if one.file else None, one.late, one.near, one.certificates, one.drawn, one.used,
         one.balance, one.permits, "是" if one.promised else "否", one.projects)
        for one in queries.lines(request.actor, request.at)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "企业主体责任", head, rows)


def _enterprise(request: Request, code: str) -> Organisation:
    row = queries.visible(request.actor).filter(code=code).first()
    if row is None:
        raise Http404
    return row


def enterprise(request: Request, code: str) -> HttpResponse:
    """Everything of one enterprise; the head's promise is given here."""
    one, refused = _enterprise(request, code), None
    if request.method == "POST":

        def act() -> str:
            actions.give_promise(
                actor=request.actor, enterprise=one, kind=request.POST.get("kind", ""), words=request.POST.get("words", ""),
                facts=queries.today_facts(one) if request.POST.get("kind") == "day" else {}, at=request.at,
            )  # fmt: skip
            return "已承诺，打印后贴在门口。"

        refused = _tried(request, act)
        if refused is None:
            return HttpResponseRedirect(request.path)
    today, actor = civil_date(request.at), request.actor
    account = FeeAccount.objects.filter(organisation=one).first()
    file = EnterpriseFile.objects.filter(organisation=one, retired_on=None).first()
    context = {
        "one": one, "file": file, "level": rules.LEVELS[file.level] if file else "", "trade": rules.TRADES[file.trade] if file else "", "today": today,
        "dates": queries.expiring([one], today)[one.pk], "certificates": queries.certificates(actor, one), "kinds": rules.CERTIFICATES,
        "duties": queries.duties(actor, one), "contractors": Contractor.objects.filter(organisation=one, retired_on=None).order_by("contract_until"),
        "years": queries.ledger(account)[:3], "account": account, "promises": Promise.objects.filter(organisation=one)[:6], "promise_kinds": rules.PROMISES,
        "permits": [(case, case_pages.grade_of(case)) for case in queries.permits(actor, one)],
        "projects": [(row, rules.STAGES[row.state]) for row in queries.projects(actor).filter(organisation=one)[:20]],
        "may_promise": policy.why(actor, actions.PROMISE, one), "may_write": policy.may(actor, "enterprise_duty.write", one),
        "may_apply": policy.may(actor, "enterprise_duty.permit.apply", one), "may_project": policy.may(actor, actions.PROJECT, one),
        "whole": policy.may(actor, queries.PERSONS, one), "bad": refused, "typed": request.POST,
    }  # fmt: skip
    return render(request, _T + "enterprise.html", context, status=_status(refused))


# ---- the safety fee
def fees(request: Request, code: str) -> HttpResponse:
    """The ledger by year, each entry of the chosen year, and the form that adds one or reverses one."""
    one, refused = _enterprise(request, code), None
    if request.method == "POST":
        policy.require(request.actor, actions.FEE, one)
        act = _reversal(request, one) if request.POST.get("reverse") else _entry(request, one)
        refused = _tried(request, act)
        if refused is None:
            return HttpResponseRedirect(f"{request.path}?year={number(request.POST.get('on', '')[:4])}")
    account = FeeAccount.objects.filter(organisation=one).first()
    years = queries.ledger(account)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and asked >= "1990" else civil_date(request.at).year
    items = {"cost": "提取", "reserve": "结余", **rules.fee_items()}
    context = {
        "one": one, "account": account, "years": years, "year": year, "rows": queries.entries(account, year), "items": rules.fee_items(), "words": items,
        "may": policy.why(request.actor, actions.FEE, one), "bad": refused, "typed": request.POST, "key": uuid4(), "today": civil_date(request.at),
        "source": rules.source("fee"),
    }  # fmt: skip
    return render(request, _T + "fees.html", context, status=_status(refused))


def _entry(request: Request, one: Organisation) -> Callable[[], str]:
    def act() -> str:
        posted = request.POST
        row = actions.enter_fee(
            actor=request.actor, enterprise=one, item="" if posted.get("item") == "draw" else posted.get("item") or "-", amount=_amount(posted.get("amount", ""), "amount"),
            on=_day(posted.get("on", ""), "on"), note=posted.get("note", ""), voucher=posted.get("voucher", ""), key=_key(request), at=request.at,
        )  # fmt: skip
        return f"已记 {row.amount:,.2f} 元。"

    return act


def _reversal(request: Request, one: Organisation) -> Callable[[], str]:
    def act() -> str:
        entry = FeeEntry.objects.filter(pk=number(request.POST.get("reverse")), account__organisation=one).first()
        if entry is None:
            raise Refused("not_found", "没有这一笔。")
        actions.reverse_fee(
            actor=request.actor, entry=entry, reason=request.POST.get("reason", ""), key=_key(request), at=request.at
        )
        return "已冲销。"

    return act


def fees_export(request: Request, code: str) -> HttpResponse:
    one = _enterprise(request, code)
    account = FeeAccount.objects.filter(organisation=one).first()
    words = {"cost": "提取", "reserve": "结余", **rules.fee_items()}
    head = ("日期", "从", "到", "金额（元）", "用途", "凭证", "冲销", "登记人")
    rows = (
        (row.on, words[row.source], words[row.target], row.amount, row.note, row.voucher, "是" if row.reverses_id else "", row.actor_name)
        for row in (account.entries.all() if account else ())
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"安全费用_{one}", head, rows)


# ---- on paper
def promise(request: Request, pk: int) -> HttpResponse:
    """A promise as it is posted: in the page, as Word or PDF."""
    row = Promise.objects.filter(pk=pk, organisation__in=queries.visible(request.actor)).select_related("organisation").first()  # fmt: skip
    if row is None:
        raise Http404
    form, paper = request.GET.get("form", ""), document(row)
    if form not in ("pdf", "docx"):
        return render(request, _T + "promise.html", {"row": row, "sheet": sheet(paper)})
    content, kind = (to_pdf(paper), "application/pdf") if form == "pdf" else (to_docx(paper), MEDIA_TYPE)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'安全承诺公告_{row.organisation}_{row.on}')}.{form}"  # fmt: skip
    return response


def permit_print(request: Request, given: str) -> HttpResponse:
    case = case_pages.found(request, given)
    permit = WorkPermit.objects.filter(case=case).first()
    if permit is None:
        raise Http404
    readings = [(one, said(one)) for one in GasReading.objects.filter(permit=permit)]
    context = {"case": case, "permit": permit, "work": rules.WORKS[permit.work][0], "readings": readings, "lines": case.lines.all()}  # fmt: skip
    return render(request, _T + "permit.html", context)


# ---- 三同时
def projects(request: Request) -> HttpResponse:
    rows = [(row, rules.STAGES[row.state], actions.hindrance(row)) for row in queries.projects(request.actor)[:200]]
    return render(request, _T + "projects.html", {"rows": rows, "may": policy.may(request.actor, actions.PROJECT)})


def project_new(request: Request) -> HttpResponse:
    """The form of an enterprise's new project; what was typed stays when something is wrong."""
    refused = None
    if request.method == "POST":
        try:
            own = Organisation.objects.filter(pk=request.actor.organisation_id or 0, kind="enterprise").first()
            if own is None:
                raise Refused("organisation", "由企业自己登记项目。")
            row = actions.make_project(
                actor=request.actor, enterprise=own, name=request.POST.get("name", ""), what=request.POST.get("what", ""),
                invest=_amount(request.POST.get("invest", ""), "invest"), at=request.at,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("safety_project", args=[row.pk]))
        except Refused as given:
            if given.code in ("sign_in", "forbidden"):
                raise
            refused = given
    context = {"bad": refused, "typed": request.POST}
    return render(request, _T + "project_new.html", context, status=_status(refused))


def project(request: Request, pk: int) -> HttpResponse:
    row = queries.projects(request.actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    refused = None
    if request.method == "POST":
        refused = _tried(request, lambda: _project_move(request, row))
        if refused is None:
            return HttpResponseRedirect(request.path)
        row.refresh_from_db()
    opinions = list(row.opinions.select_related("department"))
    stages = [
        (slug, title, "done" if place < list(rules.STAGES).index(row.state) else "now" if slug == row.state else "coming", [one for one in opinions if one.stage == slug])
        for place, (slug, title) in enumerate(rules.STAGES.items()) if slug != "dropped"
    ]  # fmt: skip
    waiting = [
        one
        for one in opinions
        if one.state == "asked" and one.stage == row.state and policy.may(request.actor, "enterprise_duty.opinion", one)
    ]
    context = {
        "row": row, "stages": stages, "stage": rules.STAGES[row.state], "joint": row.state in rules.JOINT, "open": row.state not in ("done", "dropped"),
        "hindrance": actions.hindrance(row), "may": policy.why(request.actor, actions.PROJECT, row.organisation), "waiting": waiting, "bad": refused,
        "departments": Organisation.objects.filter(kind="bureau", closed_on=None).order_by("path"), "typed": request.POST,
    }  # fmt: skip
    return render(request, _T + "project.html", context, status=_status(refused))


def _project_move(request: Request, row: SafetyProject) -> str:
    posted, actor, at = request.POST, request.actor, request.at
    match posted.get("do", ""):
        case "ask":
            chosen = Organisation.objects.filter(pk__in=[number(one) for one in posted.getlist("departments")[:20]])
            found = actions.ask_departments(actor=actor, project=row, departments=list(chosen), at=at)
            return f"已送 {len(found)} 个部门。"
        case "pass":
            policy.require(actor, actions.PROJECT, row.organisation)
            return f"已进入“{rules.STAGES[actions.pass_stage(actor=actor, project=row, at=at).state]}”。"
        case "drop":
            policy.require(actor, actions.PROJECT, row.organisation)
            actions.drop(actor=actor, project=row, reason=posted.get("reason", ""), at=at)
            return "已撤回。"
        case "agree" | "refuse":
            opinion = ProjectOpinion.objects.filter(project=row, pk=number(posted.get("opinion"))).select_related("project", "department").first()  # fmt: skip
            if opinion is None:
                raise Refused("not_found", "没有这份意见。")
            actions.answer(
                actor=actor, opinion=opinion, agree=posted.get("do") == "agree", words=posted.get("words", ""), at=at
            )
            return "已答复。"
        case _:
            raise Refused("illegal", "没有这一步。")
