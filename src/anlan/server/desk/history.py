"""The auditor's view of the journal: filter, read, export with hashes."""

from __future__ import annotations

import csv
import io

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.sealing import verify
from anlan.kernel.web.paging import page_of
from anlan.server.desk.pages import verb_titles
from anlan.server.desk.subjects import subjects

EXPORT_LIMIT = 50_000


def _filtered(request: Request) -> QuerySet[Entry]:
    rows = Entry.objects.select_related("seal").order_by("-id")
    if verb := request.GET.get("verb"):
        rows = rows.filter(verb=verb)
    if name := request.GET.get("name"):
        rows = rows.filter(actor_name__contains=name)
    if subject := request.GET.get("subject"):
        kind, _, number = subject.partition(":")
        rows = rows.filter(subject_kind=kind, **({"subject_id": number} if number else {}))
    return rows


def journal(request: Request) -> HttpResponse:
    """Who did what, when, on whose authority; the chain is checked on demand."""
    page = page_of(request, _filtered(request))
    verdict = verify() if request.GET.get("verify") else None
    context = {
        "page": page,
        "lines": subjects(page.object_list),
        "verbs": verb_titles(),
        "verdict": verdict,
        "query": request.GET,
    }
    return render(request, "server/desk/journal.html", context)


def export(request: Request) -> HttpResponse:
    """Exactly what is filtered, with each entry's place and digest in the chain."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["序号", "时间", "人员", "代表", "动作", "对象", "改前", "改后", "内容摘要", "链上摘要"])
    for entry in _filtered(request)[:EXPORT_LIMIT]:
        seal = getattr(entry, "seal", None)
        writer.writerow([
            seal.seq if seal else "待封存", entry.at.isoformat(), entry.actor_name, entry.on_behalf_of, entry.verb,
            f"{entry.subject_kind}:{entry.subject_id}", entry.old_text, entry.new_text, entry.content_hash,
            seal.digest if seal else "",
        ])  # fmt: skip
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="journal.csv"'
    return response
