"""What this room declares: permissions, pages, verbs."""

from __future__ import annotations

from anlan.kernel.access import pages, undo
from anlan.kernel.access.types import PUBLIC, SIGNED_IN, Page, Permission
from anlan.kernel.journal.types import Verb

PERMISSIONS = (
    Permission(slug="access.manage", title="管理单位、人员和岗位", roles={"administrator": "district"}),
    Permission(slug="access.explain", title="查看权限来由", roles={"administrator": "district", "auditor": "district"}),
)

PAGES = (
    Page(
        path="account/post/",
        name="switch_post",
        view=pages.switch,
        permission=SIGNED_IN,
        title="换岗位",
        methods=("POST",),
    ),
    Page(
        path="account/undo/",
        name="undo",
        view=pages.take_back,
        permission=SIGNED_IN,
        title="撤回",
        methods=("POST",),
    ),
    Page(
        path="account/mode/",
        name="switch_mode",
        view=pages.mode,
        permission=PUBLIC,
        title="换显示方式",
        methods=("POST",),
    ),
    Page(
        path="access/why/",
        name="access_why",
        view=pages.explain,
        permission="access.explain",
        title="谁能做什么",
        section="help",
    ),
)

VERBS = (
    Verb(slug="access.organisation.founded", title="新设单位"),
    Verb(slug="access.post.appointed", title="任职"),
    Verb(slug="access.post.ended", title="离任"),
    Verb(slug="access.post.switched", title="切换岗位"),
    Verb(slug="access.second_factor.on", title="开启两步验证"),
    Verb(slug="access.second_factor.off", title="关闭两步验证"),
    Verb(slug="access.second_factor.codes_made", title="换发恢复码"),
    Verb(slug="access.second_factor.code_used", title="用恢复码登录"),
    Verb(slug="access.second_factor.reset", title="代为关闭两步验证"),
    Verb(slug=undo.VERB, title="撤回"),
)
