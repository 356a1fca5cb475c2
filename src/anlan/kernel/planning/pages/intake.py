"""Import in the browser: upload, look, then store. The file waits under its hash between the two steps."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.files.keeping import read_waiting, set_waiting
from anlan.kernel.planning import intake
from anlan.kernel.planning.models import ImportRun
from anlan.kernel.planning.reading.sources import LIMIT

PAGE = "kernel/planning/pages/import.html"
KINDS = {"chapters": "章节", "indicators": "指标", "tasks": "任务", "projects": "工程和专栏", "targets": "数字目标"}
WHAT = {"new": "新增", "changed": "改动", "gone": "不再出现"}


def upload(request: Request) -> HttpResponse:
    runs = ImportRun.objects.select_related("document")[:20]
    if request.method != "POST":
        return render(request, PAGE, {"runs": runs})
    try:
        if token := request.POST.get("token", ""):
            return _store(request, token, request.POST.get("name", "规划.txt"))
        return _preview(request, runs)
    except Refused as refused:
        return render(request, PAGE, {"runs": runs, "refused": refused}, status=STATUS.get(refused.code, 422))


def _preview(request: Request, runs: object) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("file", "没有选文件。", "file")
    if file.size and file.size > LIMIT:
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB，不像规划文件。", "file")
    data = file.read()
    seen = intake.preview(data)
    token = set_waiting(data)
    context = {
        "runs": runs, "seen": seen, "token": token, "name": file.name, "counts": seen.counts(), "kinds": KINDS, "what": WHAT,
        "shown": seen.changes[:40] if seen.known else [],
    }  # fmt: skip
    return render(request, PAGE, context)


def _store(request: Request, token: str, name: str) -> HttpResponse:
    seen = intake.preview(read_waiting(token))
    if seen.same_file:
        messages.info(request, "与库中一致，没有变化。")
    else:
        run = intake.store(actor=request.actor, seen=seen, file_name=name, at=request.at)
        messages.success(request, f"已导入《{run.document.title}》，{len(seen.changes)} 处变化。")
    return HttpResponseRedirect(reverse("plans"))
