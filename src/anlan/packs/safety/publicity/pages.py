"""Knowledge, titles and campaigns for the staff."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import offers
from anlan.kernel.files.models import Stored
from anlan.kernel.files.pages import sent
from anlan.kernel.web import picking
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.publicity import actions, queries, rules, titles
from anlan.packs.safety.publicity.models import LEVELS, CommunityTitle, KnowledgeEdition, TitleDocument
from anlan.packs.safety.publicity.moves import APPLY, EDITION, TITLE, TITLES, WRITE
from anlan.packs.safety.publicity.standard import ENOUGH

_T = "packs/safety/publicity/"
OUTWARD = ("sign_in", "forbidden", "second_factor")
CODES = {**STATUS, "too_many": 429}


def status_of(refused: Refused | None) -> int:
    return CODES.get(refused.code, 422) if refused else 200


def own_organisation(request: Request) -> Organisation:
    row = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if row is None:
        raise Refused("organisation", "当前岗位没有单位，不能登记。")
    return row


def html_of(edition: KnowledgeEdition, name: str) -> SafeString:
    """The text with its pictures at the page `name`; raw HTML in it is shown as text (`rules.to_html`)."""
    first = edition.page_id if name == "public_knowledge_picture" else edition.pk
    addresses = {one.number: reverse(name, args=[first, one.number]) for one in edition.pictures.all()}
    return mark_safe(rules.to_html(edition.text, addresses))  # noqa: S308 - made with html switched off


def inline(stored: Stored, *, public: bool) -> HttpResponse:
    """A picture on a page: it was encoded by us when it was kept."""
    if stored.media_type not in ("image/jpeg", "image/png"):
        raise Http404
    response = HttpResponse(stored.location.read_bytes(), content_type=stored.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=3600" if public else "private, max-age=3600"
    return response


# ---- knowledge
def listing(request: Request) -> HttpResponse:
    asked = request.GET.get("view", "")
    name = asked if asked in queries.VIEWS else "published"
    every = queries.visible(request.actor)
    rows = queries.view(every, name)
    words, topic = request.GET.get("q", "").strip()[:60], request.GET.get("topic", "")
    rows = rows.filter(Q(title__icontains=words) | Q(text__icontains=words)) if words else rows
    rows = rows.filter(topic=topic) if topic in rules.TOPICS else rows
    if request.GET.get("form"):
        return _export(request.GET["form"], rows[:5000])
    views = [(slug, word, queries.view(every, slug).count()) for slug, word in queries.VIEWS.items()]
    context = {"page": page_of(request, rows), "view": name, "views": views, "topics": rules.TOPICS, "words": words, "topic": topic, "write": policy.may(request.actor, WRITE)}  # fmt: skip
    return render(request, _T + "list.html", context)


def _export(form: str, rows: Any) -> HttpResponse:
    lines = (
        (one.page_id, one.number, one.title, one.get_topic_display(), queries.place_names(one.places) or "全区", one.get_state_display(), one.made_by, one.approved_by,
         one.published_at.astimezone(CHINA).isoformat(timespec="minutes") if one.published_at else "", one.source, one.licence)
        for one in rows
    )  # fmt: skip
    head = ("页", "版", "标题", "主题", "地方", "状态", "写的人", "批的人", "发布", "来源", "许可")
    return exported(form, "安全知识", head, lines)


def _found(request: Request, number: int) -> KnowledgeEdition:
    row = queries.visible(request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _given(request: Request) -> dict[str, Any]:
    return {**request.POST.dict(), "places": request.POST.getlist("places")}


def _form(
    request: Request, one: KnowledgeEdition | None, refused: Refused | None, given: dict[str, Any] | None = None
) -> HttpResponse:
    names = ("title", "topic", "text", "source", "licence", "places")
    typed = given or ({name: getattr(one, name) for name in names} if one else {"licence": "本区原创，注明出处可转用"})
    context = {"one": one, "bad": refused, "v": typed, "topics": rules.TOPICS, "streets": Organisation.objects.filter(kind="street", closed_on=None).order_by("path")}  # fmt: skip
    return render(request, _T + "form.html", context, status=status_of(refused))


def new(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None, None)
    given = _given(request)
    try:
        made = actions.draft(actor=request.actor, organisation=own_organisation(request), given=given, at=request.at)
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return _form(request, None, refused, given)
    messages.success(request, "草稿已存。可以加图片，再送审。")
    return HttpResponseRedirect(reverse("knowledge", args=[made.pk]))


def edit(request: Request, number: int) -> HttpResponse:
    row = _found(request, number)
    if request.method != "POST":
        return _form(request, row, None)
    given, seen = _given(request), request.POST.get("seen", "")
    try:
        actions.change(actor=request.actor, edition=row, given=given, at=request.at, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0)  # fmt: skip
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return _form(request, row, refused, given)
    messages.success(request, "草稿已改。")
    return HttpResponseRedirect(reverse("knowledge", args=[row.pk]))


def detail(request: Request, number: int, refused: Refused | None = None, word: str = "") -> HttpResponse:
    row = _found(request, number)
    others = row.page.editions.exclude(pk=row.pk).order_by("-number")
    context = {
        "one": row, "html": html_of(row, "knowledge_picture"), "pictures": row.pictures.select_related("stored"), "places": queries.place_names(row.places),
        "offers": offers(EDITION, row, request.actor), "same": row.maker_id == request.actor.person_id, "write": policy.may(request.actor, WRITE, row), "others": others,
        "letters": row.letters.count(), "sent": row.letters.filter(state="sent").count(), "bad": refused, "word": word, "typed": request.POST if refused else {},
        "newest": not others.filter(number__gt=row.number).exists(),
    }  # fmt: skip
    return render(request, _T + "detail.html", context, status=status_of(refused))


def picture(request: Request, number: int, place: int) -> HttpResponse:
    found = _found(request, number).pictures.filter(number=place).select_related("stored").first()
    if found is None:
        raise Http404
    return inline(found.stored, public=False)


def act(request: Request, number: int, word: str) -> HttpResponse:
    row = _found(request, number)
    try:
        said, target = _act(request, row, word)
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        row.refresh_from_db()
        return detail(request, number, refused, word)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("knowledge", args=[target.pk]))


def _act(request: Request, row: KnowledgeEdition, word: str) -> tuple[str, KnowledgeEdition]:
    actor, at, posted = request.actor, request.at, request.POST
    if word == "renew":
        return "已起草新的一版，原来的在新版发布以前一直有效。", actions.renew(actor=actor, edition=row, at=at)
    if word == "picture":
        file = request.FILES.get("file")
        if file is None:
            raise Refused("file", "没有选图片。", "file")
        if (file.size or 0) > actions.PICTURE_LIMIT:
            raise Refused("file", "图片超过 8 MB。缩小再传。", "file")
        made = actions.add_picture(actor=actor, edition=row, name=file.name or "", content=file.read(), given=posted.dict(), at=at)  # fmt: skip
        return f"图片已加。在正文里写 ![说明](picture:{made.number}) 显示它。", row
    if word == "unpicture":
        place = posted.get("number", "")
        actions.drop_picture(actor=actor, edition=row, number=int(place) if place.isdecimal() and len(place) < 5 else 0, at=at)  # fmt: skip
        return "图片已去掉。", row
    actions.move(actor=actor, edition=row, step=word, at=at, reason=posted.get("reason", ""), tell=posted.get("tell") == "1")  # fmt: skip
    return f"已办，现在是“{row.get_state_display()}”。", row


# ---- titles of communities
TITLE_VIEWS = {"hand": "申报中", "held": "有效命名", "lapsed": "过期和摘牌", "all": "全部"}


def _title_view(rows: Any, name: str, request: Request) -> Any:
    held = queries.holding(civil_date(request.at)).values("pk")
    if name == "hand":
        return rows.filter(state="applied")
    if name == "held":
        return rows.filter(pk__in=held)
    return rows.filter(titled_on__isnull=False).exclude(pk__in=held) if name == "lapsed" else rows


def titles_list(request: Request) -> HttpResponse:
    asked = request.GET.get("view", "")
    name, today = asked if asked in TITLE_VIEWS else "all", civil_date(request.at)
    every = queries.titles(request.actor)
    rows = _title_view(every, name, request)
    if request.GET.get("form"):
        lines = (
            (one.number, str(one.organisation), one.get_level_display(), queries.standing(one, today), str(civil_date(one.applied_at)), str(one.titled_on or ""),
             str(one.expires_on or ""), str(one.examined_on or ""), one.document, str(one.record.score.share) if one.record else "", one.why)
            for one in rows[:5000]
        )  # fmt: skip
        head = ("编号", "社区", "级别", "状态", "申报", "命名", "有效期到", "最近复核", "文号", "得分率（%）", "理由")
        return exported(request.GET["form"], "综合减灾示范社区", head, lines)
    page = page_of(request, rows)
    context = {
        "page": page, "lines": [(one, queries.standing(one, today)) for one in page], "view": name, "apply": policy.may(request.actor, APPLY),
        "views": [(slug, word, _title_view(every, slug, request).count()) for slug, word in TITLE_VIEWS.items()],
    }  # fmt: skip
    return render(request, _T + "titles.html", context)


def title_new(request: Request) -> HttpResponse:
    offered = picking.units(request.actor, APPLY, kinds=("community",))
    refused: Refused | None = None
    if request.method == "POST":
        try:
            community = picking.chosen(offered, request.POST, "community")
            made = titles.apply(actor=request.actor, community=community, given=request.POST.dict(), at=request.at)
            messages.success(request, "已申报。把申报材料加上。")
            return HttpResponseRedirect(reverse("community_title", args=[made.pk]))
        except Refused as given:
            if given.code in OUTWARD:
                raise
            refused = given
    context = {"offered": offered, "levels": LEVELS, "bad": refused, "typed": request.POST}
    return render(request, _T + "title_form.html", context, status=status_of(refused))


def _title(request: Request, number: int) -> CommunityTitle:
    row = queries.titles(request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def title(request: Request, number: int, refused: Refused | None = None, word: str = "") -> HttpResponse:
    row, today = _title(request, number), civil_date(request.at)
    score = titles.newest_score(row)
    context = {
        "one": row, "standing": queries.standing(row, today), "score": score, "open_check": titles.open_check(row), "documents": row.documents.select_related("stored"),
        "periods": row.periods.select_related("record"), "offers": offers(TITLES, row, request.actor), "same": row.applicant_id == request.actor.person_id,
        "title": policy.may(request.actor, TITLE, row), "add": row.state in ("applied", "titled") and (policy.may(request.actor, APPLY, row) or policy.may(request.actor, TITLE, row)),
        "bad": refused, "word": word, "typed": request.POST if refused else {}, "enough": ENOUGH,
        "good": score is not None and score.pk != row.record_id and score.score.share is not None and score.score.share >= ENOUGH,
    }  # fmt: skip
    return render(request, _T + "title.html", context, status=status_of(refused))


def title_act(request: Request, number: int, word: str) -> HttpResponse:
    row = _title(request, number)
    try:
        said = _title_act(request, row, word)
    except Refused as refused:
        if refused.code in OUTWARD:
            raise
        return title(request, number, refused, word)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("community_title", args=[row.pk]))


def _title_act(request: Request, row: CommunityTitle, word: str) -> str:
    actor, at, posted = request.actor, request.at, request.POST
    if word == "check":
        titles.order_check(actor=actor, row=row, at=at)
        return "已安排评分检查，三十天内做完。"
    if word == "document":
        file = request.FILES.get("file")
        if file is None:
            raise Refused("file", "没有选文件。", "file")
        titles.add_document(actor=actor, row=row, name=posted.get("name", ""), file=file.name or "", content=file.read(), at=at)  # fmt: skip
        return "材料已加。"
    titles.move(actor=actor, row=row, step=word, given=posted.dict(), at=at)
    return f"已办，现在是“{row.get_state_display()}”。"


def title_document(request: Request, number: int, place: int) -> HttpResponse:
    row = _title(request, number)
    found = TitleDocument.objects.filter(title_file=row, pk=place).select_related("stored").first()
    if found is None:
        raise Http404
    return sent(found.stored)


# ---- campaigns
def campaigns(request: Request) -> HttpResponse:
    lines = queries.campaigns(request.actor)
    if request.GET.get("form"):
        rows = (
            (one["row"].code, one["row"].name, one["row"].starts_on, one["row"].ends_on, one["row"].aim, one["events"], one["people"], one["reached"])
            for one in lines
        )  # fmt: skip
        head = ("编号", "名称", "开始", "结束", "计划场次", "场次", "到场人次", "触达人次")
        return exported(request.GET["form"], "宣传活动", head, rows)
    return render(request, _T + "campaigns.html", {"lines": lines, "write": policy.may(request.actor, WRITE), "today": civil_date(request.at)})  # fmt: skip
