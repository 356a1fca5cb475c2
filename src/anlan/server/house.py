"""Everything the product is made of: the kernel's rooms and the packs, as one tuple. The desk gathers from it (`product.py`)."""

from __future__ import annotations

from anlan.kernel.access import declare as access
from anlan.kernel.alarms import declare as alarms
from anlan.kernel.capability.types import Capability, Pack
from anlan.kernel.casework import declare as casework
from anlan.kernel.checks import declare as checks
from anlan.kernel.draw import declare as draw
from anlan.kernel.exchange.delivery import declare as delivery
from anlan.kernel.field import declare as field
from anlan.kernel.files import declare as files
from anlan.kernel.maps import declare as maps
from anlan.kernel.monitor import declare as monitor
from anlan.kernel.observations import declare as observations
from anlan.kernel.penalties import declare as penalties
from anlan.kernel.planning import declare as planning
from anlan.kernel.planning.decisions import declare as decisions
from anlan.kernel.planning.reviews import declare as reviews
from anlan.kernel.planning.values import declare as values
from anlan.kernel.registry import declare as registry
from anlan.kernel.relay import declare as relay
from anlan.kernel.reporting import declare as reporting
from anlan.kernel.response import declare as response
from anlan.kernel.response import lessons
from anlan.packs.education.pack import PACK as EDUCATION
from anlan.packs.environment.pack import PACK as ENVIRONMENT
from anlan.packs.safety.pack import PACK as SAFETY
from anlan.server.second_factor import waiting as second_factor

PACKS: tuple[Pack, ...] = (
    ENVIRONMENT,
    SAFETY,
    EDUCATION,
)

_PACKED: tuple[Capability, ...] = tuple(one for pack in PACKS for one in pack.capabilities)
_DECLARED = (*(permission for one in _PACKED for permission in one.permissions), *lessons.PERMISSIONS)
_CASES = casework.permissions((*(process for one in _PACKED for process in one.processes), lessons.PROCESS), _DECLARED)
_CHECKS = checks.permissions((area for one in _PACKED for area in one.check_areas), _DECLARED)

