"""Pages of any register, made from its sheet: `sheet_pages(sheet)` gives the routes, each in the permission matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.edge import number as id_of
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Page
from anlan.kernel.files.keeping import read_waiting, set_waiting
from anlan.kernel.journal.models import Entry as JournalEntry
from anlan.kernel.registry import actions, api, excel, progress, queries, views
from anlan.kernel.registry.cells import row_of, shown
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.progress import Told
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web import picking
from anlan.kernel.web.columns import columns as column_menu
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.picking import Units, units

_T = "kernel/registry/"
PAGE_ROWS, EXPORT_LIMIT = 50, 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rows(sheet: Sheet, request: Request) -> Any:
    return queries.filtered(sheet, queries.visible(sheet, request.actor), request.GET, civil_date(request.at))


def _row(sheet: Sheet, request: Request, number: int) -> Entry:
    row: Entry | None = queries.visible(sheet, request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _organisation(sheet: Sheet, request: Request) -> Organisation:
    """The organisation a new row or file belongs to: the actor's own, or the one chosen by someone of the whole district."""
    chosen, words = picking.sent(request.POST, "organisation")
    if words:
        return picking.chosen(_units(sheet, request), request.POST, "organisation")
    organisation = Organisation.objects.filter(pk=id_of(chosen) or request.actor.organisation_id or 0).first()
    if organisation is None:
        raise Refused("organisation", "没有选单位。", "organisation")
    policy.require(request.actor, sheet.write, organisation)
    return organisation


def _units(sheet: Sheet, request: Request) -> Units:
    return units(request.actor, sheet.write, but=())


def listing(sheet: Sheet, request: Request) -> HttpResponse:
    """The register: filters, sort, saved views, export; all in the URL."""
    if request.method == "POST":
        return views.answer(request, sheet.slug)
    page = Paginator(_rows(sheet, request), PAGE_ROWS).get_page(request.GET.get("page"))
    columns = [column for column in sheet.columns if column.in_list]
    titles = ("", *(column.title for column in columns[1:]), _("单位"), _("复核"))
    lines = [
        (row, [(column, shown(getattr(row, column.name), column)) for column in columns]) for row in page.object_list
    ]
    context = {
        "sheet": sheet, "page": page, "lines": lines, "columns": columns, "filters": [column for column in sheet.columns if column.filterable],
        "wanted": request.GET, **views.context(request, sheet.slug), "today": civil_date(request.at), "may_write": policy.may(request.actor, sheet.write),
        "filtered": bool(set(request.GET) - {"page", "sort", "show"}), "names": names(sheet),
        **column_menu(request.GET, titles),
    }  # fmt: skip
    return render(request, _T + "list.html", context)


def names(sheet: Sheet) -> dict[str, str]:
    """Route names of the sheet's pages by short word, for templates."""
    return {
        word: f"{sheet.slug}_{word}"
        for word in (
            "list",
            "new",
            "detail",
            "edit",
            "review",
            "retire",
            "template",
            "import",
            "export",
            "api",
            "api_one",
        )
    }


def _told(sheet: Sheet, name: str, values: Mapping[str, Any]) -> str | None:
    """A value of the journal as the list shows it: words of choices, personal ones masked."""
    column = next((one for one in sheet.columns if one.name == name), None)
    value = values.get(name)
    return shown(value, column) if column is not None and value is not None else value


def _history(sheet: Sheet, row: Entry) -> list[tuple[JournalEntry, str, list[tuple[str, Any, Any]]]]:
    titles = {column.name: column.title for column in sheet.columns} | {"reason": "理由"}
    verbs = {
        "added": "新增",
        "changed": "修改",
        "reviewed": "复核",
        "retired": "停用",
        "looked": "检查",
        "drawn": "抽中",
        "excused": "不查了",
        "checked": "检查",
    }
    entries = JournalEntry.objects.filter(subject_kind=sheet.slug, subject_id=str(row.pk)).order_by("-id")[:100]
    return [
        (
            entry,
            verbs.get(entry.verb.rpartition(".")[2], entry.verb),
            [
                (titles.get(name, name), _told(sheet, name, entry.old), _told(sheet, name, entry.new))
                for name in entry.new
                if name in titles or not name.isascii()
            ],
        )
        for entry in entries
    ]


