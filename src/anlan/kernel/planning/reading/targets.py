"""Numeric targets in running text: a clause that promises a number. What only reports the past is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from anlan.kernel.planning.reading.text import YEAR, normal
from anlan.kernel.planning.reading.types import Indicator, Target

_UNITS = (
    r"微克/立方米|毫克/立方米|吨每月平方公里|吨/(?:平方公里·?月|月·?平方公里)|平方公里|平方米|万平方米|立方米|公里|公顷|万元|亿元|万吨|吨|万人次?|"
    r"人次|小时|分钟|分贝|个百分点|%|‰|个|处|座|所|家|支|人|套|辆|台|部|场|次|项|门|名|株|户|栋|天|日|学时|课时|元|倍|类|岁|间|张|册|平米|万|米"
)
_NUMBER = re.compile(rf"(?P<value>\d+(?:\.\d+)?)(?P<unit>{_UNITS})(?P<tail>以上|以内|以下|左右)?(?!的)")
_AT_LEAST = re.compile(
    r"不(?:低|少|小)于|至少|≥|以上|达到|达|提高到|提升到|提升至|提高至|增加到|增至|超过|新增|新建|建设|建成|完成|创建|申报|实现|打造|培育|引进|覆盖|配备"
)
_AT_MOST = re.compile(
    r"不(?:超过|高于|大于|多于|得超)|控制在|(?<!不)(?:低于|少于|小于)|≤|以内|以下|降至|降低到|下降到|减少到"
)
# The clause must promise: one of these words, not a mere count of what exists.
_PROMISE = re.compile(
    r"达到|达|不低于|不少于|不小于|不超过|不高于|控制在|以上|以内|以下|提高|提升|增加|降至|降低|下降|完成|新建|建设|建成|改扩?建|创建|申报|"
    r"实现|确保|力争|打造|培育|每年|每季|每月|每学期|每周|新增|覆盖|全部|引进|组建|配备|开展"
)
_PAST = re.compile(r"^(?:截至|截止|20(?:1\d|20)年(?!起)|十三五|“十三五”|目前|现有|已)")
_NOT_A_TARGET = re.compile(r"第\d|\d+号|〔\d+〕|\d{3,4}-\d{2}")


def _comparator(before: str, tail: str) -> str:
    if tail in ("以内", "以下"):
        return "<="
    if tail == "以上":
        return ">="
    most = [found.end() for found in _AT_MOST.finditer(before)]
    least = [found.end() for found in _AT_LEAST.finditer(before)]
    if most and most[-1] >= (least[-1] if least else 0):
        return "<="
    return ">=" if least else "="


def _clauses(paragraph: str) -> Iterator[tuple[int, str]]:
    """(offset, clause) split at full stops, semicolons and commas; the year said earlier in the sentence is kept apart."""
    start = 0
    for found in re.finditer(r"[。;；,，]", paragraph):
        yield start, paragraph[start : found.start()]
        start = found.end()
    yield start, paragraph[start:]


def _year(sentence: str) -> int | None:
    found = re.findall(YEAR + r"年?(?:底|前|末)?", sentence)
    return int(found[-1]) if found else None


def _attached(clause: str, value: Decimal, indicators: Iterable[Indicator]) -> str | None:
    """An indicator's name, when both its printed name and its value stand in the clause; otherwise nobody."""
    for one in indicators:
        if one.target == value and normal(one.name).replace("(比例)", "") in clause:
            return one.name
    return None


def find(paragraphs: Iterable[tuple[str, str]], indicators: list[Indicator]) -> list[Target]:
    """`paragraphs` are (place, text) of the chapters that look ahead."""
    found: list[Target] = []
    for place, text in paragraphs:
        sentence_start, year = 0, None
        flat = normal(text)
        for offset, clause in _clauses(flat):
            if offset == 0 or flat[offset - 1] == "。":
                sentence_start, year = offset, None
            year = _year(flat[sentence_start : offset + len(clause)]) or year
            if _PAST.match(clause) or not _PROMISE.search(clause) or _NOT_A_TARGET.search(clause):
                continue
            for number in _NUMBER.finditer(clause):
                value = Decimal(number["value"])
                comparator = _comparator(clause[: number.start()], number["tail"] or "")
                where = f"{place} @{offset + number.start()}"
                found.append(
                    Target(clause, value, number["unit"], comparator, year, where, _attached(clause, value, indicators))
                )
    return found
