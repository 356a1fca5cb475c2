"""The measures of GB/T 9704-2012 (5 版面, 7 公文格式各要素编排规则), once, for every renderer. Pure."""

from __future__ import annotations

from datetime import date
from math import floor

# 5.1-5.2: A4; 天头 37 mm, 订口 28 mm, 版心 156 x 225 mm; right and bottom follow.
PAGE_MM = (210, 297)
TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 37, 28, 26, 35
TEXT_MM = (156, 225)
# 5.2.3: 22 lines of 28 characters fill the text area.
LINES, CHARACTERS = 22, 28

# 字号 in points: 2号 title, 3号 body, 4号 page number, 小4号 and 5号 in tables.
SIZE_TITLE, SIZE_BODY, SIZE_PAGE, SIZE_TABLE, SIZE_NOTE = 22.0, 16.0, 14.0, 12.0, 10.5

TWIPS_PER_MM = 1440 / 25.4
POINTS_PER_MM = 72 / 25.4
LINE_PITCH_PT = TEXT_MM[1] * POINTS_PER_MM / LINES
CHARACTER_PITCH_PT = TEXT_MM[0] * POINTS_PER_MM / CHARACTERS


def twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_PER_MM)


def text_twips() -> tuple[int, int]:
    """Width and height that are left after Word has rounded page and margins to twips."""
    width = twips(PAGE_MM[0]) - twips(LEFT_MM) - twips(RIGHT_MM)
    return width, twips(PAGE_MM[1]) - twips(TOP_MM) - twips(BOTTOM_MM)


def grid() -> tuple[int, int]:
    """`(linePitch, charSpace)` of w:docGrid: twips, and 1/4096 pt added to the body size for each character.

    28 x 16 pt = 158 mm is wider than 156 mm, so charSpace is negative; both are rounded down so that
    22 lines and 28 characters still fit.
    """
    width, height = text_twips()
    return height // LINES, floor((width / 20 / CHARACTERS - SIZE_BODY) * 4096)


def letter_spacing() -> int:
    """Twips added to each body letter so that 28 stand in a line without a grid; negative, rounded down."""
    return floor(text_twips()[0] / CHARACTERS - SIZE_BODY * 20)


# Names as issued in 党政机关公文; the second name is what a machine without them usually has (w:altName, typst fallback).
FONTS = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "华文中宋", "Noto Serif CJK SC"),
    "body": ("仿宋_GB2312", "FangSong", "华文仿宋", "Noto Serif CJK SC"),
    "hei": ("黑体", "SimHei", "华文黑体", "Noto Sans CJK SC"),
    "kai": ("楷体_GB2312", "KaiTi", "华文楷体", "Noto Serif CJK SC"),
    "song": ("宋体", "SimSun", "华文宋体", "Noto Serif CJK SC"),
}
LATIN = "Times New Roman"
DEMO_MARK = "示例数据　不作公文使用"

_DIGITS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """一, 十, 十一, 二十, 九十九: ordinals of headings, 1 to 99."""
    tens, ones = divmod(number, 10)
    if not 1 <= number <= 99:
        message = f"heading ordinals run from 1 to 99, not {number}"
        raise ValueError(message)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def ordinal(level: int, number: int) -> str:
    """一、 （一） 1. （1）, the four levels of 7.3.3."""
    return (f"{chinese_number(number)}、", f"（{chinese_number(number)}）", f"{number}. ", f"（{number}）")[level - 1]


def date_words(day: date) -> str:
    """成文日期: Arabic digits, no leading zeros (7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"