KERNEL: tuple[Capability, ...] = (
    Capability(
        slug="access", title="单位与权限", permissions=access.PERMISSIONS, pages=access.PAGES, verbs=access.VERBS,
        waiting=second_factor.waiting,
    ),
    Capability(slug="files", title="附件", permissions=files.PERMISSIONS, pages=files.PAGES, verbs=files.VERBS),
    Capability(
        slug="registry", title="台账", permissions=registry.PERMISSIONS, pages=registry.PAGES, nav=registry.NAV,
        verbs=registry.VERBS, sheets=registry.SHEETS, find=registry.find, demo=registry.demo,
    ),
    Capability(
        slug="observations", title="监测设备", plan_refs=("E16",), permissions=observations.PERMISSIONS, pages=observations.PAGES,
        nav=observations.NAV, verbs=observations.VERBS, waiting=observations.waiting,
    ),
    Capability(
        slug="alarms", title="报警", plan_refs=("S14", "S15", "E4"), permissions=alarms.PERMISSIONS, pages=alarms.PAGES, nav=alarms.NAV,
        verbs=alarms.VERBS, jobs=alarms.JOBS, waiting=alarms.waiting, now=alarms.now,
    ),
    Capability(
        slug="monitor", title="监测", plan_refs=("E16",), permissions=monitor.PERMISSIONS, pages=monitor.PAGES, nav=monitor.NAV,
        layers=monitor.LAYERS, find=monitor.find,
    ),
    Capability(
        slug="casework", title="事项", plan_refs=("S12", "S15", "E11", "E17"), permissions=_CASES, pages=casework.PAGES, nav=casework.NAV, verbs=casework.VERBS,
        jobs=casework.JOBS, waiting=casework.waiting, sent=casework.sent, find=casework.find,
    ),
    Capability(
        slug="checks", title="检查", plan_refs=("S12", "S13", "S26"), permissions=_CHECKS, pages=checks.PAGES, nav=checks.NAV, verbs=checks.VERBS,
        undos=checks.UNDOS, jobs=checks.JOBS, case_links=checks.case_links, waiting=checks.waiting, now=checks.now, find=checks.find,
    ),
    Capability(
        slug="draw", title="随机抽查", plan_refs=("S20", "E10"), permissions=draw.PERMISSIONS, pages=draw.PAGES, nav=draw.NAV, verbs=draw.VERBS,
    ),
    Capability(
        slug="penalties", title="执法公示", plan_refs=("S20", "E10"), permissions=penalties.PERMISSIONS, pages=penalties.PAGES, nav=penalties.NAV,
        verbs=penalties.VERBS,
    ),
    Capability(
        slug="reporting", title="群众来件", plan_refs=("E11", "S20"), permissions=reporting.PERMISSIONS, pages=reporting.PAGES, nav=reporting.NAV,
        jobs=reporting.JOBS,
    ),
    Capability(
        slug="response", title="应急指挥", plan_refs=("S1", "S8"), permissions=response.PERMISSIONS, pages=response.PAGES, nav=response.NAV,
        verbs=response.VERBS, jobs=response.JOBS, waiting=response.waiting, now=response.now, find=response.find, demo=response.demo,
    ),
    Capability(
        slug="delivery", title="链路", plan_refs=("S7",), permissions=delivery.PERMISSIONS, pages=delivery.PAGES, nav=delivery.NAV, verbs=delivery.VERBS,
        jobs=delivery.JOBS, waiting=delivery.waiting, now=delivery.now,
    ),
    Capability(
        slug="relay", title="移送", plan_refs=("S7",), permissions=relay.PERMISSIONS, pages=relay.PAGES, nav=relay.NAV, verbs=relay.VERBS, jobs=relay.JOBS,
        parcels=relay.SUBJECTS, waiting=relay.waiting, incident_rooms=relay.INCIDENT_ROOMS,
    ),
    Capability(slug="maps", title="一张图", permissions=maps.PERMISSIONS, pages=maps.PAGES, nav=maps.NAV, verbs=maps.VERBS, layers=maps.LAYERS),
    Capability(
        slug="planning", title="规划", plan_refs=("P1", "P2", "P3", "P4", "P5"), permissions=planning.PERMISSIONS,
        pages=planning.PAGES, nav=planning.NAV, verbs=planning.VERBS, undos=planning.UNDOS, jobs=planning.JOBS, waiting=planning.waiting,
        sent=planning.sent, now=planning.now, public=planning.public, find=planning.find, demo=planning.demo,
    ),
    Capability(
        slug="planning_values", title="规划指标", plan_refs=("P1",), permissions=values.PERMISSIONS, pages=values.PAGES,
        nav=values.NAV, verbs=values.VERBS, jobs=values.JOBS, waiting=values.waiting, gauges=values.gauges, public=values.public, find=values.find, demo=values.demo,
    ),
    Capability(
        slug="planning_decisions", title="重大行政决策", plan_refs=("P5",), permissions=decisions.PERMISSIONS,
        pages=decisions.PAGES, nav=decisions.NAV, verbs=decisions.VERBS, waiting=decisions.waiting, find=decisions.find,
        demo=decisions.demo,
    ),
)  # fmt: skip

# Reviews report what the packs have recorded, phones send to their processes, the downpour calls their teams: loaded after the packs'.
REPORTS: tuple[Capability, ...] = (
    Capability(
        slug=lessons.SLUG, title="复盘整改", plan_refs=("S8",), permissions=lessons.PERMISSIONS, pages=lessons.PAGES, nav=lessons.NAV, processes=(lessons.PROCESS,), demo=response.story,
    ),
    Capability(
        slug="field", title="现场端", plan_refs=("S12",), permissions=field.PERMISSIONS, pages=field.PAGES, nav=field.NAV, verbs=field.VERBS,
        jobs=field.JOBS, waiting=field.waiting, demo=field.demo,
    ),
    Capability(
        slug="planning_reviews", title="规划评估", plan_refs=("P3",), permissions=reviews.PERMISSIONS, pages=reviews.PAGES,
        nav=reviews.NAV, verbs=reviews.VERBS, waiting=reviews.waiting, find=reviews.find, demo=reviews.demo,
    ),
)  # fmt: skip

CAPABILITIES: tuple[Capability, ...] = KERNEL + _PACKED + REPORTS
