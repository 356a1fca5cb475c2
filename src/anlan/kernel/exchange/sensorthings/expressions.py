"""`$filter`: from text to a tree. Pure; the grammar is OData's as SensorThings uses it (18-088, 9.3.3.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.exchange.intake import Refusal

MOST_WORDS, DEEPEST = 400, 40
COMPARED = ("eq", "ne", "gt", "ge", "lt", "le")
_SUMS, _PRODUCTS = ("add", "sub"), ("mul", "div", "mod")
_WORD = re.compile(
    r"""\s*(?:
    (?P<geo>(?:geography|geometry)'(?:[^']|'')*')
  | (?P<text>'(?:[^']|'')*')
  | (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)
  | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[A-Za-z_@][\w.@\-]*(?:/[A-Za-z_@][\w.@\-]*)*)
  | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, truth value, null, or `kind` "time" (ms since 1970 UTC) or "geo" (well-known text)."""

    value: str | float | bool | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison, sum, product, `and` or `or`."""

    word: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


Node = Literal | Path | Call | Pair | Not


def wrong(sentence: str) -> Refusal:
    return Refusal(400, "filter", sentence)


def instant(text: str) -> int:
    """ms of an ISO 8601 time with a zone. Raises Refusal."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(f"“{text}”不是时间。") from None
    if at.tzinfo is None:
        raise wrong(f"时间“{text}”没有时区。在地址里加号写作 %2B，或用 Z。")
    return round(at.timestamp() * 1000)


def parse(text: str) -> Node:
    """The tree of a `$filter`. Raises Refusal 400 with the place that is not understood."""
    parser = _Parser(_words(text))
    node = parser.either(0)
    if parser.at < len(parser.words):
        raise wrong(f"$filter 从“{parser.words[parser.at][1][:40]}”起读不懂。")
    return node


def _words(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None or match.lastgroup is None:
            raise wrong(f"$filter 从“{text[at : at + 40]}”起读不懂。")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
        if len(found) > MOST_WORDS:
            raise wrong(f"$filter 最多 {MOST_WORDS} 个词。")
    return found


def _literal(kind: str, word: str) -> Literal | None:
    match kind:
        case "text":
            return Literal(word[1:-1].replace("''", "'"))
        case "number":
            return Literal(float(word))
        case "time":
            return Literal(instant(word), "time")
        case "geo":
            return Literal(word[word.index("'") + 1 : -1], "geo")
        case _:
            fixed = {"true": True, "false": False, "null": None}
            return Literal(fixed[word]) if word in fixed else None


class _Parser:
    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.words, self.at = words, 0

    def _next(self, *wanted: str) -> str:
        """The next word when it is one of these, taken; else empty."""
        if (
            self.at < len(self.words)
            and self.words[self.at][1] in wanted
            and self.words[self.at][0] in ("name", "mark")
        ):
            self.at += 1
            return self.words[self.at - 1][1]
        return ""

    def either(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise wrong("$filter 的括号太深。")
        node = self._both(depth)
        while self._next("or"):
            node = Pair("or", node, self._both(depth))
        return node

    def _both(self, depth: int) -> Node:
        node = self._negated(depth)
        while self._next("and"):
            node = Pair("and", node, self._negated(depth))
        return node

    def _negated(self, depth: int) -> Node:
        turns = 0
        while self._next("not"):
            turns += 1
        node = self._compared(depth)
        return Not(node) if turns % 2 else node

    def _compared(self, depth: int) -> Node:
        node = self._summed(depth)
        word = self._next(*COMPARED)
        return Pair(word, node, self._summed(depth)) if word else node

    def _summed(self, depth: int) -> Node:
        node = self._multiplied(depth)
        while word := self._next(*_SUMS):
            node = Pair(word, node, self._multiplied(depth))
        return node

    def _multiplied(self, depth: int) -> Node:
        node = self._one(depth)
        while word := self._next(*_PRODUCTS):
            node = Pair(word, node, self._one(depth))
        return node

    def _one(self, depth: int) -> Node:
        if self._next("("):
            node = self.either(depth + 1)
            self._close()
            return node
        if self.at >= len(self.words):
            raise wrong("$filter 没有写完。")
        kind, word = self.words[self.at]
        self.at += 1
        if (literal := _literal(kind, word)) is not None:
            return literal
        if kind != "name":
            raise wrong(f"$filter 里“{word}”处缺一个值。")
        return self._called(word, depth) if self._next("(") else Path(tuple(word.split("/")))

    def _called(self, name: str, depth: int) -> Call:
        given: list[Node] = []
        if not self._next(")"):
            given.append(self.either(depth + 1))
            while self._next(","):
                given.append(self.either(depth + 1))
            self._close()
        return Call(name.lower(), tuple(given))

    def _close(self) -> None:
        if not self._next(")"):
            raise wrong("$filter 的括号没有闭合。")
