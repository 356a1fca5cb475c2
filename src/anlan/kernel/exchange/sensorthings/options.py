"""The query part of an address: what a client asks to see. Pure; what is not known is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings.expressions import Node, parse

USUAL, MOST, MOST_SKIPPED, DEEPEST = 100, 1000, 100_000, 4
_NAMES = ("$filter", "$orderby", "$top", "$skip", "$count", "$expand", "$select", "$resultFormat", "$skiptoken")


@dataclass(frozen=True, kw_only=True)
class Options:
    """`order` is (property path, descending); `after` the place where a page before ended."""

    filter: Node | None = None
    order: tuple[tuple[tuple[str, ...], bool], ...] = ()
    top: int = USUAL
    skip: int = 0
    count: bool = False
    expand: Mapping[str, Options] | None = None
    select: tuple[str, ...] = ()
    data_array: bool = False
    after: tuple[Any, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()  # as they came, for the address of the next page

    def next_query(self, after: Sequence[Any]) -> str:
        """The query of the page after: the same questions, from another place."""
        kept = [(name, text) for name, text in self.asked if name not in ("$skip", "$skiptoken")]
        return "&".join(f"{name}={quote(text, safe='')}" for name, text in [*kept, ("$skiptoken", token(after))])


def token(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place), separators=(",", ":")).encode()).decode().rstrip("=")


def _place(text: str) -> tuple[Any, ...]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, list) or not found or any(isinstance(one, list | dict) for one in found):
        raise Refusal(400, "parameter", "$skiptoken 只能照抄 @iot.nextLink 里的。")
    return tuple(found)


def read(query: bytes) -> Options:
    """Raises Refusal 400."""
    try:
        pairs = parse_qsl(query.decode(), keep_blank_values=True, strict_parsing=bool(query), errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise Refusal(400, "parameter", "地址里的参数读不懂。") from None
    return of(pairs, 0)


def of(pairs: Sequence[tuple[str, str]], depth: int) -> Options:
    names = [name for name, _text in pairs]
    for name in names:
        if name not in _NAMES or (depth and name in ("$skiptoken", "$resultFormat")):
            raise Refusal(400, "parameter", f"没有参数“{name[:40]}”。有：{'、'.join(_NAMES[:8])}。")
        if names.count(name) > 1:
            raise Refusal(400, "parameter", f"参数 {name} 写了不止一次。")
    given = dict(pairs)
    found = Options(asked=tuple(pairs))
    for name, text in given.items():
        found = replace(found, **_one(name, text, depth))
    return found


def _one(name: str, text: str, depth: int) -> dict[str, Any]:
    readers: dict[str, tuple[str, Callable[[], Any]]] = {
        "$filter": ("filter", lambda: parse(text)),
        "$orderby": ("order", lambda: tuple(_order(one) for one in text.split(","))),
        "$top": ("top", lambda: min(_number(name, text), MOST)),
        "$skip": ("skip", lambda: _number(name, text, MOST_SKIPPED)),
        "$count": ("count", lambda: _chosen(name, text, ("true", "false")) == "true"),
        "$expand": ("expand", lambda: _expand(text, depth)),
        "$select": ("select", lambda: tuple(_word(name, one) for one in text.split(","))),
        "$resultFormat": ("data_array", lambda: _chosen(name, text, ("dataArray",)) == "dataArray"),
        "$skiptoken": ("after", lambda: _place(text)),
    }
    field, work = readers[name]
    return {field: work()}


def _number(name: str, text: str, most: int | None = None) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise Refusal(400, "parameter", f"{name} 须是不小于 0 的整数。")
    if most is not None and int(text) > most:
        raise Refusal(400, "parameter", f"{name} 最多 {most}。往后翻用 @iot.nextLink。")
    return int(text)


def _chosen(name: str, text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise Refusal(400, "parameter", f"{name} 只能是 {' 或 '.join(words)}。")
    return text


def _word(name: str, text: str) -> str:
    found = text.strip()
    if not found or len(found) > 100:
        raise Refusal(400, "parameter", f"{name} 里有空的一项。")
    return found


def _order(text: str) -> tuple[tuple[str, ...], bool]:
    words = text.split()
    if not 1 <= len(words) <= 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
        raise Refusal(400, "parameter", "$orderby 写作：属性 asc 或 属性 desc，几项之间用逗号。")
    return tuple(words[0].split("/")), words[-1] == "desc" and len(words) == 2


def _expand(text: str, depth: int) -> dict[str, Options]:
    """`A/B($top=1),C`: by the first name, what is asked of it."""
    if depth >= DEEPEST:
        raise Refusal(400, "parameter", f"$expand 最多 {DEEPEST} 层。")
    found: dict[str, Options] = {}
    for item in _split(text, ","):
        head, _open, inner = item.strip().partition("(")
        if _open and not inner.endswith(")"):
            raise Refusal(400, "parameter", "$expand 的括号没有闭合。")
        name, *rest = head.split("/")
        pairs = [_pair(one) for one in _split(inner[:-1], ";")] if inner else []
        for deeper in reversed(rest):
            pairs = [("$expand", f"{deeper}({';'.join('='.join(one) for one in pairs)})" if pairs else deeper)]
        mine = of(pairs, depth + 1)
        known = found.get(_word("$expand", name))
        found[name] = mine if known is None else replace(known, expand={**(known.expand or {}), **(mine.expand or {})})
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Refusal(400, "parameter", f"$expand 里“{text[:40]}”读不懂。")
    return name.strip(), value


def _split(text: str, mark: str) -> list[str]:
    """At a mark outside brackets and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, sign in enumerate(text):
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == mark and not depth and not quoted:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
