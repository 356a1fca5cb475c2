"""A standard's content: risk rows with their measures, as values. What a register, a template's edition and an Excel file all hold. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

KINDS: Mapping[str, str] = {
    "engineering": "工程技术", "management": "管理", "training": "教育培训", "personal": "个体防护", "emergency": "应急处置",
}  # fmt: skip
CONTROLS: Mapping[str, str] = {"company": "公司", "department": "部门", "workshop": "车间", "shift": "班组"}
METHODS: Mapping[str, str] = {"lec": "LEC", "ls": "LS"}
POINT_KINDS: Mapping[str, str] = {"place": "设施部位场所", "activity": "作业活动"}
FACTORS = ("l", "e", "c", "s")


@dataclass(frozen=True, kw_only=True)
class MeasureRow:
    """`pace` and `role`: how often and by whom it is checked ("": not on a check form). `criterion`: what the checker looks for."""

    code: str
    kind: str
    text: str
    criterion: str = ""
    pace: str = ""
    role: str = ""
    photo: str = ""


@dataclass(frozen=True, kw_only=True)
class RiskRow:
    """One risk event (风险事件) of a unit at a point. Factors as text, as they were chosen. `direct`: the reason for which it is red
    whatever its score. `control`: the level that leads its control; "" follows from the grade."""

    code: str
    point_code: str
    point: str
    point_kind: str = "place"
    unit_code: str
    unit: str
    title: str
    accident: str = ""
    consequence: str = ""
    method: str = "ls"
    l: str = ""  # noqa: E741 - the methods' own letters
    e: str = ""
    c: str = ""
    s: str = ""
    direct: str = ""
    control: str = ""
    post: str = ""
    measures: tuple[MeasureRow, ...] = ()

    @property
    def factors(self) -> dict[str, str]:
        return {one: getattr(self, one) for one in FACTORS if getattr(self, one)}

    def measure(self, code: str) -> MeasureRow | None:
        return next((one for one in self.measures if one.code == code), None)


Cells = dict[str, Any]
_PLAIN = ("title", "accident", "consequence")


def cells(row: RiskRow) -> Cells:
    """The parts that are compared and merged one by one: what belongs together (a grade, a measure) is one part."""
    found: Cells = {name: getattr(row, name) for name in _PLAIN}
    found["place"] = (row.point_code, row.point, row.point_kind, row.unit_code, row.unit)
    found["grade"] = (row.method, *(getattr(row, one) for one in FACTORS), row.direct)
    found["control"] = (row.control, row.post)
    return found | {f"measure:{one.code}": one for one in row.measures}


def from_cells(code: str, parts: Mapping[str, Any]) -> RiskRow:
    """The row again; measures by their code."""
    place, grade, control = parts["place"], parts["grade"], parts["control"]
    named = zip(("method", *FACTORS, "direct"), grade, strict=True)
    return RiskRow(
        code=code, **{name: parts[name] for name in _PLAIN}, **dict(zip(("point_code", "point", "point_kind", "unit_code", "unit"), place, strict=True)),
        **dict(named), control=control[0], post=control[1],
        measures=tuple(sorted((value for name, value in parts.items() if name.startswith("measure:") and value is not None), key=lambda one: one.code)),
    )  # fmt: skip


def ordered(row: RiskRow) -> RiskRow:
    """The same row with its measures by code, so that equal content is equal."""
    return replace(row, measures=tuple(sorted(row.measures, key=lambda one: one.code)))


def to_json(row: RiskRow) -> dict[str, Any]:
    return asdict(row)


def from_json(given: Mapping[str, Any]) -> RiskRow:
    """What `to_json` wrote, also by an earlier version of the product: unknown names are left out."""
    known = {one.name for one in fields(RiskRow)} - {"measures"}
    named = {one.name for one in fields(MeasureRow)}
    measures = tuple(
        MeasureRow(**{name: value for name, value in one.items() if name in named}) for one in given.get("measures", ())
    )
    return RiskRow(**{name: value for name, value in given.items() if name in known}, measures=measures)
