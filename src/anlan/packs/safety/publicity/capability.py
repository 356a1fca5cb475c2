"""The declaration of 宣教: data only."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.publicity import demonstration, exam_pages, exams, pages, public, queries, standard, telling
from anlan.packs.safety.publicity.formulas import FORMULAS
from anlan.packs.safety.publicity.moves import APPLY, APPROVE, CHECK, COURSE, READ, SIT, TITLE, WRITE
from anlan.packs.safety.publicity.noting import VERBS
from anlan.packs.safety.publicity.rules import SLUG
from anlan.packs.safety.publicity.sheets import SHEETS


def _all(*roles: str) -> dict[str, Scope]:
    return dict.fromkeys(roles, "district")


def _own(*roles: str) -> dict[str, Scope]:
    return dict.fromkeys(roles, "own")


_STAFF = ("planner", "leader", "auditor", "administrator", "bureau_officer", "safety_regulator", "duty_officer", "commander", "street_officer", "expert", "school_officer", "team_leader",
          "shelter_keeper")  # fmt: skip
_SITS = ("worker", "enterprise_officer", "enterprise_head", "street_officer", "bureau_officer", "safety_regulator", "duty_officer", "team_leader", "shelter_keeper", "store_keeper",
         "school_officer", "expert")  # fmt: skip
_POST = ("POST",)
_BOTH = ("GET", "POST")

_KNOWLEDGE = (
    Page(path="knowledge/", name="knowledge_pages", view=pages.listing, permission=READ, title="安全知识", section="registry", command="看安全知识"),
    Page(path="knowledge/new/", name="knowledge_new", view=pages.new, permission=WRITE, title="写一页知识", methods=_BOTH, section="registry", command="写一页知识"),
    Page(path="knowledge/<int:number>/", name="knowledge", view=pages.detail, permission=READ, title="一页知识", section="registry"),
    Page(path="knowledge/<int:number>/edit/", name="knowledge_edit", view=pages.edit, permission=WRITE, title="修改知识草稿", methods=_BOTH, section="registry"),
    Page(path="knowledge/<int:number>/picture/<int:place>/", name="knowledge_picture", view=pages.picture, permission=READ, title="知识图片", kind="file"),
    Page(path="knowledge/<int:number>/do/<str:word>/", name="knowledge_do", view=pages.act, permission=READ, title="办理知识", methods=_POST, section="registry"),
    Page(path="community-titles/", name="community_titles", view=pages.titles_list, permission=READ, title="综合减灾示范社区", section="registry"),
    Page(path="community-titles/new/", name="community_title_new", view=pages.title_new, permission=APPLY, title="申报示范社区", methods=_BOTH, section="registry", command="申报示范社区"),
    Page(path="community-titles/<int:number>/", name="community_title", view=pages.title, permission=READ, title="一个示范社区", section="registry"),
    Page(path="community-titles/<int:number>/document/<int:place>/", name="community_title_document", view=pages.title_document, permission=READ, title="示范社区材料", kind="file"),
    Page(path="community-titles/<int:number>/do/<str:word>/", name="community_title_do", view=pages.title_act, permission=READ, title="办理示范社区", methods=_POST, section="registry"),
    Page(path="publicity/", name="publicity_overview", view=pages.campaigns, permission=READ, title="宣传活动和人数", section="registry"),
)  # fmt: skip
_TRAINING = (
    Page(path="training/", name="training_courses", view=exam_pages.courses, permission=COURSE, title="课程", section="registry", command="管理培训课程"),
    Page(path="training/new/", name="training_course_new", view=exam_pages.course_new, permission=COURSE, title="建课程", methods=_BOTH, section="registry"),
    Page(path="training/revoke/", name="training_revoke", view=exam_pages.revoke, permission=COURSE, title="撤销证书", methods=_POST, section="registry"),
    Page(path="training/<int:number>/", name="training_course", view=exam_pages.course, permission=COURSE, title="一门课程", section="registry"),
    Page(path="training/<int:number>/edit/", name="training_course_edit", view=exam_pages.course_edit, permission=COURSE, title="修改课程", methods=_BOTH, section="registry"),
    Page(path="training/<int:number>/bank/", name="training_bank", view=exam_pages.bank_export, permission=COURSE, title="下载题库", kind="export"),
    Page(path="training/<int:number>/figures/", name="training_figures", view=exam_pages.figures_export, permission=COURSE, title="导出参考人数", kind="export"),
    Page(path="training/<int:number>/do/<str:word>/", name="training_course_do", view=exam_pages.course_act, permission=COURSE, title="办理课程", methods=_POST, section="registry"),
    Page(path="exams/", name="exams", view=exam_pages.mine, permission=SIT, title="培训考试", section="registry", command="参加考试"),
    Page(path="exams/<int:number>/", name="exam_course", view=exam_pages.begin, permission=SIT, title="一门考试", methods=_BOTH, section="registry"),
    Page(path="exams/sitting/<int:number>/", name="exam_sitting", view=exam_pages.sitting, permission=SIT, title="答卷", methods=_BOTH, section="registry"),
    Page(path="exams/certificate/<int:number>/", name="exam_certificate", view=exam_pages.certificate, permission=SIT, title="培训证书", section="registry"),
)  # fmt: skip
_PUBLIC = (
    Page(path="public/knowledge/", name="public_knowledge", view=public.listing, permission=PUBLIC, title="安全知识"),
    Page(path="public/knowledge/subscribe/", name="public_knowledge_subscribe", view=public.subscribe, permission=PUBLIC, title="订阅安全知识", methods=_BOTH),
    Page(path="public/knowledge/subscription/<uuid:key>/<str:given>/", name="public_knowledge_subscription", view=public.subscription, permission=PUBLIC, title="我的订阅", methods=_BOTH),
    Page(path="public/knowledge/<int:number>/", name="public_knowledge_page", view=public.detail, permission=PUBLIC, title="一页知识"),
    Page(path="public/knowledge/<int:number>/picture/<int:place>/", name="public_knowledge_picture", view=public.picture, permission=PUBLIC, title="知识图片", kind="file"),
    Page(path="public/kit/", name="public_kit", view=public.kit, permission=PUBLIC, title="家庭应急物资清单"),
    Page(path="public/certificate/", name="public_certificate", view=public.certificate, permission=PUBLIC, title="验证培训证书", methods=_BOTH),
)  # fmt: skip

CAPABILITY = Capability(
    slug=SLUG, title="应急宣教", plan_refs=("S22",),
    permissions=(
        Permission(slug=READ, title="查看宣教和示范社区", roles={**_all(*_STAFF), **_own("enterprise_head", "enterprise_officer")}),
        Permission(slug=WRITE, title="写知识、登记清单和活动", roles=_own("bureau_officer", "street_officer", "safety_regulator")),
        Permission(slug=APPROVE, title="批准和撤下知识", roles=_all("safety_regulator", "commander", "leader")),
        Permission(slug=COURSE, title="管理课程和题库", roles=_own("bureau_officer", "safety_regulator")),
        Permission(slug=SIT, title="参加培训考试", roles=_own(*_SITS)),
        Permission(slug=APPLY, title="申报示范社区", roles=_own("street_officer")),
        Permission(slug=CHECK, title="做示范社区评分", roles=_own("safety_regulator", "bureau_officer", "street_officer")),
        Permission(slug=TITLE, title="定示范社区", roles=_all("safety_regulator")),
    ),
    pages=(
        *_KNOWLEDGE, *_TRAINING, *_PUBLIC, *check_pages(standard.AREA, "community-titles/checks/"), *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="registry", title="安全知识", page="knowledge_pages", permission=READ, order=38),
        Nav(section="registry", title="培训考试", page="exams", permission=SIT, order=39),
        Nav(section="registry", title="课程", page="training_courses", permission=COURSE, order=39),
        Nav(section="registry", title="示范社区", page="community_titles", permission=READ, order=40),
        Nav(section="registry", title="评分检查", page="publicity_checks", permission=READ, order=41, below="/community-titles/"),
        Nav(section="registry", title="宣传活动和人数", page="publicity_overview", permission=READ, order=42),
        Nav(section="registry", title="家庭应急物资清单", page="kit_items_list", permission=READ, order=43),
    ),
    verbs=VERBS, sheets=SHEETS, formulas=FORMULAS, check_areas=(standard.AREA,), check_forms=standard.forms(), waiting=queries.waiting, public=queries.public_facts,
    find=queries.find,
    jobs=(
        Job(slug="publicity.deliver", title="发出安全知识通知", every=timedelta(seconds=20), run=telling.deliver),
        Job(slug="publicity.close", title="收到时没有交的考卷", every=timedelta(seconds=30), run=exams.close_late),
    ),
    demo=demonstration.load,
)  # fmt: skip
