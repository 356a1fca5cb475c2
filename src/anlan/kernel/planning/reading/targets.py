"""Numeric targets in running text: a clause that promises a number. What only reports the past, or only says whom a rule
concerns (仓库 300平方米以上的), is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from anlan.kernel.planning.reading.text import YEAR, normal
from anlan.kernel.planning.reading.types import Indicator, Target

_UNITS = (
    r"微克/立方米|毫克/立方米|[µμu]g/m3|mg/m3|吨每月·?平方公里|吨/\(?平方公里·?月\)?|平方公里|万平方米|平方米|立方米|公里|公顷|万元|亿元|万吨|吨|"
    r"万人次?|人次|小时|分钟|分贝|个百分点|%|‰|个|处|座|所|家|支|人|套|辆|台|部|场|次|项|门|名|株|户|栋|天|日|学时|课时|元|倍|岁|间|张|册|平米|米"
)
_FIGURE = re.compile(
    rf"(?<![\d.A-Za-z+])(?:(?P<value>\d+(?:\.\d+)?)(?:[-—~](?P<upper>\d+(?:\.\d+)?))?|(?P<word>[二三四五六七八九]?[十百千]|[两二三四五六七八九]))"
    rf"(?P<unit>{_UNITS})(?P<tail>以上|以内|以下|左右|内)?+(?!的|[a-zA-Z])"
)
_WORDS = {"十": 10, "百": 100, "千": 1000}
_ONES = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_AT_LEAST = re.compile(
    r"不(?:低|少|小)于|至少|≥|以上|达到|达|提高到|提升到|提升至|提高至|增加到|增至|新增|新建|改扩?建|建设|建成|完成|创建|申报|实现|打造|培育|引进|覆盖|配备|保持|掌握|学会"
)
_MORE = re.compile(r"(?<!不)(?:超过|突破)$")
_AT_MOST = re.compile(
    r"不(?:超过|高于|大于|多于|得超)|控制在|(?<!不)(?:低于|少于|小于)|≤|以内|以下|降至|降低到|下降到|减少到"
)
# The clause must promise: one of these words, not a mere count of what exists.
_PROMISE = re.compile(
    r"达到|达|不低于|不少于|不小于|不超过|不高于|控制在|以上|以内|以下|小时内|分钟内|提高|提升|增加|降至|降低|下降|完成|新建|改扩?建|建设|建成|创建|申报|"
    r"实现|确保|力争|打造|培育|每年|每季|每月|每学期|每周|新增|覆盖|全部|引进|组建|配备|开展|保持|超过|突破|掌握|学会|至少"
)
_PAST = re.compile(r"^(?:截至|截止|20(?:1\d|20)年(?!起)|十三五|“十三五”|目前|现有|已)")
_NOT_A_TARGET = re.compile(r"第\d|\d+号|〔\d+〕|\d{3,4}-\d{2}")
_ENUMERATOR = re.compile(r"^(?:\d{1,2}\.(?!\d)|[一二三四五六七八九十]+是)")


@dataclass(frozen=True)
class Passage:
    """A paragraph that looks ahead; `number` 0 is the heading itself."""

    path: str
    number: int
    text: str


def _comparator(before: str, tail: str) -> str:
    if tail in ("以内", "以下", "内"):
        return "<="
    if tail == "左右":
        return "="
    if _MORE.search(before):
        return ">"
    if tail == "以上":
        return ">="
    most = [found.end() for found in _AT_MOST.finditer(before)]
    least = [found.end() for found in _AT_LEAST.finditer(before)]
    if most and most[-1] >= (least[-1] if least else 0):
        return "<="
    return ">=" if least else "="


def _clauses(paragraph: str) -> Iterator[tuple[int, str, bool]]:
    """(offset, clause, opens a sentence), split at full stops, semicolons and commas."""
    start, opens = 0, True
    for found in re.finditer(r"[。;,]", paragraph):
        yield start, paragraph[start : found.start()], opens
        start, opens = found.end(), found.group() == "。"
    yield start, paragraph[start:], opens


def _year(sentence: str) -> int | None:
    found = re.findall(YEAR + r"年", sentence)
    return int(found[-1]) if found else None


def _attached(clause: str, value: Decimal, indicators: Iterable[Indicator]) -> str | None:
    """An indicator's name, when both its printed name and its value stand in the clause; otherwise nobody."""
    for one in indicators:
        name = normal(one.name).replace("(比例)", "")
        if one.target == value and (name in clause or normal(one.name + one.target_text) in clause or name == clause):
            return one.name
    return None


def _value(found: re.Match[str]) -> Decimal:
    """The figure; of a range its lower end, which is what is owed at least."""
    if found["value"]:
        return Decimal(found["value"])
    word = found["word"]
    ones = _ONES.get(word[0], 1)
    return Decimal(ones * _WORDS.get(word[-1], 1))


def _spoken(found: re.Match[str], clause: str) -> bool:
    """A numeral in words counts only where something is to be built or reached: 三个 elsewhere counts what is listed."""
    before = clause[: found.start()]
    return found["word"] is None or bool(
        re.search(r"(?:达到|超过|突破|不少于)$", before)
        or (re.search(r"新建|改扩?建", before) and found["unit"] in "个处座所支")
    )


def find(passages: Iterable[Passage], indicators: list[Indicator]) -> list[Target]:
    """Every numeric target, in reading order. `place` is `path ¶paragraph @offset`, offsets counted without blanks."""
    found: list[Target] = []
    for passage in passages:
        flat, sentence, year = normal(passage.text), 0, None
        for offset, clause, opens in _clauses(flat):
            if opens:
                sentence, year = offset, None
            year = _year(flat[sentence : offset + len(clause)]) or year
            if _PAST.match(clause) or not _PROMISE.search(clause) or _NOT_A_TARGET.search(clause):
                continue
            for figure in _FIGURE.finditer(clause):
                if not _spoken(figure, clause):
                    continue
                value = _value(figure)
                comparator = _comparator(clause[: figure.start()], figure["tail"] or "")
                place = f"{passage.path} ¶{passage.number} @{offset + figure.start()}"
                text = _ENUMERATOR.sub("", clause)
                attached = _attached(clause, value, indicators)
                found.append(Target(text, value, figure["unit"], comparator, year, place, attached))
    return found
