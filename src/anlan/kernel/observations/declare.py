"""What the observation room declares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import SIGNED_IN, Actor, Page, Permission
from anlan.kernel.journal.types import Verb
from anlan.kernel.observations import pages, queries, reviewing
from anlan.kernel.web.types import Nav, Waiting

_READ, _MANAGE, _VALUES = "observations.read", "observations.manage", "observations.values"
_ALL = ("planner", "leader", "auditor", "administrator", "environment_officer", "bureau_officer", "street_officer")
PERMISSIONS = (
    Permission(
        slug=_READ,
        title="查看设备",
        roles=dict.fromkeys(("administrator", "environment_officer", "auditor"), "district"),
    ),
    # Of the stations whose figures the person may see.
    Permission(slug=_VALUES, title="查看观测值", roles=dict.fromkeys(_ALL, "district")),
    Permission(
        slug=reviewing.REVIEW,
        title="审核观测值",
        roles=dict.fromkeys(("environment_officer", "bureau_officer"), "district"),
    ),
    Permission(
        slug=_MANAGE, title="管理设备", roles=dict.fromkeys(("administrator", "environment_officer"), "district")
    ),
)
PAGES = (
    Page(path="monitor/devices/", name="devices", view=pages.devices, permission=_READ, title="设备", section="monitor"),
    Page(path="monitor/devices/new/", name="device_new", view=pages.register, permission=_MANAGE, title="登记设备", methods=("GET", "POST"),
         section="monitor", command="登记设备"),
    Page(path="monitor/devices/<int:pk>/", name="device", view=pages.device, permission=_READ, title="一台设备", section="monitor"),
    Page(path="monitor/devices/<int:pk>/<slug:word>/", name="device_move", view=pages.move, permission=_MANAGE, title="设备接入", methods=("POST",)),
    Page(path="monitor/devices/<int:pk>/streams/<int:stream>/", name="stream_change", view=pages.change_stream, permission=_MANAGE,
         title="改数据流", methods=("POST",)),
    Page(path="monitor/values/<int:stream>/", name="stream_values", view=pages.values, permission=_VALUES, title="数值与审核", section="monitor"),
    Page(path="monitor/values/<int:stream>/review/", name="stream_review", view=pages.review, permission=reviewing.REVIEW, title="审核观测值",
         methods=("POST",)),
    Page(path="monitor/retention/", name="retention", view=pages.retention, permission=_READ, title="数据保存期", section="monitor"),
    Page(path="monitor/retention/set/", name="retention_set", view=pages.set_retention, permission=_MANAGE, title="改保存期", methods=("POST",)),
    Page(path="monitor/devices/<int:pk>/settings/change/", name="device_settings", view=pages.change_settings, permission=_MANAGE,
         title="改设备设置", methods=("POST",)),
    Page(path="monitor/tokens/", name="api_tokens", view=pages.api_tokens, permission=SIGNED_IN, title="接口令牌", methods=("GET", "POST"),
         section="monitor", command="开接口令牌"),
    Page(path="monitor/tokens/<int:pk>/revoke/", name="api_token_revoke", view=pages.revoke_api_token, permission=SIGNED_IN,
         title="作废接口令牌", methods=("POST",)),
)  # fmt: skip
NAV = (
    Nav(section="monitor", title="设备", page="devices", permission=_READ, order=90),
    Nav(section="monitor", title="接口令牌", page="api_tokens", permission=SIGNED_IN, order=95),
)
VERBS = tuple(
    Verb(slug=f"observations.{slug}", title=title)
    for slug, title in (
        ("device.registered", "登记设备"), ("device.heard", "发现未登记设备"), ("device.admitted", "接入设备"), ("device.refused", "不予接入"),
        ("device.suspended", "停用设备"), ("device.retired", "设备退役"), ("device.stream_added", "新增数据流"), ("device.token_made", "换发设备令牌"),
        ("device.settings_changed", "改设备设置"), ("api_token.made", "开接口令牌"), ("api_token.revoked", "作废接口令牌"),
        ("stream.changed", "数据流换算换版"), ("value.reviewed", "审核观测值"), ("retention.set", "保存期换版"), ("store.forgotten", "按保存期清理"), ("stream.reviewed_added", "新增审核数据流"),
    )
)  # fmt: skip


def waiting(actor: Actor, _at: datetime) -> Iterable[Waiting]:
    """Strangers wait for who may admit them."""
    if not policy.may(actor, _MANAGE):
        return
    for one in queries.devices(actor).filter(state="waiting")[:50]:
        yield Waiting(kind="设备", title=f"{one.get_protocol_display()} {one.identity}", fact="没有登记，正在发数据", sender="网关", verb="接入",
                      url=reverse("device", args=[one.pk]), started_at=one.first_heard_at)  # fmt: skip
