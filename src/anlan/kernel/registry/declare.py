"""What the registry declares."""

from __future__ import annotations

from datetime import datetime

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SIGNED_IN, SYSTEM, Actor, Page, Permission
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry import actions, people, progress
from anlan.kernel.registry.models import Place, Station
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.sheets import PLACES, SHEETS, STATIONS
from anlan.kernel.web import picking
from anlan.kernel.web.types import Hit, Nav

__all__ = ["NAV", "PAGES", "PERMISSIONS", "SHEETS", "VERBS", "demo", "find"]

_DISTRICT = ("planner", "leader", "auditor", "administrator")
_OWN = ("bureau_officer", "environment_officer", "street_officer")

PERMISSIONS = (
    Permission(
        slug="registry.read",
        title="查看台账",
        roles={**dict.fromkeys(_DISTRICT, "district"), **dict.fromkeys(_OWN, "own")},
    ),
    Permission(
        slug="registry.write", title="登记台账", roles={**dict.fromkeys(_OWN, "own"), "administrator": "district"}
    ),
    Permission(slug="registry.organisations", title="查看单位", roles=dict.fromkeys((*_DISTRICT, *_OWN), "district")),
)

PAGES = (
    *(page for sheet in SHEETS for page in sheet_pages(sheet)),
    Page(
        path="registry/progress/<uuid:key>/",
        name="import_progress",
        view=progress.shown,
        permission=SIGNED_IN,
        title="导入进度",
        kind="fragment",
    ),
    Page(
        path="registry/organisations/pick/",
        name="pick_organisations",
        view=picking.organisations,
        permission=SIGNED_IN,
        title="找单位",
        kind="fragment",
    ),
    Page(
        path="registry/organisations/",
        name="organisations",
        view=people.organisations,
        permission="registry.organisations",
        title="单位",
        command="新增单位",
        methods=("GET", "POST"),
        section="registry",
    ),
    Page(
        path="registry/people/",
        name="people",
        view=people.people,
        permission="access.manage",
        title="人员",
        command="新增人员",
        methods=("GET", "POST"),
        section="registry",
    ),
)

NAV = (
    Nav(section="registry", title="地点", page="places_list", permission="registry.read", order=60),
    Nav(section="registry", title="监测点", page="stations_list", permission="registry.read", order=61),
    Nav(section="registry", title="单位", page="organisations", permission="registry.organisations", order=70),
    Nav(section="registry", title="人员", page="people", permission="access.manage", order=80),
)

VERBS = (
    Verb(slug="registry.row.added", title="登记"),
    Verb(slug="registry.row.changed", title="修改登记"),
    Verb(slug="registry.row.reviewed", title="复核登记"),
    Verb(slug="registry.row.retired", title="停用登记"),
    Verb(slug="registry.file.imported", title="导入台账"),
    Verb(slug="registry.view.saved", title="存视图"),
    Verb(slug="registry.view.dropped", title="删视图"),
    Verb(slug="registry.person.added", title="新增人员"),
)


def find(actor: Actor, words: str) -> list[Hit]:
    """Organisations by name."""
    if not policy.may(actor, "registry.organisations"):
        return []
    rows = Organisation.objects.filter(name__contains=words)[:5]
    return [
        Hit(group="查", title=row.name, detail=row.get_kind_display(), url="/registry/organisations/") for row in rows
    ]


def demo(at: datetime) -> None:
    """A few invented places and stations (示例)."""
    owner = Organisation.objects.filter(code="SL-B13").first()
    if owner is None or Place.objects.exists():
        return
    for number, (name, kind, lon, lat) in enumerate(
        (
            ("示例广场", "square", 117.205, 39.158),
            ("示例河口", "river", 117.22, 39.165),
            ("示例公园", "park", 117.192, 39.171),
        ),
        1,
    ):
        values = {
            "code": f"SLP-{number:03d}",
            "name": name,
            "kind": kind,
            "address": "示例路",
            "longitude": lon,
            "latitude": lat,
            "crs": "wgs84",
        }
        actions.add(actor=SYSTEM, sheet=PLACES, organisation=owner, values=values, at=at, is_demo=True)
    values = {
        "code": "SLS-001", "name": "示例站", "kind": "air", "place_name": "示例广场", "method": "自动监测", "longitude": 117.205, "latitude": 39.158,
        "since": civil_date(at).replace(year=2020, month=1, day=1),
    }  # fmt: skip
    if not Station.objects.exists():
        actions.add(actor=SYSTEM, sheet=STATIONS, organisation=owner, values=values, at=at, is_demo=True)
