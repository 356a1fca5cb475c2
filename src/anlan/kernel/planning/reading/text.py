"""Small words of the grammar: numerals, headings, deadlines, and one normal form for matching."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
# Full-width digits, letters and punctuation become half-width; 。、 and quotation marks have no such form and stay.
_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

CHAPTER = re.compile(r"^第([一二三四五六七八九十百]+)章\s*(.*)$")
FIRST = re.compile(r"^([一二三四五六七八九十]+)、(.*)$")
SECOND = re.compile(r"^\(([一二三四五六七八九十]+)\)(.*)$")
THIRD = re.compile(r"^(\d{1,2})\.(?!\d)(.*)$")
BOX = re.compile(r"^专栏\s*(\d+)\s*(.*)$")
YEAR = r"((?:19|20)\d{2})"
# A class or grade whose (Roman) numeral the publication lost.
LOST = re.compile(r"(?:优于|达到|劣|[^分种品同])类(?:水体|标准)|国及以下")
# Signs lost between figures: `20217月` for 2021年7月, `40%28%` for 40%、28%.
DAMAGED = re.compile(YEAR + r"\d{1,2}月|%\d")


def losses(text: str) -> list[str]:
    """Flags for what the publication lost: `illegible` a numeral, `damaged` a sign between figures."""
    word = normal(text)
    return ["illegible"] * bool(LOST.search(word)) + ["damaged"] * bool(DAMAGED.search(word))


def normal(text: str) -> str:
    """Half-width, no inner or outer blanks: for comparing, never for showing."""
    return re.sub(r"\s+", "", text.translate(_FORMS))


def tidy(text: str) -> str:
    """What is shown: full-width digits and brackets made half-width, blanks collapsed."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(_FORMS)).strip()


def printed(text: str) -> int:
    """How many printed (not blank) characters a text has."""
    return sum(1 for char in text if not char.isspace())


def chinese_number(word: str) -> int:
    """一 … 九十九 as an integer."""
    tens, _, ones = word.rpartition("十")
    if "十" not in word:
        return _DIGITS[word] if len(word) == 1 else int("".join(str(_DIGITS[char]) for char in word))
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def decimal_of(text: str) -> Decimal | None:
    """The number in `>85`, `63.9`, `100%`; None when there is none."""
    found = re.search(r"\d+(?:\.\d+)?", normal(text))
    try:
        return Decimal(found.group()) if found else None
    except InvalidOperation:
        return None


def period_of(title: str, opening: str) -> tuple[int, int] | None:
    """(first, last) year: printed in the title or the opening lines, else from the plan's ordinal (十四五 = 2021–2025)."""
    for text in (title, opening):
        if found := re.search(YEAR + r"\s*[—–\-~至]+\s*" + YEAR, text):
            return int(found.group(1)), int(found.group(2))
    if found := re.search(r"(十[一二三四五六七八九]?)五(?:[”\"])?", title):
        # The 1st five-year plan began in 1953, the 10th in 2001, and each since has followed without a gap.
        ordinal = chinese_number(found.group(1))
        start = 2001 + 5 * (ordinal - 10)
        return start, start + 4
    return None
