"""From what people type or paste to values: full-width digits, Excel dates, choice words; every fault named by cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from anlan.kernel.access.personal import masked
from anlan.kernel.registry.types import Column, Problem, Sheet

_EXCEL_ZERO = date(1899, 12, 30)
# What Chinese text keeps as it was written; letters, digits and the signs of numbers and codes become half-width.
_SIGNS = re.compile("([，：；！？（）]+)")
_YES = {"是", "有", "1", "true", "yes", "y", "√", "✓"}
_NO = {"否", "无", "0", "false", "no", "n", "×", ""}


def plain(raw: Any) -> str:
    """Text of a cell: half-width, trimmed; whole floats (Excel's integers) without `.0`."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    return unicodedata.normalize("NFKC", str(raw)).strip()


def written(raw: Any) -> str:
    """Text of a cell for people to read: as `plain`, but Chinese punctuation stays full-width."""
    if not isinstance(raw, str):
        return plain(raw)
    parts = _SIGNS.split(raw)
    return "".join(
        part if place % 2 else unicodedata.normalize("NFKC", part) for place, part in enumerate(parts)
    ).strip()


def _date(text: str) -> date:
    word = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    if word.isdecimal() and len(word) == 8:
        return date(int(word[:4]), int(word[4:6]), int(word[6:]))
    if word.isdecimal() and 20000 <= int(word) <= 80000:  # an Excel serial number
        return _EXCEL_ZERO + timedelta(days=int(word))
    year, month, day = (int(part) for part in word.split("-"))
    return date(year, month, day)


def _number(text: str, column: Column) -> Decimal | int | float:
    value = Decimal(text.replace(",", "").removesuffix(column.unit) if column.unit else text.replace(",", ""))
    if not value.is_finite():
        raise InvalidOperation
    if column.kind == "int":
        if value != value.to_integral_value():
            raise InvalidOperation
        return int(value)
    return value if column.kind == "decimal" else float(value)


def bounds(column: Column) -> tuple[float | None, float | None]:
    """The least and the greatest value a number may have; China's extent for coordinates."""
    return {"longitude": (73, 136), "latitude": (3, 54)}.get(column.kind, (column.minimum, column.maximum))


def _bounded(value: Any, column: Column) -> str:
    low, high = bounds(column)
    if low is not None and value < low:
        return f"不能小于 {low:g}"
    if high is not None and value > high:
        return f"不能大于 {high:g}"
    return ""


def value_of(raw: Any, column: Column) -> tuple[Any, str]:
    """(value, fault): the fault is a short sentence, empty when the value is good."""
    text = plain(raw)
    if not text and column.kind != "bool":
        return (None if column.kind not in ("text", "long", "choice") else ""), ("不能空着" if column.required else "")
    match column.kind:
        case "text" | "long":
            text = text if column.name.endswith("code") else written(raw)
            return text, f"最多 {column.max_length} 个字" if len(text) > column.max_length else ""
        case "choice":
            words = column.choices or {}
            found = next((slug for slug, word in words.items() if text in (slug, word)), None)
            return found, "" if found is not None else f"只能填{'、'.join(words.values())}"
        case "bool":
            word = text.lower()
            return word in _YES, "" if word in _YES | _NO else "只能填是或否"
        case "date":
            return _or_fault(lambda: _date(text), "日期写成 2025-06-30")
        case _:
            value, fault = _or_fault(lambda: _number(text, column), "要填整数" if column.kind == "int" else "要填数字")
            return value, fault or _bounded(value, column)


def _or_fault(parse: Any, fault: str) -> tuple[Any, str]:
    try:
        return parse(), ""
    except (ValueError, InvalidOperation, OverflowError):
        return None, fault


def row_of(raw: Mapping[str, Any], sheet: Sheet) -> tuple[dict[str, Any], list[Problem]]:
    """All columns of a row, with every problem at once."""
    values, problems = {}, []
    for column in sheet.columns:
        value, fault = value_of(raw.get(column.name), column)
        values[column.name] = value
        if fault:
            problems.append(Problem(column.name, f"{column.title}：{fault}。"))
    if not problems and sheet.check:
        problems += sheet.check(values)
    return values, problems


def shown(value: Any, column: Column) -> str:
    """A value as text for lists and exports."""
    if value is None or value == "":
        return "—"
    if column.kind == "choice":
        return (column.choices or {}).get(value, str(value))
    if column.kind == "bool":
        return "是" if value else "否"
    if column.kind == "decimal":
        return f"{Decimal(value).normalize():f}"
    if column.personal:
        return masked(str(value))
    return str(value)