def detail(sheet: Sheet, request: Request, number: int, refused: Refused | None = None) -> HttpResponse:
    """One row; after a refusal of something its further part offers, with the sentence and everything typed kept."""
    row = _row(sheet, request, number)
    pairs = [(column, shown(getattr(row, column.name), column)) for column in sheet.columns]
    context: dict[str, Any] = {
        "sheet": sheet, "row": row, "pairs": pairs, "history": _history(sheet, row), "names": names(sheet),
        "reason": policy.why(request.actor, sheet.write, row), "today": civil_date(request.at), "bad": refused,
        "typed": request.POST if refused else {},
    }  # fmt: skip
    if sheet.part:
        context["part"], context["more"] = sheet.part(row, request.actor, request.at)
    return render(request, _T + "detail.html", context, status=422 if refused else 200)


def _form(
    sheet: Sheet, request: Request, row: Entry | None, refused: Refused | None, problems: dict[str, str], status: int
) -> HttpResponse:
    fields = []
    for column in sheet.columns:
        value = (
            request.POST.get(column.name) if request.method == "POST" else getattr(row, column.name, "") if row else ""
        )
        fields.append((column, "" if value is None else value, problems.get(column.name, "")))
    context = {
        "sheet": sheet, "row": row, "fields": fields, "refused": refused, "units": _units(sheet, request),
        "names": names(sheet), "whole": problems.get("", ""), "own": request.actor.organisation_id, "asks": row is None and _units(sheet, request).only() is None, "typed": request.POST,
    }  # fmt: skip
    return render(request, _T + "form.html", context, status=status)


def edit(sheet: Sheet, request: Request, number: int | None = None) -> HttpResponse:
    """New row or change; faults stand beside their fields and everything typed is kept."""
    row = _row(sheet, request, number) if number is not None else None
    if row is not None:
        policy.require(request.actor, sheet.write, row)
    if request.method != "POST":
        return _form(sheet, request, row, None, {}, 200)
    values, found = row_of(request.POST, sheet)
    if found:
        return _form(sheet, request, row, None, {problem.column: problem.message for problem in found}, 422)
    try:
        if row is None:
            row = actions.add(
                actor=request.actor,
                sheet=sheet,
                organisation=_organisation(sheet, request),
                values=values,
                at=request.at,
            )
        else:
            version = request.POST.get("version", "")
            row = actions.change(
                actor=request.actor,
                sheet=sheet,
                row=row,
                values=values,
                version=int(version) if version.isdecimal() else 0,
                at=request.at,
            )
    except Refused as refused:
        return _form(
            sheet,
            request,
            row,
            refused,
            {refused.field: refused.message} if refused.field else {},
            STATUS.get(refused.code, 422),
        )
    messages.success(request, "已存。")
    return HttpResponseRedirect(reverse(names(sheet)["detail"], args=[row.pk]))


def review(sheet: Sheet, request: Request, number: int) -> HttpResponse:
    row = actions.review(actor=request.actor, sheet=sheet, row=_row(sheet, request, number), at=request.at)
    messages.success(request, f"已复核，下次 {row.review_due_on}。" if row.review_due_on else "已复核。")
    return HttpResponseRedirect(reverse(names(sheet)["detail"], args=[number]))


