"""The declaration of data quality: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.web.types import Nav
from anlan.packs.environment.data_quality import pages

_READ, _CHAIN = "data_quality.read", "data_quality.chain"
_DISTRICT = ("planner", "leader", "auditor", "administrator", "environment_officer")

CAPABILITY = Capability(
    slug="data_quality",
    title="监测数据质量",
    plan_refs=("E16",),
    permissions=(
        Permission(slug=_READ, title="查看数据质量", roles={**dict.fromkeys(_DISTRICT, "district"), "bureau_officer": "own", "street_officer": "own"}),
        Permission(slug=_CHAIN, title="查看数据更正", roles=dict.fromkeys(("auditor", "administrator", "environment_officer"), "district")),
    ),
    pages=(
        Page(path="quality/", name="quality", view=pages.overview, permission=_READ, title="数据质量", section="monitor", command="看数据质量"),
        Page(path="quality/export/", name="quality_export", view=pages.export, permission=_READ, title="导出数据质量", kind="export"),
        Page(path="quality/corrections/", name="quality_corrections", view=pages.corrections, permission=_CHAIN, title="数据更正", section="monitor"),
        Page(path="quality/stations/<str:code>/", name="quality_station", view=pages.station, permission=_READ, title="一个点的数据质量",
             section="monitor"),
    ),
    nav=(Nav(section="monitor", title="数据质量", page="quality", permission=_READ, order=60),),
)  # fmt: skip
