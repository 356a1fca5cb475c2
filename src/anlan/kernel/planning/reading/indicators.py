"""Indicators: from a table (name, baseline, target, kind) or from numbered sentences under a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from anlan.kernel.planning.reading.text import SECOND, THIRD, decimal_of, losses, normal, tidy
from anlan.kernel.planning.reading.types import Indicator, Line

KINDS = ("约束性", "预期性", "导向性")
_VALUE = re.compile(r"^[<>≤≥＜＞]?=?\d+(?:\.\d+)?%?$|^[—\-–/]$")
_ASSIGNED = re.compile(r"^(?:完成市下|达目标|完成市下达目标|市下达|以市下达为准)$")
# Words that say less is better; everything else is better the more there is.
_LESS = re.compile(r"浓度|近视|大班额|死亡|损失|劣|黑臭|降尘|事故|能耗(?!.*降低)")
_UNIT = re.compile(r"\((?:比例)?(%|微克/立方米|毫克/立方米|万吨|吨|个|人|所|公里|小时|万元|亿元|平方米|公顷)?\)?$")
_SIGNS = {">=": ">=", "≥": ">=", ">": ">", "<=": "<=", "≤": "<=", "<": "<="}


def _name_and_unit(printed: str) -> tuple[str, str]:
    name = tidy(printed)
    found = _UNIT.search(normal(name))
    if found is None or not (found.group(1) or normal(name).endswith("()")):
        return name, ""
    cut = normal(name)[: found.start()]
    return (f"{cut}(比例)" if "比例%" in found.group() else cut), found.group(1) or ""


def _comparator(name: str, target_text: str) -> str:
    sign = re.match(r"[<>≤≥]=?", normal(target_text))
    if _ASSIGNED.match(normal(target_text)):
        return "city_assigned"
    if sign:
        return _SIGNS[sign.group()]
    return "<=" if _LESS.search(name) else ">="


def _below(baseline: Decimal | None, target: Decimal | None, comparator: str) -> bool:
    if baseline is None or target is None:
        return False
    return target < baseline if comparator in (">", ">=") else target > baseline


def from_table(lines: Sequence[Line]) -> list[Indicator]:
    """Cells in reading order after the heading row. A row ends with its kind."""
    found: list[Indicator] = []
    group, cells = "", list[str]()
    for line in lines:
        word = normal(line.text)
        if SECOND.match(word) and not cells:
            group = SECOND.sub(r"\2", word)
        elif word in KINDS:
            group = _one(cells, word, group, found)
            cells = []
        else:
            cells.append(line.text)
    return found


def _one(cells: list[str], kind: str, group: str, found: list[Indicator]) -> str:
    """Append the indicator of these cells; returns the group, which may be printed in front of the name."""
    values = [index for index, cell in enumerate(cells) if _is_value(cell)]
    number = int(normal(cells[0])) if cells and re.fullmatch(r"\d{1,2}", normal(cells[0])) and len(cells) > 1 else None
    start = 1 if number is not None else 0
    first_value = next((index for index in values if index > start), len(cells))
    names = cells[start:first_value]
    if not names:
        return group
    if number is None and len(names) > 1:
        group = "".join(normal(cell) for cell in names[:-1])
        names = names[-1:]
    baseline_text, target_text = _values([normal(cell) for cell in cells[first_value:]])
    name, unit = _name_and_unit("".join(names))
    comparator = _comparator(name, target_text)
    baseline, target = decimal_of(baseline_text), None if comparator == "city_assigned" else decimal_of(target_text)
    flags = ["below_baseline"] if _below(baseline, target, comparator) else []
    flags += losses(name)
    if not target_text:
        flags.append("target_missing")
    if number is None:
        number = sum(1 for one in found if one.group == group) + 1
    found.append(
        Indicator(number, group, name, unit, baseline, target, baseline_text, target_text, comparator, kind, flags)
    )
    return group


def _is_value(cell: str) -> bool:
    return bool(_VALUE.match(normal(cell)) or _ASSIGNED.match(normal(cell)))


def _values(cells: list[str]) -> tuple[str, str]:
    """(baseline, target): the last is the target; 完成市下 + 达目标 are one cell on two lines."""
    joined: list[str] = []
    for cell in cells:
        if cell == "达目标" and joined and joined[-1] == "完成市下":
            joined[-1] += cell
        else:
            joined.append(cell)
    if len(joined) >= 2:
        return joined[0], joined[-1]
    return "", joined[0] if joined else ""


def from_sentences(lines: Sequence[Line]) -> list[Indicator]:
    """`——组` lines and numbered sentences below them."""
    found: list[Indicator] = []
    group = ""
    for line in lines:
        word = normal(line.text)
        if word.startswith(("——", "--", "—")):
            group = word.lstrip("—-")
        elif item := THIRD.match(word):
            found.append(_sentence(int(item.group(1)), group, item.group(2).rstrip("。;,.")))
    return found


_PATTERNS = (
    (re.compile(r"^(?P<name>.+?)(?:控制|保持)?在(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6}?)以(?:内|下)$"), "<="),
    (re.compile(r"^(?P<name>.+?)达到(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6}?)(?:以上)?$"), ">="),
    (re.compile(r"^(?P<name>.+?)不(?:低于|少于)(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6})$"), ">="),
    (re.compile(r"^(?P<name>.+?)(?P<value>\d+(?:\.\d+)?)(?P<unit>小时|分钟|天|日)内(?P<rest>.+)$"), "<="),
    (re.compile(r"^(?P<name>.+?)(?P<value>\d+(?:\.\d+)?)(?P<unit>个|处|所|座|支|家|人|套|项|场|次)$"), ">="),
)  # fmt: skip


def _sentence(number: int, group: str, sentence: str) -> Indicator:
    for pattern, comparator in _PATTERNS:
        if found := pattern.match(sentence):
            parts = found.groupdict()
            name = parts["name"] + (f"{parts['value']}{parts['unit']}内{parts['rest']}" if "rest" in parts else "")
            text = sentence[len(parts["name"]) :]
            return Indicator(
                number, group, name, parts["unit"], None, Decimal(parts["value"]), "", text, comparator, None, []
            )
    return Indicator(number, group, sentence, "", None, None, "", sentence, "=", None, ["no_number"])


def apply_note(indicators: Sequence[Indicator], note: str) -> None:
    """指标说明: a sentence that names indicators and says 初步 or 累计 flags them."""
    for sentence in re.split(r"[。;]", normal(note)):
        for flag, words in (("provisional", ("初步定为", "暂定", "征求意见稿")), ("cumulative", ("累计数", "累计值"))):
            if any(word in sentence for word in words):
                for one in indicators:
                    if normal(one.name).replace("(比例)", "") in sentence and flag not in one.flags:
                        one.flags.append(flag)
