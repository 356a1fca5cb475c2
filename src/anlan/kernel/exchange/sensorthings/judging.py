"""A `$filter` asked of one entity, or of all observations of a stream at once. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from anlan.kernel.exchange.sensorthings.expressions import COMPARED, Call, Literal, Node, Not, Pair, Path, wrong

# The values at the end of a path: several when it passes through a relation to many; any of them may fulfil a comparison.
Get = Callable[[tuple[str, ...]], list[Any]]
Mask = NDArray[np.bool_]
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {word: getattr(operator, word) for word in COMPARED}
_SUM: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "mod": operator.mod,
}  # fmt: skip
_TEXT: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "substringof": (2, lambda part, whole: part in whole),
    "contains": (2, lambda whole, part: part in whole),
    "startswith": (2, str.startswith),
    "endswith": (2, str.endswith),
    "length": (1, len),
    "indexof": (2, str.find),
    "tolower": (1, str.lower),
    "toupper": (1, str.upper),
    "trim": (1, str.strip),
    "concat": (2, operator.add),
}
_PLACE: Mapping[str, Callable[[Any, Any], Any]] = {
    "st_within": shapely.within, "st_intersects": shapely.intersects, "geo.intersects": shapely.intersects,
    "st_disjoint": shapely.disjoint, "st_contains": shapely.contains, "st_equals": shapely.equals,
}  # fmt: skip


def fits(node: Node, get: Get) -> bool:
    """Whether one entity fulfils it."""
    return any(one is True for one in _values(node, get))


def _values(node: Node, get: Get) -> list[Any]:
    match node:
        case Literal():
            return [_place(str(node.value)) if node.kind == "geo" else node.value]
        case Path():
            return get(node.parts)
        case Call():
            return _called(node, [_values(one, get) for one in node.of])
        case Not() | Pair(word="and" | "or"):
            return [_joined_truth(node, get)]
    lefts, rights = _values(node.left, get) or [None], _values(node.right, get) or [None]
    work = compare if node.word in _COMPARE else _reckon
    return [work(node.word, left, right) for left in lefts for right in rights]


def _joined_truth(node: Not | Pair, get: Get) -> bool:
    if isinstance(node, Not):
        return not fits(node.of, get)
    left = fits(node.left, get)
    return left and fits(node.right, get) if node.word == "and" else left or fits(node.right, get)


def compare(word: str, left: Any, right: Any) -> bool:
    """Nothing is greater or less than null; values of different kinds are merely not equal."""
    if left is None or right is None or isinstance(left, str) != isinstance(right, str):
        return {"eq": left is right, "ne": left is not right}.get(word, False)
    return bool(_COMPARE[word](left, right))


def _reckon(word: str, left: Any, right: Any) -> Any:
    if not all(isinstance(one, int | float) for one in (left, right)):
        return None
    try:
        return _SUM[word](left, right)
    except (ZeroDivisionError, OverflowError):
        return None


def _called(node: Call, given: list[list[Any]]) -> list[Any]:
    if node.name in _TEXT:
        count, work = _TEXT[node.name]
        _counted(node, count)
        return [work(*pair) if all(isinstance(one, str) for one in pair) else None for pair in _product(given)]
    if node.name in _PLACE:
        _counted(node, 2)
        return [bool(_PLACE[node.name](_shape(left), _shape(right))) for left, right in _product(given)]
    raise wrong(f"没有函数“{node.name[:40]}”。有：{'、'.join((*_TEXT, *_PLACE))}。")


def _counted(node: Call, count: int) -> None:
    if len(node.of) != count:
        raise wrong(f"函数 {node.name} 要 {count} 个参数。")


def _product(given: list[list[Any]]) -> list[tuple[Any, ...]]:
    if len(given) == 1:
        return [(one,) for one in given[0]]
    return [(left, right) for left in given[0] for right in given[1]]


def _place(text: str) -> Any:
    try:
        return shapely.from_wkt(text.removeprefix("SRID=4326;"))
    except (shapely.errors.ShapelyError, ValueError):
        raise wrong(f"“{text[:40]}”不是地理范围（WKT）。") from None


def _shape(given: Any) -> Any:
    """A point of GeoJSON, or a shape already; what has no place is nowhere."""
    if isinstance(given, Mapping):
        given = given.get("geometry", given)
        return shapely.Point(given["coordinates"]) if isinstance(given, Mapping) else shapely.Point()
    return given if isinstance(given, shapely.Geometry) else shapely.Point()


# ---- all observations of a stream at once
def mask(node: Node, fields: Mapping[str, Any], get: Get, size: int) -> Mask:
    """Which of `size` observations fulfil it. `fields`: columns by name; other paths lead to the stream and are the same for all."""
    match node:
        case Pair(word="and"):
            return mask(node.left, fields, get, size) & mask(node.right, fields, get, size)
        case Pair(word="or"):
            return mask(node.left, fields, get, size) | mask(node.right, fields, get, size)
        case Not():
            return ~mask(node.of, fields, get, size)
        case Pair() if node.word in _COMPARE and (has_column(node.left, fields) or has_column(node.right, fields)):
            return _compared(node, fields, get, size)
        case Literal() | Path() | Call() | Pair():
            if has_column(node, fields):
                raise wrong("观测值只能比较大小，不能用函数。")
            return np.full(size, fits(node, get))
    raise AssertionError(node)


def has_column(node: Node, fields: Mapping[str, Any]) -> bool:
    """Whether a column is in it."""
    match node:
        case Path():
            return "/".join(node.parts) in fields
        case Call():
            return any(has_column(one, fields) for one in node.of)
        case Pair():
            return has_column(node.left, fields) or has_column(node.right, fields)
        case Not():
            return has_column(node.of, fields)
    return False


def _compared(node: Pair, fields: Mapping[str, Any], get: Get, size: int) -> Mask:
    left, right = _column(node.left, fields, get), _column(node.right, fields, get)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, np.ndarray) and other is None:
            empty = np.isnan(one) if one.dtype.kind == "f" else np.zeros(size, bool)
            return {"eq": empty, "ne": ~empty}.get(node.word, np.zeros(size, bool))
        if isinstance(one, np.ndarray) and isinstance(other, str) != (one.dtype.kind == "U"):
            raise wrong("比较的两边不是同一类值。时间写成 2026-01-01T00:00:00Z，不加引号。")
    found: Mask = _COMPARE[node.word](left, right)
    unknown = [np.isnan(one) for one in (left, right) if isinstance(one, np.ndarray) and one.dtype.kind == "f"]
    for one in unknown:
        found = found & ~one  # what has no value is neither equal nor unequal to a number
    return found


def _column(node: Node, fields: Mapping[str, Any], get: Get) -> Any:
    match node:
        case Path() if "/".join(node.parts) in fields:
            return fields["/".join(node.parts)]
        case Pair() if node.word in _SUM and has_column(node, fields):
            left, right = _column(node.left, fields, get), _column(node.right, fields, get)
            if any(one is None or isinstance(one, str) for one in (left, right)):
                raise wrong("只有数能加减乘除。")
            with np.errstate(all="ignore"):
                return _SUM[node.word](left, right)
        case Call() if has_column(node, fields):
            raise wrong("观测值只能比较大小，不能用函数。")
    found = _values(node, get)
    return found[0] if found else None


def between(node: Node | None, names: frozenset[str]) -> tuple[int | None, int | None]:
    """(least, greatest) ms that the conditions joined by `and` leave for any of these names; None: no bound."""
    low: int | None = None
    high: int | None = None
    for one in conjuncts(node):
        match one:
            case Pair(left=Path(parts=(name,)), right=Literal(kind="time", value=int(at))) if name in names:
                word = one.word
            case Pair(left=Literal(kind="time", value=int(at)), right=Path(parts=(name,))) if name in names:
                word = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}.get(one.word, one.word)
            case _:
                continue
        if word in ("gt", "ge", "eq"):
            low = max(at, low) if low is not None else at
        if word in ("lt", "le", "eq"):
            high = min(at, high) if high is not None else at
    return low, high


def conjuncts(node: Node | None) -> list[Node]:
    if isinstance(node, Pair) and node.word == "and":
        return [*conjuncts(node.left), *conjuncts(node.right)]
    return [] if node is None else [node]
