"""What an operation declares about its parameters is what it accepts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from anlan.base.errors import Refused
from anlan.kernel.access.types import Operation, Parameter

_DIGITS = 12  # no parameter needs a longer number


def _fault(parameter: Parameter, text: str) -> str:
    schema = parameter.schema
    if schema["type"] == "integer":
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            return "要填整数"
        low, high = schema.get("minimum", 0), schema.get("maximum", 10**_DIGITS)
        return "" if low <= int(text) <= high else f"要在 {low} 到 {high} 之间"
    if "enum" in schema and text not in schema["enum"]:
        return f"只能填 {'、'.join(schema['enum'])}"
    return "太长" if len(text) > schema.get("maxLength", len(text)) else ""


def check(operation: Operation, query: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Raise `Refused("bad_request")` for a parameter that is unknown, given twice, or not what its schema says."""
    known: Mapping[str, Parameter] = {one.name: one for one in operation.parameters if one.within == "query"}
    for name, values in query:
        if name not in known:
            offered = f"可用：{'、'.join(known)}。" if known else "这里不带参数。"
            raise Refused("bad_request", f"没有“{name}”这个参数。{offered}", name)
        fault = "只能给一次" if len(values) != 1 else _fault(known[name], values[0])
        if fault:
            raise Refused("bad_request", f"参数“{name}”{fault}。", name)
