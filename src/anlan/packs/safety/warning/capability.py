"""The declaration of 预警: data only."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.maps.types import Layer
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.warning import api, demonstration, folder, pages, panels, public, queries, telling
from anlan.packs.safety.warning.moves import APPROVE, DRAFT, MANAGE, READ, RECEIPT, RECEIVE
from anlan.packs.safety.warning.noting import VERBS
from anlan.packs.safety.warning.rules import SLUG
from anlan.packs.safety.warning.sheets import SHEETS


def _all(*roles: str) -> dict[str, Scope]:
    return dict.fromkeys(roles, "district")


_COMMAND = ("duty_officer", "commander", "leader")
_STAFF = ("bureau_officer", "street_officer", "safety_regulator", "environment_officer", "team_leader", "shelter_keeper", "planner", "auditor", "administrator",
          "school_officer", "enterprise_head", "enterprise_officer")  # fmt: skip

CAPABILITY = Capability(
    slug=SLUG, title="预警", plan_refs=("S3", "S7"),
    permissions=(
        Permission(slug=READ, title="查看预警", roles=_all(*_COMMAND, *_STAFF)),
        Permission(slug=RECEIVE, title="接收、转发和核定预警", roles=_all("duty_officer", "commander")),
        Permission(slug=DRAFT, title="起草和解除预警", roles=_all("duty_officer", "commander")),
        Permission(slug=APPROVE, title="批准发布预警", roles=_all("commander", "leader")),
        Permission(slug=RECEIPT, title="签收预警", roles=dict.fromkeys(("bureau_officer", "street_officer"), "own")),
        Permission(slug=MANAGE, title="管理预警来源、模板和对应表", roles=_all("duty_officer", "administrator")),
    ),
    pages=(
        Page(path="warnings/", name="warnings", view=pages.listing, permission=READ, title="预警", section="command", command="看预警"),
        Page(path="warnings/export/", name="warnings_export", view=pages.export, permission=READ, title="导出预警", kind="export"),
        Page(path="warnings/upload/", name="warning_upload", view=pages.upload, permission=RECEIVE, title="上传预警", methods=("POST",), section="command"),
        Page(path="warnings/new/", name="warning_new", view=pages.new, permission=DRAFT, title="起草预警", methods=("GET", "POST"), section="command", command="发布预警"),
        Page(path="warnings/refusals/", name="warning_refusals", view=pages.refusals, permission=READ, title="没有收下的预警", section="command"),
        Page(path="warnings/refusals/seen/", name="warning_refusals_seen", view=pages.refusals_seen, permission=RECEIVE, title="看过没有收下的预警", methods=("POST",), section="command"),
        Page(path="warnings/sources/", name="warning_sources", view=pages.sources, permission=READ, title="预警来源", section="command"),
        Page(path="warnings/sources/new/", name="warning_source_new", view=pages.source_new, permission=MANAGE, title="登记预警来源", methods=("POST",), section="command"),
        Page(path="warnings/sources/<str:given>/revoke/", name="warning_source_revoke", view=pages.source_revoke, permission=MANAGE, title="停用预警来源", methods=("POST",),
             section="command"),
        Page(path="warnings/subscribers/", name="warning_subscribers", view=pages.subscribers, permission=READ, title="订阅情况", section="command"),
        Page(path="warnings/<str:given>/", name="warning", view=pages.detail, permission=READ, title="一条预警", section="command"),
        Page(path="warnings/<str:given>/edit/", name="warning_edit", view=pages.edit, permission=DRAFT, title="修改预警草稿", methods=("GET", "POST"), section="command"),
        Page(path="warnings/<str:given>/document/", name="warning_document", view=pages.document, permission=READ, title="预警原文", kind="file"),
        Page(path="warnings/<str:given>/do/<str:word>/", name="warning_do", view=pages.act, permission=READ, title="办理预警", methods=("POST",), section="command"),
        Page(path="public/warnings/", name="public_warnings", view=public.listing, permission=PUBLIC, title="预警信息"),
        Page(path="public/warnings/feed.xml", name="public_warning_feed", view=public.feed, permission=PUBLIC, title="预警源（Atom）", kind="file"),
        Page(path="public/warnings/subscribe/", name="public_warning_subscribe", view=public.subscribe, permission=PUBLIC, title="订阅预警", methods=("GET", "POST")),
        Page(path="public/warnings/cap/<str:given>.xml", name="public_warning_cap", view=public.cap, permission=PUBLIC, title="预警文件（CAP）", kind="file"),
        Page(path="public/warnings/subscription/<uuid:key>/<str:given>/", name="public_warning_subscription", view=public.subscription, permission=PUBLIC, title="我的订阅",
             methods=("GET", "POST")),
        Page(path="public/warnings/receipt/<uuid:key>/<str:given>/", name="public_warning_receipt", view=public.receipt, permission=PUBLIC, title="收到预警",
             methods=("GET", "POST")),
        Page(path="public/warnings/<str:given>/", name="public_warning", view=public.detail, permission=PUBLIC, title="一条预警"),
        Page(path="api/v1/warnings", name="warning_post", view=api.post, permission=PUBLIC, title="推送预警", methods=("POST",), kind="api", operation=api.POST),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="command", title="预警", page="warnings", permission=READ, order=40),
        Nav(section="command", title="没有收下的", page="warning_refusals", permission=RECEIVE, order=41, below="/warnings/"),
        Nav(section="command", title="来源", page="warning_sources", permission=RECEIVE, order=42, below="/warnings/"),
        Nav(section="command", title="订阅", page="warning_subscribers", permission=RECEIVE, order=43, below="/warnings/"),
        Nav(section="registry", title="预警响应对应表", page="warning_responses_list", permission=READ, order=36),
        Nav(section="registry", title="预警模板", page="warning_templates_list", permission=READ, order=37),
    ),
    verbs=VERBS, sheets=SHEETS, warnings=queries.in_force, waiting=queries.waiting, now=queries.now, public=queries.public_facts, find=queries.find,
    layers=(Layer(slug="warnings", title="现行预警", permission=READ, kind="area", features=queries.layer, source="收到和发布的预警", shown=True),),
    jobs=(
        Job(slug="warning.deliver", title="发出预警通知", every=timedelta(seconds=3), run=telling.deliver),
        Job(slug="warning.folder", title="收文件夹里的预警", every=timedelta(seconds=10), run=folder.sweep),
    ),
    board_panels=panels.PANELS,
    demo=demonstration.load,
)  # fmt: skip
