"""What a form or an address sent, read once: days, instants, amounts, rows of lines. Raises Refused at the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import quote
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request, form_key, number
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.types import OfficialDocument
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies import queries
from anlan.packs.safety.supplies.actions import In, Out
from anlan.packs.safety.supplies.models import Lot, SupplyStore
from anlan.packs.safety.supplies.rules import whole

ROWS, MOST_ROWS = 4, 30


def key(request: Request, *parts: object) -> UUID:
    """The key the form was given, so that it is done once however often it is sent; `parts` tell forms of one page apart."""
    given = form_key(request)
    return uuid5(given, ":".join(map(str, parts))) if parts else given


def day(text: str, title: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(field, f"{title}写成 2026-01-31 这样。", field) from None


def day_or_none(text: str, title: str, field: str) -> date | None:
    return day(text, title, field) if text.strip() else None


def moment(text: str, title: str, field: str) -> datetime:
    """A civil instant as `datetime-local` sends it."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=CHINA)
    except ValueError:
        raise Refused(field, f"{title}写成 2026-01-31 14:30 这样。", field) from None


def money(text: str, title: str, field: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refused(field, f"{title}要填一个数。", field)
    return value


def degrees(posted: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Longitude and latitude, both or none."""
    texts = [posted.get(name, "").strip() for name in ("longitude", "latitude")]
    if not any(texts):
        return None, None
    try:
        x, y = float(texts[0]), float(texts[1])
    except ValueError:
        raise Refused("longitude", "经度和纬度都要填数，或都不填。", "longitude") from None
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise Refused("longitude", "经纬度超出范围。", "longitude")
    return x, y


def store(text: str | None, field: str = "store") -> SupplyStore:
    found = SupplyStore.objects.select_related("organisation").filter(pk=number(text)).first()
    if found is None:
        raise Refused(field, "没有选储备点。", field)
    return found


def lot(text: str | None) -> Lot | None:
    if not text:
        return None
    found = Lot.objects.select_related("item").filter(pk=number(text)).first()
    if found is None:
        raise Refused("lot", "没有这一批。", "lot")
    return found


def incident(request: Request, text: str) -> Incident | None:
    """An incident this person sees, that is not over; "" is none."""
    if not text:
        return None
    found = response.visible(request.actor).filter(number=text, is_open=True).select_related("organisation").first()
    if found is None:
        raise Refused("incident", "没有这个事件，或它已经结束。", "incident")
    return found


def incidents(request: Request) -> list[Incident]:
    return list(response.visible(request.actor).filter(is_open=True)[:50])


def rows(request: Request) -> list[dict[str, str]]:
    """The lines as typed, empty ones at the end so that there is always room."""
    asked = min(MOST_ROWS, max(ROWS, number(request.POST.get("rows") or request.GET.get("rows"))))
    sent = request.POST if request.method == "POST" else request.GET
    names = ("item", "amount", "batch", "made_on", "expires_on", "lot")
    return [{"n": str(n), **{name: sent.get(f"{name}-{n}", "").strip() for name in names}} for n in range(asked)]


def _at_line(n: int, read: Callable[[], object]) -> object:
    try:
        return read()
    except Refused as refused:
        raise Refused(refused.code, f"第 {n} 行：{refused.message}", f"{refused.field}-{n - 1}") from None


def lines_in(typed: list[dict[str, str]]) -> list[In]:
    def one(row: Mapping[str, str]) -> In:
        return In(
            item=queries.item(row["item"]), amount=whole(row["amount"], "数量", "amount"), batch=row["batch"],
            made_on=day_or_none(row["made_on"], "生产日期", "made_on"), expires_on=day_or_none(row["expires_on"], "有效期", "expires_on"),
        )  # fmt: skip

    return [_at_line(n, lambda row=row: one(row)) for n, row in enumerate(typed, 1) if row["item"] or row["amount"]]  # type: ignore[misc]  # it is what `one` gives


def lines_out(typed: list[dict[str, str]]) -> list[Out]:
    def one(row: Mapping[str, str]) -> Out:
        return Out(item=queries.item(row["item"]), amount=whole(row["amount"], "数量", "amount"), lot=lot(row["lot"]))

    return [_at_line(n, lambda row=row: one(row)) for n, row in enumerate(typed, 1) if row["item"] or row["amount"]]  # type: ignore[misc]  # it is what `one` gives


def tried(request: Request, act: Callable[[], str]) -> Refused | None:
    """Do it and say so; a refusal comes back to be shown where it happened."""
    try:
        messages.success(request, act())
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor"):
            raise
        return refused
    return None


def status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def there(row: object | None) -> None:
    if row is None:
        raise Http404


def paper(document: OfficialDocument, form: str, name: str) -> HttpResponse:
    content, kind = (to_pdf(document), "application/pdf") if form == "pdf" else (to_docx(document), MEDIA_TYPE)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{form}"
    return response
