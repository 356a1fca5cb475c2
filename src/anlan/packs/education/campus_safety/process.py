"""The two processes: a danger of a campus, and a report of bullying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.personal import masked
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.public_report import public_report
from anlan.kernel.casework.processes.rectification import rectification
from anlan.packs.education.campus_safety import rules
from anlan.packs.education.campus_safety.models import BullyingReport

SLUG = "campus_safety"
BULLYING_SLUG = f"{SLUG}/bullying"


def bureau_of(school: Organisation) -> Organisation:
    """The education bureau above a school: it issues and reviews. Raises Refused when the school hangs in the wrong place."""
    above: Organisation | None = school
    while above is not None and above.kind != "bureau":
        above = above.parent
    if above is None:
        raise Refused("school", f"{school}上面没有主管部门。请管理员在“单位”里把它归到教育局。", "owner")
    return above


def _made(case: Case, _values: Mapping[str, Any]) -> None:
    """Who watches over a school's danger is its bureau, whoever entered it."""
    case.issuer = bureau_of(case.owner)
    Case.objects.filter(pk=case.pk).update(issuer=case.issuer)


DANGER = rectification(
    slug=SLUG, title="校园隐患", prefix="XY", grades=rules.GRADES, major=rules.MAJOR, kinds=rules.DANGER_KINDS, limits=rules.limits("danger"),
    evidence={"receipt": "教育局回执"}, receipts=("receipt",), made=_made,
    note="看见就报：拍一张，写一句。学校改，教育局复查；拍照避开学生的脸。",
)  # fmt: skip


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    """Masked. What the reporter wrote stands here with the known names made unreadable."""
    row = BullyingReport.objects.filter(case=case).prefetch_related("added").first()
    if row is None:
        return ()
    names = (row.pupil, row.reporter)
    found = [
        ("报告人", f"{rules.REPORTERS[row.reporter_kind]} {masked(row.reporter)}".strip()),
        ("联系方式", "留了，已遮住" if row.contact else "没有留"),
        ("学生", masked(row.pupil) or "没有写"),
        ("班级", masked(row.pupil_class)),
        ("时间", row.happened),
        ("说的是", rules.without(row.words, names)),
        *(("补充", rules.without(one.words, names)) for one in row.added.all()),
    ]
    return [(term, words) for term, words in found if words]


def case_links(case: Case) -> Sequence[tuple[str, str, str]]:
    """On the page of a report: where its names are, behind their own permission."""
    if case.process != BULLYING_SLUG:
        return ()
    return (("姓名", "已遮住，需要时去看", reverse("campus_bullying_names", args=[case.number])),)


BULLYING = public_report(
    slug=BULLYING_SLUG, title="欺凌报告", prefix="QL", kinds=rules.BULLYING_KINDS, limits=rules.limits("bullying"), panel=_panel,
    holders=frozenset({"school", "bureau", "section"}),
)  # fmt: skip
