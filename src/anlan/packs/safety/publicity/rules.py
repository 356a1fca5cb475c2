"""Search without a tokenizer, knowledge text to HTML, question files, the paper of a sitting and its marks, numbers that are told. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from anlan.base.errors import Refused

SLUG = "publicity"
TOPICS: Mapping[str, str] = {
    "fire": "消防", "flood": "防汛", "earthquake": "地震", "gas": "燃气", "electricity": "用电", "chemicals": "危险化学品", "traffic": "交通",
    "weather": "高温严寒和大风", "first_aid": "急救", "work": "生产安全", "school": "校园", "family": "家庭准备",
}  # fmt: skip
FEWEST = 5  # people: a smaller number is not told


# ---- search
def plain(text: str) -> str:
    """One form for what is searched: full and half width alike, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def words_of(text: str) -> list[str]:
    """What was asked, by its spaces and signs; each once, at most eight."""
    return list(dict.fromkeys(re.findall(r"\w+", plain(text))))[:8]


def _pairs(word: str) -> set[str]:
    """Neighbouring characters: what stands for words in a language without spaces."""
    return {word[at : at + 2] for at in range(len(word) - 1)} or {word}


def weight(asked: Sequence[str], title: str, topic: str, text: str) -> int:
    """How well a page answers; 0: not at all. A word found whole counts most, in the title more than in the text; of a word that stands
    nowhere as written at least half of its pairs of characters must be there. A page that answers no word at all, or less than half of
    them, does not answer."""
    title, topic, text = plain(title), plain(topic), plain(text)
    score, hits = 0, 0
    for word in asked:
        whole = 40 * (word in title) + 20 * (word in topic) + 10 * (word in text) + min(text.count(word), 5)
        if not whole and len(word) > 2:
            pairs = _pairs(word)
            inside = sum(3 if one in title else 1 if one in text else 0 for one in pairs)
            found = sum(one in title or one in text for one in pairs)
            whole = inside if found * 2 >= len(pairs) else 0
        score, hits = score + whole, hits + bool(whole)
    return score if hits * 2 >= len(asked) else 0


# ---- the text of a page
_PICTURE = re.compile(r"picture:(\d{1,3})\Z")
_LINK = re.compile(r"(https?://|/(?!/))", re.IGNORECASE)


def _links_allowed(url: str) -> bool:
    return bool(_LINK.match(url) or _PICTURE.match(url))


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.validateLink = _links_allowed  # type: ignore[method-assign]
    return made


_MARKDOWN = _renderer()


def _inline(tokens: Iterable[Token]) -> list[Token]:
    return [child for one in tokens for child in (one.children or ())]


def pictures_in(text: str) -> list[int]:
    """The pictures that the text shows, by their number."""
    found = [_PICTURE.match(str(one.attrs.get("src", ""))) for one in _inline(_MARKDOWN.parse(text)) if one.type == "image"]  # fmt: skip
    return [int(one.group(1)) for one in found if one]


def to_html(text: str, pictures: Mapping[int, str]) -> str:
    """HTML of a knowledge text: raw HTML is shown as text, a picture is one of the page's own (`picture:1`) or only its words, a
    heading never stands above the page's own title."""
    tokens = _MARKDOWN.parse(text)
    for one in tokens:
        if one.type in ("heading_open", "heading_close"):
            one.tag = f"h{min(int(one.tag[1]) + 1, 4)}"
        kept: list[Token] = []
        for child in one.children or ():
            if child.type == "image":
                found = _PICTURE.match(str(child.attrs.get("src", "")))
                address = pictures.get(int(found.group(1))) if found else None
                if address is None:
                    kept.append(Token("text", "", 0, content=child.content))
                    continue
                child.attrs["src"] = address
            elif child.type == "link_open":
                child.attrs["rel"] = "nofollow noopener"
            kept.append(child)
        if one.children is not None:
            one.children = kept
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def bare(text: str) -> str:
    """The words of a text in one line, without pictures and the signs of Markdown."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?m)^\s*(?:[-*+>]|#{1,6}|\d{1,3}[.)])\s+|^[\s|:-]+$", "", text)
    return " ".join(re.sub(r"[*`|]", " ", text).split())


# ---- questions
KINDS: Mapping[str, str] = {"single": "单选", "multiple": "多选", "judge": "判断"}
LETTERS = "ABCDEF"
JUDGE = ("对", "错")
HEAD = ("题型", "题目", "选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "答案", "分值", "依据")
MOST_QUESTIONS = 500


@dataclass(frozen=True)
class Asked:
    """One question. `right`: places of its options. All of them and no other must be chosen."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: frozenset[int]
    points: int
    basis: str = ""

    def plain(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "text": self.text, "options": list(self.options), "right": sorted(self.right), "points": self.points, "basis": self.basis,
        }  # fmt: skip


