"""The register as Excel: one line a measure, the columns of its risk repeated. What is exported can be edited and imported again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.checks.types import PACES, PHOTOS
from anlan.packs.safety.dual_prevention import rules
from anlan.packs.safety.dual_prevention.types import CONTROLS, KINDS, METHODS, POINT_KINDS, MeasureRow, RiskRow, ordered

ROWS_LIMIT, UNPACKED_LIMIT = 20_000, 200 * 1024 * 1024
# title → (name, words of its values or None)
_RISK: Mapping[str, tuple[str, Mapping[Any, str] | None]] = {
    "风险点编号": ("point_code", None), "风险点": ("point", None), "风险点类型": ("point_kind", POINT_KINDS), "单元编号": ("unit_code", None), "分析单元": ("unit", None),
    "风险编号": ("code", None), "风险事件": ("title", None), "事故类型": ("accident", None), "后果": ("consequence", None), "评估方法": ("method", METHODS),
    "L": ("l", None), "E": ("e", None), "C": ("c", None), "S": ("s", None), "直接判定理由": ("direct", None), "管控层级": ("control", CONTROLS), "责任岗位": ("post", None),
}  # fmt: skip
_MEASURE: Mapping[str, tuple[str, Mapping[Any, str] | None]] = {
    "措施编号": ("code", None), "措施类别": ("kind", KINDS), "管控措施": ("text", None), "检查要求": ("criterion", None), "检查周期": ("pace", PACES), "检查岗位": ("role", {}),
    "拍照": ("photo", PHOTOS),
}  # fmt: skip
COMPUTED = ("分值", "等级", "主控层级")
HEAD = (*_RISK, *_MEASURE, *COMPUTED)
NEEDED = ("风险点编号", "风险点", "单元编号", "分析单元", "风险编号", "风险事件", "评估方法")


def _words(name: str, words: Mapping[Any, str] | None) -> Mapping[Any, str] | None:
    return {slug: role.title for slug, role in policy.roles().items()} if name == "role" else words


def lines(rows: Iterable[RiskRow], on: date) -> Iterable[list[Any]]:
    """The cells of an export; a risk without measures has one line."""
    for row in rows:
        verdict = rules.verdict(row, on)
        mine = [_shown(getattr(row, name), words) for name, words in _RISK.values()]
        told = [
            None if verdict.score is None else verdict.score,
            verdict.word,
            CONTROLS[rules.control(row, verdict.level)],
        ]
        for one in row.measures or (None,):
            yield [
                *mine,
                *(_shown(getattr(one, name), _words(name, words)) if one else "" for name, words in _MEASURE.values()),
                *told,
            ]


def _shown(value: str, words: Mapping[Any, str] | None) -> str:
    return words.get(value, value) if words is not None and value else value


@dataclass
class Read:
    """`problems`: (line of the file, sentence)."""

    rows: list[RiskRow] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def _table(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                raise Refused("bomb", "文件解开后大得不合常理，已拒绝。", "file")
        page = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
        if page.max_row > ROWS_LIMIT:
            raise Refused("rows", f"超过 {ROWS_LIMIT} 行。拆分后再导入。", "file")
        return [list(row) for row in page.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, EOFError):
        raise Refused("broken", "Excel 文件打不开。另存一份再试。", "file") from None


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text.removeprefix("'")


def read(data: bytes, at: datetime) -> Read:
    """Every line checked. Raises Refused when the file as a whole cannot be read."""
    table = _table(data)
    head = next((place for place, row in enumerate(table[:10]) if "风险编号" in [_plain(cell) for cell in row]), None)
    if head is None:
        raise Refused("heading", f"没有找到表头。第一行要有：{'、'.join(NEEDED)}。", "file")
    titles = [_plain(cell) for cell in table[head]]
    if lacking := [one for one in NEEDED if one not in titles]:
        raise Refused("heading", f"表头缺列：{'、'.join(lacking)}。", "file")
    found = Read()
    risks: dict[str, tuple[int, dict[str, str], list[MeasureRow]]] = {}
    for number, line in enumerate(table[head + 1 :], head + 2):
        given = {title: _plain(cell) for title, cell in zip(titles, line, strict=False) if title}
        if any(given.values()):
            _line(number, given, risks, found)
    if not risks and not found.problems:
        raise Refused("no_rows", "表头下面没有行。", "file")
    _finish(risks, found, at)
    return found


def _line(
    number: int, given: Mapping[str, str], risks: dict[str, tuple[int, dict[str, str], list[MeasureRow]]], found: Read
) -> None:
    values = _values(number, given, _RISK, found)
    code = values.get("code", "")
    if not code:
        found.problems.append((number, "没有写风险编号"))
        return
    first = risks.setdefault(code, (number, values, []))
    if first[1] != values:
        changed = next(title for title, (name, _words) in _RISK.items() if first[1].get(name) != values.get(name))
        found.problems.append((number, f"{code} 的“{changed}”和第 {first[0]} 行不一样"))
    measure = _values(number, given, _MEASURE, found)
    if measure.get("text"):
        first[2].append(
            MeasureRow(
                **{
                    "code": f"{len(first[2]) + 1}",
                    "kind": "",
                    **{name: value for name, value in measure.items() if value},
                }
            )
        )


def _values(
    number: int, given: Mapping[str, str], columns: Mapping[str, tuple[str, Mapping[Any, str] | None]], found: Read
) -> dict[str, str]:
    values = {}
    for title, (name, known) in columns.items():
        text, words = given.get(title, ""), _words(name, known)
        if words is not None and text:
            slug = next((slug for slug, word in words.items() if text in (word, slug)), None)
            if slug is None:
                found.problems.append((number, f"“{title}”没有“{text[:20]}”"))
                slug = ""
            text = slug
        values[name] = text
    if columns is _RISK and not values["point_kind"]:
        values["point_kind"] = "place"
    return values


def _finish(risks: Mapping[str, tuple[int, dict[str, str], list[MeasureRow]]], found: Read, at: datetime) -> None:
    names: dict[str, tuple[str, str]] = {}
    for number, values, measures in risks.values():
        row = ordered(RiskRow(**values, measures=tuple(measures)))
        found.problems += [
            (number, f"{row.code}：{one}") for one in rules.problems(row, civil_date(at), policy.roles())
        ]
        told = names.setdefault(row.point_code, (row.point, row.point_kind))
        if told != (row.point, row.point_kind):
            found.problems.append((number, f"风险点 {row.point_code} 有两个名称或类型"))
        found.rows.append(row)
    found.problems.sort()


def compare(rows: Sequence[RiskRow], now: Mapping[str, RiskRow]) -> dict[str, int]:
    """How many rows of the file are new, change one, say the same; and how many of the register the file does not name (they stay)."""
    new = sum(one.code not in now for one in rows)
    same = sum(one.code in now and ordered(now[one.code]) == one for one in rows)
    return {
        "new": new,
        "same": same,
        "changed": len(rows) - new - same,
        "others": len(set(now) - {one.code for one in rows}),
    }
