"""The shell of the field app with its worker and manifest, and the pages of those who answer for what comes in."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext

from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.casework import declared, subjects
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.pages import named
from anlan.kernel.casework.types import Process
from anlan.kernel.checks.models import Item
from anlan.kernel.checks.types import RESULTS
from anlan.kernel.field import actions, importing, queries, rules
from anlan.kernel.field.models import FieldEntry, FieldFile
from anlan.kernel.field.words import WORDS
from anlan.kernel.web import picking
from anlan.kernel.web.paging import page_of
from anlan.kernel.web.templatetags.web_tags import built_files

_T = "kernel/field/"
STYLES = ("web/base.css", "web/tokens.css", "field/field.css")
ICONS = ("web/icon.svg", "field/icon-192.png", "field/icon-512.png")
THEME = "#12302f"  # as --rail of the tokens


def shell(request: Request) -> HttpResponse:
    """The same for everyone, signed in or not: what is anybody's comes sealed from the phone or from the API."""
    get_token(request)
    words = {} if (get_language() or "").startswith("zh-hans") else {one: gettext(one) for one in WORDS}
    return render(request, _T + "shell.html", {"words": json.dumps(words, ensure_ascii=False)})


@cache
def _kept_files() -> tuple[str, tuple[str, ...]]:
    """(version, addresses) of all that the worker keeps: another byte anywhere is another version."""
    names = (*built_files("field/app"), *STYLES, *ICONS)
    told = hashlib.sha256()
    for name in (*names, *built_files("field/sw")):
        file = finders.find(name)
        told.update(name.encode() + (Path(file).read_bytes() if isinstance(file, str) else b""))
    return told.hexdigest()[:16], (*(static(name) for name in names), reverse("field_manifest"))


def worker(_request: Request) -> HttpResponse:
    """The service worker, told which files this version consists of."""
    built = built_files("field/sw")
    file = finders.find(built[0]) if built else None
    if not isinstance(file, str):
        raise Http404
    version, addresses = _kept_files()
    told = json.dumps({"version": version, "assets": addresses, "shell": reverse("field")})
    return HttpResponse(
        f"self.ANLAN={told};\n{Path(file).read_text(encoding='utf-8')}", content_type="text/javascript; charset=utf-8"
    )