def question_from(row: Mapping[str, Any]) -> Asked:
    return Asked(row["kind"], row["text"], tuple(row["options"]), frozenset(row["right"]), row["points"], row["basis"])


def _cell(row: Sequence[Any], place: int) -> str:
    return str(row[place]).strip() if place < len(row) and row[place] is not None else ""


def _judge(row: Sequence[Any]) -> tuple[tuple[str, ...], frozenset[int]]:
    if _cell(row, 8) not in JUDGE:
        raise ValueError("判断题的答案写“对”或“错”")
    if any(_cell(row, place) for place in range(2, 8)):
        raise ValueError("判断题不写选项")
    return JUDGE, frozenset({JUDGE.index(_cell(row, 8))})


def _choices(row: Sequence[Any], kind: str) -> tuple[tuple[str, ...], frozenset[int]]:
    answer, written = plain(_cell(row, 8)).upper(), [_cell(row, place) for place in range(2, 8)]
    options = tuple(one for one in written if one)
    if len(options) < 2 or list(options) != written[: len(options)]:
        raise ValueError("至少写两个选项，从 A 起，中间不空")
    if len(set(options)) != len(options) or any(len(one) > 120 for one in options):
        raise ValueError("选项不能相同，每个不超过 120 个字")
    right = frozenset(LETTERS.index(one) for one in answer if one in LETTERS)
    if not right or len(answer) != len(right) or max(right) >= len(options):
        raise ValueError("答案写选项的字母，例如 A 或 ACD，不重复")
    if (kind == "single") != (len(right) == 1):
        raise ValueError("单选一个答案，多选至少两个")
    return options, right


def _question(row: Sequence[Any]) -> Asked:
    """One line of a question file; ValueError says what is wrong with it."""
    kind = {word: slug for slug, word in KINDS.items()}.get(_cell(row, 0), "")
    text = _cell(row, 1)
    if not kind:
        raise ValueError("题型只写单选、多选或判断")
    if not 0 < len(text) <= 300:
        raise ValueError("题目要写，不超过 300 个字")
    options, right = _judge(row) if kind == "judge" else _choices(row, kind)
    points = _cell(row, 9) or "1"
    if not points.isascii() or not points.isdecimal() or not 1 <= int(points) <= 20:
        raise ValueError("分值写 1 到 20 的整数")
    if len(_cell(row, 10)) > 160:
        raise ValueError("依据不超过 160 个字")
    return Asked(kind, text, options, right, int(points), _cell(row, 10))


def read_questions(table: Sequence[Sequence[Any]]) -> tuple[Asked, ...]:
    """All questions of a file or Refused with the first three things that are wrong, each with its line."""
    if not table or tuple(_cell(table[0], at) for at in range(len(HEAD))) != HEAD:
        raise Refused("file", f"第一行要是这些列：{'、'.join(HEAD)}。下载题库就有。", "file")
    found: list[Asked] = []
    wrong: list[str] = []
    for line, row in enumerate(table[1:], start=2):
        if not any(_cell(row, place) for place in range(len(HEAD))):
            continue
        try:
            one = _question(row)
        except ValueError as error:
            wrong.append(f"第 {line} 行：{error}")
            continue
        if any(each.text == one.text for each in found):
            wrong.append(f"第 {line} 行：题目和前面的相同")
        found.append(one)
    if wrong:
        more = f"（共 {len(wrong)} 处）" if len(wrong) > 3 else ""
        raise Refused("file", f"题库没有换。{'；'.join(wrong[:3])}{more}。", "file")
    if not 1 <= len(found) <= MOST_QUESTIONS:
        raise Refused("file", f"题库要有 1 到 {MOST_QUESTIONS} 道题。", "file")
    return tuple(found)