def retire(sheet: Sheet, request: Request, number: int) -> HttpResponse:
    actions.retire(
        actor=request.actor,
        sheet=sheet,
        row=_row(sheet, request, number),
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    messages.success(request, "已停用，仍可查。")
    return HttpResponseRedirect(reverse(names(sheet)["detail"], args=[number]))


def template(sheet: Sheet, _request: Request) -> HttpResponse:
    return _file(excel.template(sheet), f"{sheet.slug}-template.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def upload(sheet: Sheet, request: Request) -> HttpResponse:
    """Upload, dry run with faults by cell, then all rows or none. The page asks meanwhile how far it is (`progress`)."""
    told = progress.telling(request.POST.get("progress", ""))
    try:
        return _upload(sheet, request, told)
    finally:
        progress.forget(request.POST.get("progress", ""))


def _upload(sheet: Sheet, request: Request, told: Told) -> HttpResponse:
    context: dict[str, Any] = {
        "progress": uuid4(),
        "sheet": sheet,
        "names": names(sheet),
        "units": _units(sheet, request),
        "asks": _units(sheet, request).only() is None,
        "typed": request.POST,
        "own": request.actor.organisation_id,
    }
    if request.method != "POST":
        return render(request, _T + "import.html", context)
    try:
        if token := request.POST.get("token", ""):
            return _confirmed(sheet, request, token, told)
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("file", "没有选文件。", "file")
        if sent.size and sent.size > excel.LIMIT:
            raise Refused("size", f"文件超过 {excel.LIMIT // 1024 // 1024} MB。拆分后再导入。", "file")
        organisation = _organisation(sheet, request)
        data = sent.read()
        run = excel.dry_run(sheet, data, request.actor, told)
        return render(
            request,
            _T + "import.html",
            {
                **context,
                "run": run,
                "token": set_waiting(data),
                "organisation": organisation,
                "faulty": [line for line in run.lines if line.problems][:200],
            },
        )
    except Refused as refused:
        return render(
            request, _T + "import.html", {**context, "refused": refused}, status=STATUS.get(refused.code, 422)
        )


def _confirmed(sheet: Sheet, request: Request, token: str, told: Told) -> HttpResponse:
    data = read_waiting(token)
    run = excel.dry_run(sheet, data, request.actor, told)
    if request.POST.get("do") == "marked":
        return _file(excel.marked(data, run), f"{sheet.slug}-faults.xlsx")
    if not run.good:
        raise Refused("faults", f"还有 {run.faults} 行有错，一行都没有导入。", "file")
    organisation = _organisation(sheet, request)
    told(_("入库"), len(run.lines), len(run.lines))
    added, changed = actions.store_rows(
        actor=request.actor,
        sheet=sheet,
        organisation=organisation,
        rows=[line.values for line in run.lines],
        content_hash=run.content_hash,
        at=request.at,
    )
    messages.success(request, f"已导入：新增 {added} 行，改动 {changed} 行。")
    there = reverse(names(sheet)["list"])
    # A page that showed the progress goes there itself: a redirect would use up the message unseen.
    return JsonResponse({"to": there}) if request.headers.get("X-Progress") else HttpResponseRedirect(there)


def export(sheet: Sheet, request: Request, form: str) -> HttpResponse:
    """Exactly what is filtered."""
    head = ("单位", *(column.title for column in sheet.columns))
    lines = (
        (str(row.organisation), *(shown(getattr(row, column.name), column) for column in sheet.columns))
        for row in _rows(sheet, request)[:EXPORT_LIMIT]
    )
    return exported(form, sheet.title, head, lines)


def sheet_pages(sheet: Sheet) -> tuple[Page, ...]:
    """Every route of a register, from its declaration."""
    name, base, both = names(sheet), f"registry/{sheet.slug}/", ("GET", "POST")

    def page(word: str, path: str, view: Callable[..., HttpResponse], permission: str, **more: Any) -> Page:
        return Page(
            path=path,
            name=name[word],
            view=partial(view, sheet),
            permission=permission,
            title=sheet.title,
            section="registry",
            **more,
        )

    return (
        page("list", base, listing, sheet.read, methods=both),
        page("new", f"{base}new/", edit, sheet.write, methods=both, command=f"新增{sheet.title}"),
        page("template", f"{base}template.xlsx", template, sheet.read, kind="export"),
        page("import", f"{base}import/", upload, sheet.write, methods=both, command=f"导入{sheet.title}"),
        page("export", f"{base}export.<str:form>", export, sheet.read, kind="export"),
        page("detail", f"{base}<int:number>/", detail, sheet.read),
        page("edit", f"{base}<int:number>/edit/", edit, sheet.write, methods=both),
        page("review", f"{base}<int:number>/review/", review, sheet.write, methods=("POST",)),
        page("retire", f"{base}<int:number>/retire/", retire, sheet.write, methods=("POST",)),
        page("api", f"api/v1/{sheet.slug}", api.rows, sheet.read, kind="api", operation=api.rows_operation(sheet)),
        page(
            "api_one",
            f"api/v1/{sheet.slug}/<int:number>",
            api.row,
            sheet.read,
            kind="api",
            operation=api.row_operation(sheet),
        ),
    )
