"""What an indicator says: name, unit, comparator, doubts; and indicators printed as numbered sentences under a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from anlan.kernel.planning.reading.text import THIRD, decimal_of, losses, normal, tidy
from anlan.kernel.planning.reading.types import Indicator, Line

KINDS = ("约束性", "预期性", "导向性")
ASSIGNED = "完成市下达目标"
# Words that say less is better; everything else is better the more there is.
_LESS = re.compile(r"浓度|近视|大班额|死亡|损失|劣|黑臭|降尘|事故|能耗(?!.*降低)")
_UNIT = re.compile(r"\((?:比例)?(%|微克/立方米|毫克/立方米|万吨|吨|个|人|所|公里|小时|万元|亿元|平方米|公顷)?\)?$")
_SIGNS = {">=": ">=", "≥": ">=", ">": ">", "<=": "<=", "≤": "<=", "<": "<="}


def indicator_of(
    group: str, number: int, printed: str, baseline_text: str, target_text: str, kind: str, flags: list[str]
) -> Indicator:
    """An indicator of a table, with the doubts its own figures raise added to `flags`."""
    name, unit = name_and_unit(printed)
    comparator = _comparator(name, target_text)
    baseline = decimal_of(baseline_text)
    target = None if comparator == "city_assigned" else decimal_of(target_text)
    doubts = [*flags, *losses(name)]
    if _below(baseline, target, comparator):
        doubts.append("below_baseline")
    if unit == "%" and any(value is not None and value > 100 for value in (baseline, target)):
        doubts.append("value_unusual")
    return Indicator(
        number, group, name, unit, baseline, target, baseline_text, target_text, comparator, kind or None, doubts
    )


def name_and_unit(printed: str) -> tuple[str, str]:
    """`污染地块安全利用率(%` → (污染地块安全利用率, %): the closing bracket is often lost in print."""
    name = tidy(printed)
    found = _UNIT.search(normal(name))
    if found is None or not (found.group(1) or normal(name).endswith("()")):
        return name, ""
    cut = normal(name)[: found.start()]
    return (f"{cut}(比例)" if "比例%" in found.group() else cut), found.group(1) or ""


def _comparator(name: str, target_text: str) -> str:
    if target_text == ASSIGNED:
        return "city_assigned"
    sign = re.match(r"[<>≤≥]=?", target_text)
    if sign:
        return _SIGNS[sign.group()]
    return "<=" if _LESS.search(name) else ">="


def _below(baseline: Decimal | None, target: Decimal | None, comparator: str) -> bool:
    """Whether the target asks for less than there already was."""
    if baseline is None or target is None:
        return False
    return target < baseline if comparator in (">", ">=") else target > baseline


@dataclass
class _Item:
    number: int
    group: str
    text: str
    flags: list[str] = field(default_factory=list)

    def flag(self, name: str) -> None:
        if name not in self.flags:
            self.flags.append(name)


def from_sentences(lines: Sequence[Line]) -> list[Indicator]:
    """`——组` lines and numbered sentences below them. A line without a number ends the group's name or the sentence
    before it, or lost its number; an unusual blank or a jump in the numbers is a trace of a lost line."""
    items: list[_Item] = []
    group, fresh = "", False
    spaced = sum(line.gap == 1 for line in lines) > 0.8 * len(lines)
    for line in lines:
        word = normal(line.text)
        printed = THIRD.match(word)
        if word.startswith(("—", "--")):
            group, fresh = word.lstrip("—-"), True
        elif fresh and not printed and not word.endswith((";", "。")):
            group += word
        elif not printed and not fresh and items and not items[-1].text.endswith((";", "。")) and word[0] != ".":
            items[-1].text += word
            items[-1].flag("joined")
        elif group:
            _append(items, group, printed, word)
            fresh = False
        if spaced and line.gap != 1 and items:
            for one in items[-2:]:
                one.flag("gap")
    return [_sentence(one) for one in items]


def _append(items: list[_Item], group: str, printed: re.Match[str] | None, word: str) -> None:
    expected = sum(one.group == group for one in items) + 1
    if printed is None:
        items.append(_Item(expected, group, word.lstrip("."), ["number_missing"]))
        return
    number = int(printed.group(1))
    items.append(_Item(number, group, printed.group(2), ["number_unusual"] if number != expected else []))


_PATTERNS = (
    (re.compile(r"^(?P<name>.+?)(?:控制|保持)?在(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6}?)以(?:内|下)$"), "<="),
    (re.compile(r"^(?P<name>.+?)达到(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6}?)(?:以上)?$"), ">="),
    (re.compile(r"^(?P<name>.+?)不(?:低于|少于)(?P<value>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]{0,6})$"), ">="),
    (re.compile(r"^(?P<name>.+?)(?P<value>\d+(?:\.\d+)?)(?P<unit>小时|分钟|天|日)内(?P<rest>.+)$"), "<="),
    (re.compile(r"^(?P<name>.+?)(?P<value>\d+(?:\.\d+)?)(?P<unit>个|处|所|座|支|家|人|套|项|场|次)$"), ">="),
)  # fmt: skip


def _sentence(item: _Item) -> Indicator:
    sentence = item.text.rstrip("。;,.")
    for pattern, comparator in _PATTERNS:
        if found := pattern.match(sentence):
            parts = found.groupdict()
            name = parts["name"] + (f"{parts['value']}{parts['unit']}内{parts['rest']}" if "rest" in parts else "")
            text = sentence[len(parts["name"]) :]
            value, unit = Decimal(parts["value"]), parts["unit"]
            return Indicator(item.number, item.group, name, unit, None, value, "", text, comparator, None, item.flags)
    flags = [*item.flags, "no_number"]
    return Indicator(item.number, item.group, sentence, "", None, None, "", sentence, "=", None, flags)


def apply_note(indicators: Sequence[Indicator], note: str) -> None:
    """指标说明: a sentence that names indicators and says 初步 or 累计 flags them."""
    for sentence in re.split(r"[。;]", normal(note)):
        for flag, words in (("provisional", ("初步定为", "暂定", "征求意见稿")), ("cumulative", ("累计数", "累计值"))):
            if any(word in sentence for word in words):
                for one in indicators:
                    if normal(one.name).replace("(比例)", "") in sentence and flag not in one.flags:
                        one.flags.append(flag)