def row_of(one: Asked) -> tuple[str | int, ...]:
    """The line of a question file that gives this question."""
    judge = one.kind == "judge"
    options = ("",) * 6 if judge else (*one.options, *("",) * (6 - len(one.options)))
    right = JUDGE[min(one.right)] if judge else "".join(LETTERS[at] for at in sorted(one.right))
    return (KINDS[one.kind], one.text, *options, right, one.points, one.basis)


# ---- the paper of a sitting
def _order(seed: str, what: str, count: int) -> list[int]:
    """The same order for the same seed, on every machine and version: by the hash of seed, purpose and place."""
    return sorted(range(count), key=lambda at: hashlib.sha256(f"{seed}:{what}:{at}".encode()).digest())


def paper(seed: str, bank: Sequence[Asked], count: int) -> tuple[Asked, ...]:
    """`count` questions of the bank in the order of the seed, their options in its order too; right and wrong stay in theirs."""
    made = []
    for at in _order(seed, "questions", len(bank))[:count]:
        one = bank[at]
        places = list(range(len(one.options))) if one.kind == "judge" else _order(seed, f"options:{at}", len(one.options))  # fmt: skip
        right = frozenset(new for new, old in enumerate(places) if old in one.right)
        made.append(Asked(one.kind, one.text, tuple(one.options[old] for old in places), right, one.points, one.basis))
    return tuple(made)


@dataclass(frozen=True)
class Mark:
    got: int
    full: int

    def passed(self, mark: int) -> bool:
        """`mark` in per cent of the full points."""
        return self.full > 0 and self.got * 100 >= mark * self.full


def marked(asked: Sequence[Asked], answers: Mapping[str, Sequence[int]]) -> Mark:
    """Points of the questions answered exactly; what was not answered gets none."""
    got = sum(one.points for at, one in enumerate(asked) if frozenset(answers.get(str(at), ())) == one.right)
    return Mark(got, sum(one.points for one in asked))


def chosen(asked: Sequence[Asked], given: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """What a form sent, as places; Refused when it names an option that is not there or two of a single choice."""
    found: dict[str, list[int]] = {}
    for at, one in enumerate(asked):
        sent = given.get(f"q{at}", ())
        places = sorted({int(each) for each in sent if each.isascii() and each.isdecimal() and len(each) < 3})
        if len(places) != len(set(sent)) or any(each >= len(one.options) for each in places):
            raise Refused("answer", f"第 {at + 1} 题的选项不对。刷新再选。", f"q{at}")
        if one.kind != "multiple" and len(places) > 1:
            raise Refused("answer", f"第 {at + 1} 题只能选一个。", f"q{at}")
        if places:
            found[str(at)] = places
    return found


# ---- certificates
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE = re.compile(rf"[{_ALPHABET}]{{8}}\Z")


def code_of(number: str, key: str, secret: str) -> str:
    """Eight signs that nobody can guess from the number; no 0, 1, I, O."""
    digest = hmac.new(secret.encode(), f"certificate:{number}:{key}".encode(), hashlib.sha256).digest()
    return "".join(_ALPHABET[one % 32] for one in digest[:8])


def masked(name: str) -> str:
    """The name as a stranger sees it: its first character."""
    return f"{name.strip()[:1] or '—'}**"


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day when that month is shorter."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    lengths = (
        31,
        29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    )
    return date(year, month + 1, min(day.day, lengths[month]))


# ---- figures of a course
@dataclass(frozen=True)
class Line:
    """An organisation's people: `passed` None where it is not told."""

    title: str
    sat: int
    passed: int | None


def _told(title: str, sat: int, passed: int) -> Line:
    return Line(title, sat, passed if passed >= FEWEST and sat - passed >= FEWEST else None)


def told(rows: Iterable[tuple[str, int, int]]) -> tuple[Line, ...]:
    """(organisation, people, passed) without what tells of a single person: fewer than five people are not told; small organisations stand together,
    if they are two or more and five people together; who passed is told only where five passed and five did not. No total is
    given: it would tell by difference."""
    every = sorted(rows)
    small = [one for one in every if one[1] < FEWEST]
    found = [_told(*one) for one in every if one[1] >= FEWEST]
    if len(small) > 1 and sum(one[1] for one in small) >= FEWEST:
        found.append(_told("其他单位", sum(one[1] for one in small), sum(one[2] for one in small)))
    return tuple(found)
