"""A roster from a file: csv or xlsx with the headings of the export; every line is checked before one is stored."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.response.models import DutyShift
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty.queries import PLAN, people
from anlan.packs.safety.duty.rostering import Read, check_shift
from anlan.packs.safety.duty.rules import Span

HEAD = ("岗位", "单位", "姓名", "次序", "开始", "结束", "备注")
LIMIT, MOST, UNPACKED = 4 * 1024 * 1024, 3000, 64 * 1024 * 1024


def read(data: bytes, actor: Actor, at: datetime) -> list[Read]:
    """Every line with what it asks for, or what is wrong. Raises Refused when the file cannot be read at all."""
    table = _table(data)
    if not table or tuple(table[0][: len(HEAD)]) != HEAD:
        raise Refused("file", f"第一行要是：{'、'.join(HEAD)}。用“导出”的文件改最省事。", "file")
    lines = [row for row in table[1:] if any(row)]
    if len(lines) > MOST:
        raise Refused("file", f"一次最多 {MOST} 行。", "file")
    units: dict[str, Organisation] = {}
    for one in Organisation.objects.filter(closed_on=None):
        units |= {one.code: one, one.name: one, str(one): one}
    staff: dict[str, list[Any]] = {}
    for person in people(at.date()):
        for word in (person.name, person.username):
            staff.setdefault(word, []).append(person)
    words = {title: slug for slug, title in POSTS.items()}
    seen: set[tuple[Any, ...]] = set()
    return [
        _line(number, dict(zip(HEAD, row, strict=False)), words, units, staff, seen, actor, at)
        for number, row in enumerate(lines, 2)
    ]


def _line(
    number: int, cells: dict[str, str], words: dict[str, str], units: dict[str, Organisation], staff: dict[str, list[Any]], seen: set[tuple[Any, ...]],
    actor: Actor, at: datetime,
) -> Read:  # fmt: skip
    try:
        columns = _columns(cells, words, units, staff, actor)
        key = tuple(columns[name] for name in ("post", "organisation", "person", "starts_at"))
        if key in seen:
            raise Refused("twice", "这一班在文件里写了两次。")
        seen.add(key)
        if not DutyShift.objects.filter(
            post=key[0], organisation=key[1], person=key[2], starts_at=key[3], state="planned"
        ).exists():
            check_shift(
                columns["post"],
                columns["organisation"],
                columns["person"],
                Span(columns["starts_at"], columns["ends_at"]),
                at,
            )
    except Refused as refused:
        return Read(number, cells, None, refused.message)
    return Read(number, cells, columns, "")


def _columns(
    cells: dict[str, str],
    words: dict[str, str],
    units: dict[str, Organisation],
    staff: dict[str, list[Any]],
    actor: Actor,
) -> dict[str, Any]:
    post, unit = words.get(cells["岗位"]), units.get(cells["单位"])
    if post is None:
        raise Refused("post", f"没有“{cells['岗位']}”这个岗位。")
    if unit is None:
        raise Refused("organisation", f"没有“{cells['单位']}”这个单位。")
    if not policy.may(actor, PLAN, unit):
        raise Refused("organisation", f"不能给{unit}排班。")
    found = staff.get(cells["姓名"], [])
    if len({one.pk for one in found}) != 1:
        raise Refused("person", f"“{cells['姓名']}”{'同名的不止一人，写登录名' if found else '不在可排班的人里'}。")
    rank = cells["次序"] or "1"
    if not rank.isdecimal() or not 1 <= int(rank[:2]) <= 9:
        raise Refused("rank", "次序写 1 到 9。")
    starts, ends = _instant(cells["开始"]), _instant(cells["结束"])
    return {
        "post": post,
        "organisation": unit,
        "person": found[0],
        "rank": int(rank),
        "starts_at": starts,
        "ends_at": ends,
        "note": cells["备注"][:200],
    }


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("/", "-").strip()).replace(tzinfo=CHINA)
    except ValueError:
        raise Refused("time", f"时间“{text[:20]}”写成 2026-01-31 08:30。") from None


def _table(data: bytes) -> list[list[str]]:
    if len(data) > LIMIT:
        raise Refused("file", "文件超过 4 MB。", "file")
    if not data.startswith(b"PK\x03\x04"):
        try:
            return [[cell.strip() for cell in _wide(row)] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))]
        except (UnicodeDecodeError, csv.Error):
            raise Refused("file", "这不是 Excel，也不是 UTF-8 的 CSV。", "file") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise Refused("file", "文件展开后过大。", "file")
        page = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        return [
            _wide([_cell(one) for one in row[: len(HEAD)]])
            for row in page.iter_rows(values_only=True, max_row=MOST + 10)
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError):
        raise Refused("file", "这个 Excel 打不开。另存一份再传。", "file") from None


def _wide(row: Sequence[str]) -> list[str]:
    return [*row[: len(HEAD)], *[""] * (len(HEAD) - len(row))]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return (
        "" if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    )
