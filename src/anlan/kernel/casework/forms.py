"""What a field was given, checked: text of a form or of a phone in, values and their words out. One problem is one Refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.casework.types import Field

Given = Mapping[str, Any]
LONGEST = 4000  # characters of a long field


def read(fields: Iterable[Field], given: Given) -> tuple[dict[str, Any], dict[str, str]]:
    """(values by name, words by title) of the fields; what was not given and need not be is left out. Raises Refused at a field."""
    values: dict[str, Any] = {}
    words: dict[str, str] = {}
    for field in fields:
        text = str(given.get(field.name) or "").strip()
        if not text:
            if field.required:
                raise Refused("required", f"没有填“{field.title}”。填好再办。", field.name)
            continue
        values[field.name], words[field.title] = _READERS[field.kind](field, text)
    return values, words


def _line(field: Field, text: str) -> tuple[Any, str]:
    most = LONGEST if field.kind == "long" else field.max_length
    if len(text) > most:
        raise Refused("long", f"“{field.title}”超过 {most} 个字。写短些再办。", field.name)
    return text, text


def _choice(field: Field, text: str) -> tuple[Any, str]:
    word = (field.choices or {}).get(text)
    if word is None:
        raise Refused("choice", f"“{field.title}”没有“{text[:20]}”这一项。", field.name)
    return text, word


def _day(field: Field, text: str) -> tuple[Any, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("day", f"“{field.title}”写成 2026-01-31 这样的日期。", field.name) from None
    return day, text


def _number(field: Field, text: str) -> tuple[Any, str]:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal("1e12"):
        raise Refused("number", f"“{field.title}”是一个数。", field.name)
    if field.least is not None and number < Decimal(str(field.least)):
        raise Refused("number", f"“{field.title}”不小于 {field.least:g}。", field.name)
    return number, f"{number:f}{field.unit and ' ' + field.unit}"


def _money(field: Field, text: str) -> tuple[Any, str]:
    number, words = _number(field, text)
    if number.as_tuple().exponent < -2:
        raise Refused("money", f"“{field.title}”最多写到分。", field.name)
    return number, words if field.unit else f"{number:f} 元"


def _yes(field: Field, text: str) -> tuple[Any, str]:
    if text not in ("1", "0", "true", "false", "on"):
        raise Refused("yes", f"“{field.title}”只有是或否。", field.name)
    yes = text in ("1", "true", "on")
    return yes, "是" if yes else "否"


def _organisation(field: Field, text: str) -> tuple[Any, str]:
    found = (
        Organisation.objects.filter(pk=int(text), closed_on=None).first()
        if text.isdecimal() and len(text) < 19
        else None
    )
    if found is None:
        raise Refused("organisation", f"“{field.title}”没有这个单位。", field.name)
    return found, str(found)


_READERS: dict[str, Callable[[Field, str], tuple[Any, str]]] = {
    "line": _line, "long": _line, "choice": _choice, "day": _day, "number": _number, "money": _money, "yes": _yes,
    "organisation": _organisation,
}  # fmt: skip
