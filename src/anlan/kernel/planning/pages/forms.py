"""Reading form fields: each gives a value or refuses with the field's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.files.uploadedfile import UploadedFile

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.files.keeping import LIMIT
from anlan.kernel.web import picking
from anlan.kernel.web.picking import Units

Posted = Mapping[str, str]


def text(posted: Posted, name: str) -> str:
    return posted.get(name, "").strip()


def whole(posted: Posted, name: str, title: str) -> int | None:
    word = text(posted, name)
    if not word:
        return None
    try:
        value = int(word)
    except ValueError:
        raise Refused(name, f"{title}要填整数。", name) from None
    if abs(value) >= 10**15:
        raise Refused(name, f"{title}的数太大。", name)
    return value


UNITS = Units(but=("section",))  # who a task, a project or a printed name can be given to
PARTNERS = ("district", "bureau", "street")  # who works with others on a project


def unit(posted: Posted, name: str) -> Organisation:
    """The organisation that was chosen for it. Raises Refused at the field."""
    return picking.chosen(UNITS, posted, name)


def needed(posted: Posted, name: str, title: str) -> int:
    number = whole(posted, name, title)
    if number is None:
        raise Refused(name, f"没有填{title}。", name)
    return number


def amount(posted: Posted, name: str, title: str) -> Decimal | None:
    word = text(posted, name).replace(",", "").replace("，", "")
    if not word:
        return None
    try:
        value = Decimal(word)
    except InvalidOperation:
        raise Refused(name, f"{title}要填数字。", name) from None
    if not value.is_finite():
        raise Refused(name, f"{title}要填数字。", name)
    return value


def day(posted: Posted, name: str, title: str) -> date:
    word = text(posted, name)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Refused(name, f"{title}要填日期，如 2025-06-30。" if word else f"没有填{title}。", name) from None


def uploads(files: list[UploadedFile]) -> list[tuple[str, bytes]]:
    found = []
    for file in files:
        if file.size and file.size > LIMIT:
            raise Refused("size", f"{file.name} 超过 {LIMIT // 1024 // 1024} MB。压缩或拆分后再传。", "files")
        found.append((file.name or "", file.read()))
    return found
