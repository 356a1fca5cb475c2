"""What 监测 declares."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor, Page, Permission, Scope
from anlan.kernel.monitor import pages
from anlan.kernel.monitor.layers import STATIONS
from anlan.kernel.observations import queries
from anlan.kernel.web.types import Hit, Nav

_READ = "monitor.read"
_ALL = (
    "planner",
    "leader",
    "auditor",
    "administrator",
    "environment_officer",
    "bureau_officer",
    "street_officer",
    "safety_regulator",
)
_OWN: dict[str, Scope] = {"enterprise_officer": "own", "enterprise_head": "own"}
# The section; which stations one sees in it is the permission of each kind.
PERMISSIONS = (
    Permission(
        slug=_READ,
        title="查看监测",
        roles=_OWN | dict.fromkeys(_ALL, "district"),
    ),
)
PAGES = (
    Page(path="monitor/", name="monitor", view=pages.overview, permission=_READ, title="监测", section="monitor"),
    Page(path="monitor/now/", name="monitor_now", view=pages.now, permission=_READ, title="监测现状", kind="fragment"),
    Page(
        path="monitor/stations/",
        name="stations_now",
        view=pages.stations,
        permission=_READ,
        title="监测点",
        section="monitor",
    ),
    Page(
        path="monitor/stations/<str:code>/",
        name="station",
        view=pages.station,
        permission=_READ,
        title="一个监测点",
        section="monitor",
    ),
    Page(
        path="monitor/stations/<str:code>/export/",
        name="station_export",
        view=pages.station_export,
        permission=_READ,
        title="导出数据",
        kind="export",
    ),
    Page(
        path="monitor/compare/",
        name="monitor_compare",
        view=pages.compare,
        permission=_READ,
        title="对比",
        section="monitor",
    ),
    Page(
        path="monitor/completeness/",
        name="monitor_completeness",
        view=pages.completeness,
        permission=_READ,
        title="完整率",
        section="monitor",
    ),
)
NAV = (
    Nav(section="monitor", title="总览", page="monitor", permission=_READ, order=1),
    Nav(section="monitor", title="监测点", page="stations_now", permission=_READ, order=3),
    Nav(section="monitor", title="对比", page="monitor_compare", permission=_READ, order=70),
    Nav(section="monitor", title="完整率", page="monitor_completeness", permission=_READ, order=71),
)
LAYERS = (STATIONS,)


def find(actor: Actor, words: str) -> Sequence[Hit]:
    if not policy.may(actor, _READ):
        return []
    rows = queries.stations(actor).filter(name__icontains=words)[:8]
    return [Hit(group="查", title=row.name, detail="监测点", url=reverse("station", args=[row.code])) for row in rows]