def manifest(_request: Request) -> HttpResponse:
    icons = [
        {
            "src": static(f"field/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    told = {
        "name": gettext("安澜现场"), "short_name": gettext("安澜现场"), "id": reverse("field"), "start_url": reverse("field"), "scope": reverse("field"),
        "display": "standalone", "lang": get_language(), "theme_color": THEME, "background_color": THEME, "icons": icons,
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, content_type="application/manifest+json")


# ---- what came in
def received(request: Request) -> HttpResponse:
    rows = queries.received(request.actor)
    counts = Counter(rows.order_by().values_list("state", flat=True))
    state = request.GET.get("state", "")
    if state in FieldEntry.STATES:
        rows = rows.filter(state=state)
    if request.GET.get("clock"):
        rows = rows.filter(sane=False)
    page = page_of(request, rows)
    context = {
        "page": page, "state": state, "states": [(slug, word, counts[slug]) for slug, word in FieldEntry.STATES.items()],
        "lines": [(one, rules.drift_words(one.drift) if not one.sane else "") for one in page], "clock": request.GET.get("clock"),
    }  # fmt: skip
    return render(request, _T + "received.html", context)


def _found(request: Request, given: str) -> FieldEntry:
    try:
        row = queries.received(request.actor).filter(key=UUID(given)).first()
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row


def entry(request: Request, given: str) -> HttpResponse:
    """One entry whole; one that was kept is entered or dropped here."""
    row = _found(request, given)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            return _decide(request, row)
        except Refused as found:
            if found.code in ("sign_in", "second_factor"):
                raise
            refused = found
    process = declared.processes().get(row.process)
    typed = (
        request.POST
        if refused
        else {
            **row.whole.get("values", {}),
            **{name: row.whole.get(name, "") for name in ("fact", "place", "case_kind", "owner")},
            "title": row.title,
        }
    )
    words = (process.evidence or {}) if process else {}
    if row.kind == "check":
        words = {f"p_{pk}": title for pk, title in _items(row).items()}
    context = {
        "row": row, "process": process, "bad": refused, "typed": typed, "written": _written(row), "drift": "" if row.sane else rules.drift_words(row.drift),
        "units": cases.openable(request.actor, process) if process else None, "photos": list(row.files.select_related("stored")),
        "words": words, **_about(request, process, typed),
    }  # fmt: skip
    return render(request, _T + "entry.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _about(request: Request, process: Process | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the case may be about, as far as its process asks."""
    if process is None or declared.about(process) is None:
        return {}
    owner = picking.filtered(cases.openable(request.actor, process), typed, "owner")
    return {"about": declared.about(process), "subject": subjects.picker(request.actor, process, owner, typed)}


_NAMES = {"title": "什么事", "fact": "情况", "place": "地点", "note": "说明"}


def _written(row: FieldEntry) -> list[tuple[str, str]]:
    """What was written on the phone, field by field, as it came."""
    plain = [(title, str(row.whole.get(name, ""))) for name, title in _NAMES.items()]
    values = row.whole.get("values", {})
    given = _answered(values, _items(row)) if row.kind == "check" else list(values.items())
    return [pair for pair in (*plain, *given) if pair[1]]


def _items(row: FieldEntry) -> dict[str, str]:
    """Titles of the items a check answered, by their ids."""
    named = {name.partition("-")[2] for name in row.whole.get("values", {})}
    return {
        str(one.pk): one.title
        for one in Item.objects.filter(pk__in=[int(one) for one in named if one.isdecimal() and len(one) < 19])
    }


def _answered(values: Mapping[str, str], items: Mapping[str, str]) -> list[tuple[str, str]]:
    """A line for each item: result, figure, words."""
    return [
        (
            title,
            " ".join(
                one
                for one in (
                    RESULTS.get(values.get(f"r-{pk}", ""), ""),
                    values.get(f"n-{pk}", ""),
                    values.get(f"t-{pk}", ""),
                )
                if one
            ),
        )
        for pk, title in items.items()
    ]


def _decide(request: Request, row: FieldEntry) -> HttpResponse:
    given = request.POST
    if given.get("take") != "1":
        actions.drop_kept(actor=request.actor, entry=row, reason=given.get("reason", ""), at=request.at)
        messages.success(request, gettext("已记下：不采用。"))
        return HttpResponseRedirect(reverse("field_received"))
    process = declared.process(row.process)
    owner = picking.chosen(cases.openable(request.actor, process), given, "owner")
    case = actions.enter_kept(
        actor=request.actor, entry=row, owner=owner, title=given.get("title", ""), fact=given.get("fact", ""), kind=given.get("case_kind", ""),
        place=given.get("place", ""), values=named(process.asks, given.dict()), at=request.at,
    )  # fmt: skip
    messages.success(request, gettext("已登记 %(number)s。") % {"number": case.number})
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def picture(request: Request, given: str, place: int) -> HttpResponse:
    row = FieldFile.objects.filter(entry=_found(request, given), pk=place).select_related("stored").first()
    if row is None or not row.stored.media_type.startswith("image/"):
        raise Http404
    response = HttpResponse(row.stored.location.read_bytes(), content_type=row.stored.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def import_(request: Request) -> HttpResponse:
    """An outbox as a file: a receipt for each entry; the same file again gives the same."""
    taken: list[importing.Taken] = []
    refused: Refused | None = None
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise Refused("file", "没有选文件。", "file")
            taken = importing.import_file(actor=request.actor, content=_read(file), at=request.at)
        except Refused as given:
            if given.code in ("sign_in", "second_factor"):
                raise
            refused = given
    done = sum(1 for one in taken if one.receipt.final and one.receipt.result != "refused")
    context = {
        "taken": taken,
        "done": done,
        "back": len(taken) - done,
        "bad": refused,
        "words": {**FieldEntry.STATES, "again": "等登记"},
    }
    return render(request, _T + "import.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _read(file: object) -> bytes:
    size, read = getattr(file, "size", 0), getattr(file, "read", None)
    if size > importing.LIMIT or read is None:
        raise Refused("size", f"文件超过 {importing.LIMIT // 1024 // 1024} MB。在手机上分几次导出。", "file")
    content: bytes = read()
    return content
