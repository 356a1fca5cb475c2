"""The schools side by side; the report of bullying without an account; the names behind the mask."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.personal import masked
from anlan.kernel.casework import pages as case_pages
from anlan.kernel.web.exporting import exported
from anlan.packs.education.campus_safety import actions, queries, rules
from anlan.packs.education.campus_safety.models import BullyingReport

_T = "packs/education/campus_safety/"
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another


def overview(request: Request) -> HttpResponse:
    lines = queries.lines(request.actor, request.at)
    context = {
        "lines": lines, "rides": queries.unfit_rides(request.actor, civil_date(request.at)), "may_report": policy.may(request.actor, "campus_safety.report"),
        "guarded": sum(one.guarded for one in lines), "closed": sum(one.closed for one in lines), "alarm": sum(one.alarm for one in lines),
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def export(request: Request) -> HttpResponse:
    head = ("学校", "实有保安", "应配保安", "封闭管理", "一键报警", "在办隐患", "超时", "过期的证件", "平安校园得分")
    rows = (
        (str(one.organisation), *one.guards, "是" if one.closed else "否", "是" if one.alarm else "否", one.open, one.late, "、".join(one.expired), one.score[1] if one.score else None)
        for one in queries.lines(request.actor, request.at)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "校园安全", head, rows)


# ---- without an account
def _secret(key: UUID) -> str:
    """The secret of the report with this key: sent twice, the page shows the same one."""
    digest = salted_hmac("anlan.campus.bullying", str(key), algorithm="sha256").digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:8])


def report(request: Request) -> HttpResponse:
    """The form, and after sending the number and the secret, once."""
    refused: Refused | None = None
    key = form_key(request)
    if request.method == "POST":
        school = Organisation.objects.filter(
            pk=number(request.POST.get("school")), kind="school", closed_on=None
        ).first()
        secret = _secret(key)
        try:
            case = actions.report_bullying(
                school=school, kind=request.POST.get("kind", ""), reporter_kind=request.POST.get("reporter_kind", ""), words=request.POST.get("words", ""),
                lines=request.POST.dict(), secret=secret, key=key, at=request.at, uploads=case_pages.uploads(request),
            )  # fmt: skip
            return _private(
                render(request, _T + "sent.html", {"number": case.number, "secret": secret, "school": case.owner})
            )
        except Refused as given:
            refused = given
    context = {
        "schools": queries.schools(), "kinds": rules.BULLYING_KINDS, "reporters": rules.REPORTERS, "bad": refused, "typed": request.POST, "key": key,
    }  # fmt: skip
    status = STATUS.get(refused.code, 422) if refused else 200
    return _private(render(request, _T + "report.html", context, status=status))


def track(request: Request) -> HttpResponse:
    """With number and secret: where it stands, what was answered, and a place to say more. Nothing is kept in the browser."""
    context: dict[str, object] = {"typed": request.POST}
    status = 200
    if request.method == "POST":
        given = request.POST.get("number", "").strip().upper()
        try:
            row = queries.found_report(given, request.POST.get("secret", ""))
            context |= {"row": row, "state": rules.PUBLIC_STATES[row.case.state]}
            if request.POST.get("do") == "add":
                actions.add_words(report=row, words=request.POST.get("words", ""), at=request.at)
                context["added"] = True
            context["answers"] = queries.answers(row)
        except Refused as refused:
            context["bad"], status = refused, STATUS.get(refused.code, 422)
            if "row" in context:
                context["answers"] = queries.answers(row)
    return _private(render(request, _T + "track.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Never kept by the browser or by anything on the way: phones of pupils are shared."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


# ---- the names
def names(request: Request, given: str) -> HttpResponse:
    """Masked, with the form that asks why; after it the names, in this answer only."""
    case = case_pages.found(request, given)
    row = BullyingReport.objects.filter(case=case).prefetch_related("added").first()
    if row is None:
        raise Http404
    context: dict[str, object] = {
        "case": case,
        "row": row,
        "masked_pupil": masked(row.pupil),
        "typed": request.POST,
    }
    status = 200
    if request.method == "POST":
        try:
            actions.unmask(actor=request.actor, report=row, reason=request.POST.get("reason", ""), at=request.at)
            context["open"] = True
        except Refused as refused:
            if refused.code in ("sign_in", "forbidden"):
                raise
            context["bad"], status = refused, 422
    return _private(render(request, _T + "names.html", context, status=status))
