"""What the field app declares."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Page, Permission
from anlan.kernel.field import actions, api, demonstration, desk, pages
from anlan.kernel.field.importing import IMPORT
from anlan.kernel.field.queries import SETTLE
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "demo", "waiting"]

USE = "field.use"
_OWN = dict.fromkeys(
    (
        "bureau_officer",
        "environment_officer",
        "street_officer",
        "enterprise_head",
        "enterprise_officer",
        "school_officer",
    ),
    "own",
)
_DISTRICT = dict.fromkeys(("safety_regulator",), "district")
PERMISSIONS = (
    Permission(slug=USE, title="使用现场端", roles={**_OWN, **_DISTRICT, "worker": "own", "expert": "district"}),  # type: ignore[dict-item]  # the words are scopes
    Permission(slug=IMPORT, title="导入现场端的待传文件", roles={**_OWN, **_DISTRICT}),  # type: ignore[dict-item]
    Permission(slug=SETTLE, title="核定现场端留存的登记", roles={**_OWN, **_DISTRICT}),  # type: ignore[dict-item]
)
# The shell, its worker and its manifest hold nothing of anybody: they are the same for everyone, so that they can wait on the phone.
PAGES = (
    Page(path="field/", name="field", view=pages.shell, permission=PUBLIC, title="现场"),
    Page(path="field/sw.js", name="field_worker", view=pages.worker, permission=PUBLIC, title="现场端后台脚本", kind="file"),
    Page(path="field/manifest.webmanifest", name="field_manifest", view=pages.manifest, permission=PUBLIC, title="现场端安装说明", kind="file"),
    Page(path="field/received/", name="field_received", view=pages.received, permission=SETTLE, title="现场来的记录", section="registry"),
    Page(path="field/received/<str:given>/", name="field_entry", view=pages.entry, permission=SETTLE, title="一件现场记录", methods=("GET", "POST"),
         section="registry"),
    Page(path="field/received/<str:given>/<int:place>/", name="field_picture", view=pages.picture, permission=SETTLE, title="现场照片", kind="file"),
    Page(path="field/import/", name="field_import", view=pages.import_, permission=IMPORT, title="导入现场待传文件", methods=("GET", "POST"),
         section="registry", command="导入现场待传文件"),
    Page(path="api/v1/field/bundle", name="field_bundle", view=api.bundle, permission=USE, title="现场数据包", kind="api", operation=api.BUNDLE),
    Page(path="api/v1/field/key", name="field_key", view=api.key, permission=USE, title="现场密钥", kind="api", operation=api.KEY),
    Page(path="api/v1/field/photos", name="field_photos", view=api.photos, permission=USE, title="传现场照片", methods=("POST",), kind="api",
         operation=api.PHOTOS),
    Page(path="api/v1/field/entries", name="field_entries", view=api.entries, permission=USE, title="传现场记录", methods=("POST",), kind="api",
         operation=api.ENTRIES),
)  # fmt: skip
NAV = (
    Nav(section="registry", title="现场记录", page="field_received", permission=SETTLE, order=80),
    Nav(section="registry", title="导入待传文件", page="field_import", permission=IMPORT, order=81, below="/field/"),
)
VERBS = tuple(
    Verb(slug=f"field.{slug}", title=title)
    for slug, title in {
        "key_made": "发现场密钥", "refused": "退回现场记录", "kept": "留存现场记录", "settled": "登记留存的现场记录", "dropped": "不采用现场记录",
        "imported": "导入现场待传文件",
    }.items()
)  # fmt: skip
JOBS = (Job(slug="field.photos", title="清理没有登记的现场照片", every=timedelta(hours=1), run=actions.forget_photos),)
waiting, demo = desk.waiting, demonstration.load
