"""The indicators that the plans print are answered by the formulas of the product; the demonstration's plan too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anlan.kernel.planning.reading.cli import sample_text
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.values import formulas
from anlan.server.product import CAPABILITIES

pytestmark = pytest.mark.pure
# (printed name, printed unit) of the safety plan's main indicators that are computed.
PRINTED = (
    ("单位国内生产总值生产安全事故死亡率", "%"), ("工矿商贸就业十万人生产安全事故死亡率", "%"), ("年均因灾直接经济损失占河北区生产总值比例", "%"),
    ("年均每十万人口因灾死亡率", "%"), ("加强信息化建设力度,全面对接市应急指挥中心", ""), ("自然灾害发生12小时内受灾群众基本生活得到有效救助", "小时"),
    ("建设完善区级安全生产和应急文化基地", "处"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _all() -> Iterator[None]:
    before = dict(formulas.installed())
    formulas.install(one for capability in CAPABILITIES for one in capability.formulas)
    yield
    formulas.install(before.values())


@pytest.mark.parametrize(("name", "unit"), PRINTED)
def test_each_is_answered_by_one_formula_in_its_unit_or_with_a_working_definition(name: str, unit: str) -> None:
    found = formulas.answering(name)
    assert found is not None
    working = found.works(unit)
    assert working is not None or found.unit == unit
    assert working is None or working.why


def test_the_demonstrations_safety_plan_is_computed_too() -> None:
    names = [one.name for one in read(sample_text().encode()).plans[0].indicators]
    typed = {name for name in names if formulas.answering(name) is None}
    assert typed <= {"企业自查上线率", "创建综合减灾示范社区"}
